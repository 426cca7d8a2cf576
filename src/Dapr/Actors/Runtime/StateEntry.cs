namespace Dapr.Actors.Runtime;

/// <summary>What a turn did to a value.</summary>
internal enum StateChange
{
    /// <summary>Read it, or wrote it before.</summary>
    None,

    /// <summary>Wrote it, and the store knew none.</summary>
    Add,

    /// <summary>Wrote it.</summary>
    Update,

    /// <summary>Removed it.</summary>
    Remove,
}

/// <summary>One value of an actor's state as the turn sees it.</summary>
internal sealed record StateEntry(object? Value, Type Type, StateChange Change, DateTimeOffset? Expires);
