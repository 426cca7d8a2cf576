using System.Collections.Frozen;

namespace Gateway.Core.Commands;

/// <summary>Where a command is in its life (DESIGN, "The command queue"). Every accepted command ends in exactly one terminal state.</summary>
public enum CommandState
{
    /// <summary>Waits for a person's approval of its exact payload.</summary>
    PendingApproval,

    /// <summary>Waits in its device's queue.</summary>
    Queued,

    /// <summary>A device holds the claim and works on it.</summary>
    Claimed,

    /// <summary>Terminal: the device said that it succeeded.</summary>
    Completed,

    /// <summary>Terminal: the device said that it failed.</summary>
    Failed,

    /// <summary>Terminal: its time limit passed, by the device's word or by the queue's clock.</summary>
    TimedOut,

    /// <summary>Terminal: a person refused it.</summary>
    Rejected,

    /// <summary>Terminal: it was cancelled, by itself or with its session.</summary>
    Cancelled,

    /// <summary>Terminal: it was not started before its expiry.</summary>
    Expired,

    /// <summary>Terminal: it was claimed too often without a word.</summary>
    DeadLettered,

    /// <summary>Terminal: its claim ended without a word and its type must not run twice; nobody knows whether it ran.</summary>
    Unknown,
}

/// <summary>Names of <see cref="CommandState"/> as they go over the wire and into stores, for example <c>pending_approval</c>.</summary>
public static class CommandStates
{
    private static readonly string[] Names =
    [
        "pending_approval", "queued", "claimed", "completed", "failed", "timed_out",
        "rejected", "cancelled", "expired", "dead_lettered", "unknown",
    ];

    private static readonly FrozenDictionary<string, CommandState> ByName =
        Enum.GetValues<CommandState>().ToFrozenDictionary(Name, StringComparer.Ordinal);

    /// <summary>The wire name.</summary>
    public static string Name(this CommandState state) => Names[(int)state];

    /// <summary>Whether nothing can follow.</summary>
    public static bool IsTerminal(this CommandState state) => state >= CommandState.Completed;

    /// <summary>The state of a wire name; false when there is none.</summary>
    public static bool TryParse(string? name, out CommandState state)
    {
        state = default;
        return name is not null && ByName.TryGetValue(name, out state);
    }
}
