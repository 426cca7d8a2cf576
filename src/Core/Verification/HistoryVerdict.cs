namespace Gateway.Core.Verification;

/// <summary>What a log says about the rules.</summary>
/// <param name="Entries">How many entries were judged.</param>
/// <param name="Commands">How many commands they tell of.</param>
/// <param name="Rules">One verdict for each of <see cref="HistoryRules.All"/>, in that order.</param>
/// <param name="Violations">What broke them, at most <see cref="CheckOptions.ShownPerRule"/> of each rule.</param>
public sealed record HistoryVerdict(int Entries, int Commands, IReadOnlyList<RuleVerdict> Rules, IReadOnlyList<Violation> Violations)
{
    /// <summary>Whether nothing was found to be broken.</summary>
    public bool Held => Rules.All(rule => rule.Broken == 0);
}

/// <summary>What a log says about one rule.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Checked">How often it was put to the test; 0: it was not observed.</param>
/// <param name="Broken">How often it was broken.</param>
/// <param name="Undecided">What could not be decided: how often, by the reason why.</param>
public sealed record RuleVerdict(HistoryRule Rule, int Checked, int Broken, IReadOnlyDictionary<string, int> Undecided);

/// <summary>A rule was broken.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Subject">The command, or the key.</param>
/// <param name="Message">What happened, in a sentence.</param>
/// <param name="Evidence">The entries that prove it.</param>
public sealed record Violation(HistoryRule Rule, string Subject, string Message, IReadOnlyList<Observation> Evidence);

/// <summary>How a log is judged.</summary>
public sealed record CheckOptions
{
    /// <summary>How far the clocks of the servers may be apart, and how exactly they go. Default 1 s.</summary>
    public TimeSpan ClockTolerance { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Most commands that are pushed to a device and in its hands at once. Default 10.</summary>
    public int MaxInFlight { get; init; } = 10;

    /// <summary>Whether the log ends when everything had time to end: then a command that has not is a violation. Default false.</summary>
    public bool Drained { get; init; }

    /// <summary>Most violations of one rule that are shown; all are counted. Default 20.</summary>
    public int ShownPerRule { get; init; } = 20;
}
