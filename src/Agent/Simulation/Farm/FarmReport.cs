using System.Globalization;
using Spectre.Console;

namespace Gateway.Agent.Simulation.Farm;

/// <summary>What came of a farm, as its user reads it.</summary>
internal static class FarmReport
{
    private const int ShownLines = 20;

    /// <summary>Writes counts, a table of the rules, and what broke them.</summary>
    public static void Write(FarmResult result, SimulationScreen screen)
    {
        screen.Write(Counts(result), Rules(result.Verdict));
        TextWriter output = screen.Output;
        foreach (string line in result.Verdict.Rules.SelectMany(rule => rule.Broken.Select(why => $"{rule.Sentence}: {why}")).Take(ShownLines)) output.WriteLine(line);
        foreach (string line in FarmCheck.RefusedAtFirst(result.World.Ledger.Tasks.Values).Take(ShownLines)) output.WriteLine($"Refused at first, then taken: {line}");
        output.WriteLine(Sentence(result));
    }

    private static string Sentence(FarmResult result)
    {
        int tasks = result.World.Ledger.Tasks.Count(task => task.Value.Device is not null);
        string judged = string.Create(CultureInfo.InvariantCulture, $"{tasks} tasks on {result.World.Settings.Nodes} nodes with {result.World.Settings.Devices} devices each");
        int broken = result.Verdict.Rules.Sum(rule => rule.Broken.Count);
        if (broken > 0) return string.Create(CultureInfo.InvariantCulture, $"BROKEN: {broken} violations ({judged}).");
        return result.Ended ? $"HELD: every task ended once ({judged})." : $"NOT DECIDED: no rule was broken, but not every task has ended ({judged}).";
    }

    private static Table Counts(FarmResult result)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("What happened").AddColumn(new TableColumn("Times").RightAligned());
        (SimulationProgress progress, FarmCounts counts) = (result.World.Progress, result.World.Counts);
        List<TaskTrace> tasks = [.. result.World.Ledger.Tasks.Values.Where(task => task.Device is not null)];
        Add("tasks accepted", tasks.Count);
        foreach (IGrouping<string, TaskTrace> ended in tasks.GroupBy(Outcome).OrderBy(group => group.Key, StringComparer.Ordinal)) Add($"  {ended.Key}", ended.Count());
        Add("begun by nodes", tasks.Sum(task => task.Begun.Count));
        Add("offered again, as a later attempt", tasks.Sum(task => Math.Max(0, (task.Shown?.Attempt ?? 1) - 1)));
        Add("results taken", progress[Counted.Results]);
        Add("results refused: taken before, or the task had moved on", progress[Counted.Refused]);
        Add("sockets cut", counts.Cuts);
        Add("nodes died with what they worked on", counts.Deaths);
        Add("nodes restarted in order", counts.Restarts);
        Add("nodes away for longer than the server waits", counts.Absences);
        Add("offers left without an answer", counts.Unanswered);
        Add("sockets opened again", progress[Counted.Reconnects]);
        Add("requests", progress[Counted.Requests]);
        Add("  without an answer", progress[Counted.Unanswered]);
        Add("  server not reached", progress[Counted.Unreachable]);
        Add("  server in trouble (5xx)", progress[Counted.Troubled]);
        Add("  asked to wait (429)", progress[Counted.Throttled]);
        table.AddRow("seconds from the first task to the last one's end", result.Took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture));
        return table;

        void Add(string name, long count) => table.AddRow(Markup.Escape(name), count.ToString("N0", CultureInfo.InvariantCulture));
    }

    private static string Outcome(TaskTrace task) => task.Shown switch
    {
        null => "not shown",
        { ErrorCode: "NODE_ERROR" } => "failed: cut off when its node died",
        { ErrorCode: { } code } shown => $"{shown.Status}: {code}",
        { } shown => shown.Status,
    };

    private static Table Rules(FarmVerdict verdict) =>
        RulesTable.Of(verdict.Rules.Select(rule => (rule.Sentence, rule.Checked, rule.Broken.Count, (int?)null)));
}
