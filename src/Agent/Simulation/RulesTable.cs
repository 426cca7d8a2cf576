using System.Globalization;
using Spectre.Console;

namespace Gateway.Agent.Simulation;

/// <summary>What came of each rule, as a table.</summary>
internal static class RulesTable
{
    /// <summary>One row for each rule: how often it was checked, found broken, and could not be decided, where a check has that.</summary>
    public static Table Of(IEnumerable<(string Sentence, int Checked, int Broken, int? Undecided)> rules)
    {
        (string Sentence, int Checked, int Broken, int? Undecided)[] rows = [.. rules];
        var table = new Table().Border(TableBorder.Simple).AddColumn("Rule").AddColumn("Verdict").AddColumn(Number("Checked")).AddColumn(Number("Broken"));
        bool hasUndecided = Array.Exists(rows, row => row.Undecided is not null);
        if (hasUndecided) table.AddColumn(Number("Undecided"));
        foreach ((string sentence, int decided, int broken, int? undecided) in rows)
        {
            string verdict = broken > 0 ? "[red]broken[/]" : decided > 0 ? "[green]held[/]" : "[yellow]not observed[/]";
            string[] cells = [Markup.Escape(sentence), verdict, Text(decided), Text(broken), Text(undecided ?? 0)];
            table.AddRow(hasUndecided ? cells : cells[..^1]);
        }

        return table;
    }

    private static TableColumn Number(string name) => new TableColumn(name).RightAligned();

    private static string Text(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
