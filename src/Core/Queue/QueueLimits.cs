namespace Gateway.Core.Queue;

/// <summary>The bounds of one device's queue. One value for a whole deployment; the defaults are DESIGN's.</summary>
public sealed record QueueLimits
{
    /// <summary>The defaults.</summary>
    public static readonly QueueLimits Default = new();

    /// <summary>Most commands that are not ended, of every state; one more is refused. Default 10,000.</summary>
    public int MaxLength { get; init; } = 10_000;

    /// <summary>Most claims that a device may hold at once. Default 64.</summary>
    public int MaxClaims { get; init; } = 64;

    /// <summary>Most commands in the hands of one connection: its credit. Default 10.</summary>
    public int MaxInFlight { get; init; } = 10;

    /// <summary>How long a pushed claim lasts unless extended. Default 5 minutes.</summary>
    public TimeSpan PushVisibility { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the claims of a lost connection last for the device to come back. Default 30 seconds.</summary>
    public TimeSpan ReconnectGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most replicas that may watch one device. Default 16.</summary>
    public int MaxWatchers { get; init; } = 16;

    /// <summary>Most commands that wait for approval at once. Default 64.</summary>
    public int MaxPendingApproval { get; init; } = 64;

    /// <summary>Most commands of one session that are not ended. Default 100.</summary>
    public int MaxSessionCommands { get; init; } = 100;

    /// <summary>How often a command may be claimed without a word before it is dead-lettered. Default 5.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>How long a command may wait at most, and how long its documents live. Default 14 days.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(14);

    /// <summary>How long an approval holds when the command is not claimed. Default 1 hour.</summary>
    public TimeSpan ApprovalValidity { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Events that may wait for history; past it nothing new is accepted, past twice as many nothing is handed out. Default 512.</summary>
    public int MaxEvents { get; init; } = 512;

    /// <summary>Longest text that lives in the head, in UTF-16 units; longer ones get a document. Default 2,048.</summary>
    public int InlineText { get; init; } = 2_048;

    /// <summary>Most waiting commands that live in the head. Default 64.</summary>
    public int InlineEntries { get; init; } = 64;

    /// <summary>Waiting commands that a lane keeps at hand of a spilled queue, at either end. Default 32.</summary>
    public int LaneEntries { get; init; } = 32;

    /// <summary>Most commands in one segment. Default 128.</summary>
    public int SegmentEntries { get; init; } = 128;
}
