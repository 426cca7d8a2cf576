namespace Gateway.Agent.Simulation.Farm;

/// <summary>
/// Whether the server kept its word about tasks, from what the farm has seen. A result whose answer was lost may have been taken; everything else is
/// known for certain.
/// </summary>
internal static class FarmCheck
{
    /// <summary>Judges, rule by rule.</summary>
    public static FarmVerdict Check(IEnumerable<TaskTrace> traces)
    {
        var rules = Enum.GetValues<FarmRule>().ToDictionary(rule => rule, rule => new FarmRuleVerdict(rule));
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (TaskTrace task in traces)
        {
            foreach (string key in task.Keys) rules[FarmRule.OneKeyOneTask].Note(keys.TryAdd(key, task.Id), $"{key} stands for {keys[key]} and {task.Id}");
            // A request without an answer is repeated until it has one: there is none that only nodes know of.
            rules[FarmRule.Sent].Note(task.Device is not null || task.Begun.Count == 0, $"{task.Id} was never sent, and a node was told to run it");
            if (task.Device is not null)
            {
                rules[FarmRule.Kept].Note(task.Shown is not null, $"{task.Id} of {task.Device} is not shown");
                rules[FarmRule.Ends].Note(task.Shown is null || task.Shown.HasEnded, $"{task.Id} is {task.Shown?.Status}");
            }

            foreach (Begun begun in task.Begun)
                rules[FarmRule.OwnDevice].Note(task.Device is null || begun.Device == task.Device, $"{task.Id} of {task.Device} was offered to {begun.Device}");
            CheckAttempts(task, rules[FarmRule.AttemptsCount]);
            CheckResults(task, rules);
        }

        return new FarmVerdict([.. rules.Values]);
    }

    /// <summary>
    /// Results that were refused at first, and taken when their task was offered again as the same attempt: nothing was lost, but a node had to say them
    /// twice.
    /// </summary>
    public static IReadOnlyList<string> RefusedAtFirst(IEnumerable<TaskTrace> traces) =>
    [
        .. from task in traces
           where task.Shown?.Mark is not null
           let origin = task.Said.Where(one => one.Mark == task.Shown!.Mark && one.Kind == SaidKind.Result).ToList()
           where origin.Count > 0 && origin[0].Answer == SaidAnswer.Refused
           select $"{task.Id} was said {Sayings(origin)}",
    ];

    private static void CheckAttempts(TaskTrace task, FarmRuleVerdict rule)
    {
        IReadOnlyList<Begun> begun = task.Begun;
        for (int i = 1; i < begun.Count; i++)
            rule.Note(begun[i].Attempt > begun[i - 1].Attempt, $"{task.Id} was begun as attempt {begun[i - 1].Attempt} and then as {begun[i].Attempt}");
        if (begun.Count > 0 && task.Shown is { } shown)
            rule.Note(shown.Attempt >= begun[^1].Attempt, $"{task.Id} was begun as attempt {begun[^1].Attempt} and is shown as {shown.Attempt}");
    }

    private static void CheckResults(TaskTrace task, Dictionary<FarmRule, FarmRuleVerdict> rules)
    {
        IReadOnlyList<Said> said = task.Said;
        string[] taken = [.. said.Where(one => one is { Answer: SaidAnswer.Taken, Kind: SaidKind.Result }).Select(one => one.Mark).Distinct()];
        if (said.Count > 0) rules[FarmRule.OneResult].Note(taken.Length <= 1, $"{task.Id}: {taken.Length} results were taken");
        foreach (Said one in said)
        {
            switch (one.Kind)
            {
                case SaidKind.Again when one.Answer != SaidAnswer.Unknown:
                    rules[FarmRule.SameAgain].Note(one.Answer == SaidAnswer.Taken, $"{task.Id}: the result that was taken was refused the second time");
                    break;
                case SaidKind.Other or SaidKind.Ahead when one.Answer != SaidAnswer.Unknown:
                    rules[FarmRule.OthersRefused].Note(one.Answer == SaidAnswer.Refused, $"{task.Id}: attempt {one.Attempt}, {one.Kind}, was taken");
                    break;
            }
        }

        if (task.Shown is not { HasEnded: true } shown) return;
        if (taken.Length > 0) rules[FarmRule.Shown].Note(shown.Mark == taken[0], $"{task.Id}: {taken[0]} was taken, {shown.Mark ?? "nothing"} is shown");
        if (shown.Mark is not null)
        {
            Said[] origin = [.. said.Where(one => one.Mark == shown.Mark && one.Kind == SaidKind.Result)];
            rules[FarmRule.Shown].Note(
                Array.Exists(origin, one => one.Attempt == shown.Attempt && one.Answer != SaidAnswer.Refused),
                $"{task.Id}: {shown.Mark} is shown as the result of attempt {shown.Attempt}; it was said {(origin.Length == 0 ? "never" : Sayings(origin))}");
        }

        rules[FarmRule.NodesWord].Note(
            shown.Mark is not null || shown.ErrorCode is not null and not "NODE_ERROR", $"{task.Id} is {shown.Status} without its node's word ({shown.ErrorCode ?? "no reason"})");
    }

    private static string Sayings(IEnumerable<Said> said) =>
        string.Join(", ", said.Select(one => $"as attempt {one.Attempt} ({one.Answer}{(one.Detail.Length > 0 ? $": {one.Detail}" : "")})"));
}

/// <summary>What a server promises of tasks.</summary>
internal enum FarmRule
{
    Kept, Ends, Sent, OneKeyOneTask, OwnDevice, AttemptsCount, OneResult, SameAgain, OthersRefused, Shown, NodesWord,
}

/// <summary>What came of one rule.</summary>
internal sealed class FarmRuleVerdict(FarmRule rule)
{
    private readonly List<string> broken = [];

    /// <summary>In words.</summary>
    public string Sentence => rule switch
    {
        FarmRule.Kept => "What was accepted is kept",
        FarmRule.Ends => "Every task ends",
        FarmRule.Sent => "Nothing runs that was not sent",
        FarmRule.OneKeyOneTask => "One idempotency key, one task",
        FarmRule.OwnDevice => "A task goes to its own device",
        FarmRule.AttemptsCount => "Begun again is a later attempt",
        FarmRule.OneResult => "One result is taken",
        FarmRule.SameAgain => "The same again is answered the same",
        FarmRule.OthersRefused => "Other results are refused",
        FarmRule.Shown => "The result that was taken is shown",
        _ => "It ended by its node's word, or says why not",
    };

    /// <summary>How often it could be decided.</summary>
    public int Checked { get; private set; }

    /// <summary>What broke it, one line each.</summary>
    public IReadOnlyList<string> Broken => broken;

    public void Note(bool holds, string otherwise)
    {
        Checked++;
        if (!holds) broken.Add(otherwise);
    }
}

/// <summary>What came of all rules.</summary>
internal sealed record FarmVerdict(IReadOnlyList<FarmRuleVerdict> Rules)
{
    /// <summary>Whether none was broken.</summary>
    public bool Held => Rules.All(rule => rule.Broken.Count == 0);
}
