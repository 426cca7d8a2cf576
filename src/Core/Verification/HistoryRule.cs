namespace Gateway.Core.Verification;

/// <summary>What DESIGN promises and a client can observe ("The command queue").</summary>
public enum HistoryRule
{
    /// <summary>What was accepted, a command or a result, is found later.</summary>
    Kept,

    /// <summary>At most one live claim per command.</summary>
    OneClaim,

    /// <summary>A claim lasts as long as its answer said.</summary>
    ClaimLasts,

    /// <summary>A stale or foreign token never extends or completes anything.</summary>
    StaleToken,

    /// <summary>A command ends, in one state, for good.</summary>
    OneEnd,

    /// <summary>A result is accepted once; the same again is answered the same, another never.</summary>
    ResultOnce,

    /// <summary>What has ended is not handed out.</summary>
    OverIsOver,

    /// <summary>Higher priority first, then first in, first out.</summary>
    Order,

    /// <summary>One idempotency key stands for one command.</summary>
    Idempotency,

    /// <summary>What must not run twice is handed out once, but for claims that were given back before it began.</summary>
    AtMostOnce,

    /// <summary>What needs a person's approval is not handed out without it.</summary>
    Approval,

    /// <summary>A command goes to its own device only.</summary>
    OwnDevice,

    /// <summary>No more is pushed to a connection than it has credit for.</summary>
    InFlight,
}

/// <summary>The rules in words.</summary>
public static class HistoryRules
{
    private static readonly string[] Sentences =
    [
        "What was accepted is kept",
        "At most one live claim per command",
        "A claim lasts as long as promised",
        "A stale token is never accepted",
        "A command ends, in one state, for good",
        "A result is accepted once",
        "What has ended is not handed out",
        "Higher priority first, then first in, first out",
        "One idempotency key, one command",
        "What must not run twice starts once",
        "Nothing runs without its approval",
        "A command goes to its own device",
        "No more is pushed than the credit allows",
    ];

    /// <summary>All of them, in the order in which a report shows them.</summary>
    public static IReadOnlyList<HistoryRule> All { get; } = Enum.GetValues<HistoryRule>();

    /// <summary>The rule as a sentence, without its full stop.</summary>
    public static string Sentence(this HistoryRule rule) => Sentences[(int)rule];
}
