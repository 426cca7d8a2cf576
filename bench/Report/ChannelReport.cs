using System.Globalization;
using Gateway.Bench.Channels;
using Gateway.Bench.Load;
using Spectre.Console;

namespace Gateway.Bench.Report;

/// <summary>The numbers of live channels, as tables and as bars.</summary>
internal static class ChannelReport
{
    public static void Write(string size, IReadOnlyList<Series> rows)
    {
        if (rows.Count == 0) return;
        var table = WithColumns([size, "what"], "p50 ms", "p99 ms", "p50 : floor");
        foreach (var row in rows)
            table.AddRow($"{row.Clients}", row.Name, Number(row.P50, "0.00"), Number(row.P99, "0.00"), Number(row.LatencyRatio, "0.00"));
        AnsiConsole.Write(table);
    }

    public static void Write(IReadOnlyList<MemoryRow> rows)
    {
        if (rows.Count == 0) return;
        var table = WithColumns(["connections", "what"], "resident before, MB", "with them, MB", "KB each", "of it managed");
        foreach (var row in rows)
        {
            table.AddRow(
                $"{row.Count}", row.Name, $"{row.Before.Resident >> 20}", $"{row.With.Resident >> 20}",
                Number(row.Resident / 1024, "0.0"), Number(row.Heap / 1024, "0.0"));
        }

        AnsiConsole.Write(table);
    }

    public static IEnumerable<Section> Sections(IEnumerable<Series> pushes, IEnumerable<Series> fanOuts, IReadOnlyList<MemoryRow> memory)
    {
        foreach (var group in pushes.GroupBy(row => row.Clients))
            yield return new Section($"{group.Key} {(group.Key == 1 ? "client" : "clients")}: median latency, one echo round trip = 1", Bars(group));
        foreach (var group in fanOuts.GroupBy(row => row.Clients))
            yield return new Section($"{group.Key} {(group.Key == 1 ? "subscriber" : "subscribers")}: median until the last has it, a bare broadcast = 1", Bars(group));
        if (memory.Count == 0) yield break;
        yield return new Section(
            $"memory of each of {memory[0].Count} idle connections, {IdleMemory.Aim / 1024} KB = 1",
            [.. memory.Select(row => new Bar(row.Name, row.Resident / IdleMemory.Aim, $"{Number(row.Resident / 1024, "0.0")} KB"))]);
    }

    private static Bar[] Bars(IEnumerable<Series> rows) => [.. rows.Select(row => Bar.Of(row, $"{Number(row.P50, "0.00")} ms"))];

    private static Table WithColumns(string[] texts, params ReadOnlySpan<string> numbers)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns(texts);
        foreach (var name in numbers) table.AddColumn(new TableColumn(name).RightAligned());
        return table;
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
