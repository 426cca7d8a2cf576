using System.Globalization;
using Gateway.Bench.Load;
using Spectre.Console;

namespace Gateway.Bench.Report;

/// <summary>The numbers as a table, each beside its ratio to the save floor of the same rounds.</summary>
internal static class ReportTable
{
    public static void Write(IReadOnlyList<Series> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("clients", "what");
        foreach (var name in new[] { "per second", "p50 ms", "p99 ms", "p50 : save", "load : save", "cpu µs" }) table.AddColumn(new TableColumn(name).RightAligned());
        foreach (var row in rows)
        {
            table.AddRow(
                $"{row.Clients}", row.Name, Number(row.PerSecond, "#,0"), Number(row.P50, "0.00"), Number(row.P99, "0.00"),
                Number(row.LatencyRatio, "0.00"), Number(row.LoadRatio, "0.00"),
                row.Microseconds is { } microseconds ? Number(microseconds, "0") : "");
        }

        AnsiConsole.Write(table);
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
