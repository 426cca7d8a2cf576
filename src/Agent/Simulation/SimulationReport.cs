using System.Globalization;
using Gateway.Core.Verification;
using Spectre.Console;

namespace Gateway.Agent.Simulation;

/// <summary>What came of a simulation, as its user reads it.</summary>
public static class SimulationReport
{
    private const int ShownViolations = 20;

    /// <summary>Writes counts, a table of the rules, and what broke them with the entries that prove it.</summary>
    public static void Write(SimulationResult result, SimulationScreen screen)
    {
        screen.Write(Counts(result), Rules(result.Verdict));
        TextWriter output = screen.Output;
        foreach (RuleVerdict rule in result.Verdict.Rules)
            foreach ((string reason, int times) in rule.Undecided)
                output.WriteLine($"Undecided {times} times: {rule.Rule.Sentence().ToLowerInvariant()} ({reason})");
        foreach (Violation violation in result.Verdict.Violations.Take(ShownViolations)) Write(violation, output);
        output.WriteLine();
        output.WriteLine(Sentence(result));
    }

    private static string Sentence(SimulationResult result)
    {
        int broken = result.Verdict.Rules.Sum(rule => rule.Broken);
        string judged = string.Create(CultureInfo.InvariantCulture, $"{result.Verdict.Commands} commands, {result.Verdict.Entries} requests");
        if (broken > 0) return string.Create(CultureInfo.InvariantCulture, $"BROKEN: {broken} violations ({judged}).");
        return result.Ended
            ? $"HELD: no rule was broken ({judged})."
            : $"NOT DECIDED: no rule was broken, but the fleet could not work off what it was sent ({judged}).";
    }

    private static Table Counts(SimulationResult result)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("What happened").AddColumn(new TableColumn("Times").RightAligned());
        foreach ((string name, long count) in result.Counts)
            table.AddRow(Markup.Escape(name), count.ToString("N0", CultureInfo.InvariantCulture));
        return table;
    }

    private static Table Rules(HistoryVerdict verdict) =>
        RulesTable.Of(verdict.Rules.Select(rule => (rule.Rule.Sentence(), rule.Checked, rule.Broken, (int?)rule.Undecided.Values.Sum())));

    private static void Write(Violation violation, TextWriter output)
    {
        output.WriteLine();
        output.WriteLine($"{violation.Rule.Sentence()}: {violation.Subject}. {violation.Message}");
        foreach (Observation entry in violation.Evidence) output.WriteLine($"  line {entry.Line}: {ObservationLog.Line(entry)}");
    }
}
