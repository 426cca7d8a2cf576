namespace Gateway.Core.Verification;

/// <summary>What the rules have found so far.</summary>
internal sealed class Findings(CheckOptions options)
{
    private readonly List<Violation> violations = [];
    private readonly int[] @checked = new int[HistoryRules.All.Count];
    private readonly int[] broken = new int[HistoryRules.All.Count];
    private readonly Dictionary<string, int>[] undecided = [.. HistoryRules.All.Select(_ => new Dictionary<string, int>())];

    /// <summary>The rule was put to the test.</summary>
    public void Checked(HistoryRule rule) => @checked[(int)rule]++;

    /// <summary>The rule was broken; entries that are null prove nothing.</summary>
    public void Broken(HistoryRule rule, string subject, string message, params ReadOnlySpan<Observation?> evidence)
    {
        if (broken[(int)rule]++ >= options.ShownPerRule) return;
        var proof = new List<Observation>();
        foreach (var entry in evidence)
            if (entry is not null) proof.Add(entry);
        violations.Add(new Violation(rule, subject, message, [.. proof.DistinctBy(entry => entry.Line).OrderBy(entry => entry.Line)]));
    }

    /// <summary>It cannot be known whether the rule held.</summary>
    public void Undecided(HistoryRule rule, string reason) =>
        undecided[(int)rule][reason] = undecided[(int)rule].GetValueOrDefault(reason) + 1;

    public HistoryVerdict Verdict(int entries, int commands) => new(
        entries,
        commands,
        [.. HistoryRules.All.Select(rule => new RuleVerdict(rule, @checked[(int)rule], broken[(int)rule], undecided[(int)rule]))],
        [.. violations.OrderBy(violation => violation.Rule)]);
}
