using System.Globalization;
using Spectre.Console;

namespace Gateway.Bench;

/// <summary>The numbers as a table, each beside its ratio to the floor of the same number of clients.</summary>
internal static class Report
{
    public static void Write(IReadOnlyList<Row> rows, string floor)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("clients", "what");
        foreach (var name in new[] { "per second", "p50 ms", "p99 ms", "p50 : save" }) table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var row in rows)
        {
            table.AddRow(
                $"{row.Clients}", row.Name, Number(row.Measure.PerSecond, "#,0"), Number(row.Measure.P50, "0.00"),
                Number(row.Measure.P99, "0.00"), Number(Ratio(rows, row, floor), "0.00"));
        }

        AnsiConsole.Write(table);
    }

    /// <summary>How many times the floor's median a row's is.</summary>
    public static double Ratio(IReadOnlyList<Row> rows, Row row, string floor) =>
        row.Measure.P50 / rows.First(other => other.Name == floor && other.Clients == row.Clients).Measure.P50;

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
