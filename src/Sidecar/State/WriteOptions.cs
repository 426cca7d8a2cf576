namespace Gateway.Sidecar.State;

/// <summary>The options of a write (https://docs.dapr.io/developing-applications/building-blocks/state-management/state-management-overview/).</summary>
internal readonly record struct WriteOptions(string? Concurrency, string? Consistency)
{
    public bool FirstWrite => Concurrency == "first-write";

    public bool LastWrite => Concurrency == "last-write";

    /// <summary>The refusal of an option that nobody knows, or null. Both kinds of consistency are the same on one machine.</summary>
    public StateFailure? Check()
    {
        if (Concurrency is not (null or "" or "first-write" or "last-write"))
            return new StateFailure(StateFailureKind.Other, $"unrecognized concurrency model '{Concurrency}'");
        if (Consistency is not (null or "" or "strong" or "eventual"))
            return new StateFailure(StateFailureKind.Other, $"unrecognized consistency model '{Consistency}'");
        return null;
    }
}
