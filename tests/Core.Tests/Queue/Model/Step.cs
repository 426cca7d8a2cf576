namespace Gateway.Core.Tests.Queue.Model;

/// <summary>One step of a generated history. It names commands by how to find them, so that it means something after any other steps.</summary>
internal abstract record Step;

/// <summary>Operations in one commit.</summary>
internal sealed record CommitStep(IReadOnlyList<Act> Acts, Fault Fault) : Step
{
    public override string ToString() => $"commit [{string.Join(", ", Acts)}] {Fault}";
}

/// <summary>Moves the clock, back too: replicas disagree a little.</summary>
internal sealed record ClockStep(long Milliseconds) : Step;

/// <summary>The reminder or the sweep looks at the clock.</summary>
internal sealed record LookStep(bool ReminderFired, bool UntilQuiet, Fault Fault) : Step;

/// <summary>History takes up the oldest events, after which somebody else's commit may drop them.</summary>
internal sealed record FlushStep(int Count) : Step;

/// <summary>Somebody changes the payload of an approved command in the store.</summary>
internal sealed record TamperStep(int Pick) : Step;

/// <summary>A replica ends, and the next run of it begins.</summary>
internal sealed record DeathStep(int Replica) : Step;

/// <summary>Where to look for a command.</summary>
internal enum Among { Waiting, Pending, Claimed, Ended, Any, Nobody }

/// <summary>How to find a command: the how-manieth among those, or an id that there never was.</summary>
internal readonly record struct Pick(Among Among, int Index);

/// <summary>An operation in the making.</summary>
internal abstract record Act;

internal sealed record EnqueueAct(
    int Priority, int Kind, int Content, int? Key, bool Approval, bool InSession, bool WrongSession, bool AtMostOnce, long? ExpiresIn, long? TimeoutMs,
    bool OnlyIfIdle) : Act;

internal sealed record ClaimAct(int Count, long Visibility, bool Waits) : Act;

internal sealed record ExtendAct(Pick Command, bool Stale, long By) : Act;

internal sealed record ResultAct(Pick Command, bool Stale, bool Again, int Status, int Content) : Act;

internal sealed record DecideAct(Pick Command, bool Approved, bool WithDigest, bool OtherDigest, bool WrongSession) : Act;

internal sealed record CancelAct(Pick Command, bool WithSession, bool WrongSession) : Act;

internal sealed record OpenAct(long Lifetime) : Act;

internal sealed record CloseAct(bool Wrong) : Act;

internal sealed record ExplainAct(Pick Command, bool Offline) : Act;

internal sealed record ReleaseAct(Pick Command, bool Stale) : Act;

internal sealed record AttachAct(int Replica, bool Again, int? Credit, long? Visibility) : Act;

internal sealed record DrainAct(bool Stale) : Act;

internal sealed record DetachAct(bool Stale, long? Grace) : Act;

internal sealed record ReturnAct : Act;

internal sealed record WatchAct(int Replica, bool Ends) : Act;
