namespace Gateway.Portal.Api;

/// <summary>The states of a command (DESIGN, "Where the specifications are silent"), and what a person needs to know of them.</summary>
internal static class CommandStates
{
    public const string
        PendingApproval = "pending_approval",
        Queued = "queued",
        Claimed = "claimed",
        Completed = "completed",
        Failed = "failed",
        TimedOut = "timed_out",
        Rejected = "rejected",
        Cancelled = "cancelled",
        Expired = "expired",
        DeadLettered = "dead_lettered",
        Unknown = "unknown";

    /// <summary>Whether it may still change.</summary>
    public static bool IsLive(string state) => state is PendingApproval or Queued or Claimed;

    /// <summary>In words.</summary>
    public static string Words(string state) => state switch
    {
        PendingApproval => "Needs approval",
        Queued => "Waiting",
        Claimed or TaskStates.Running => "Running",
        Completed => "Completed",
        Failed => "Failed",
        TimedOut => "Timed out",
        Rejected => "Rejected",
        Cancelled => "Cancelled",
        Expired => "Expired",
        DeadLettered => "Given up",
        Unknown => "Outcome unknown",
        _ => state,
    };

    /// <summary>The tone in which it is shown: <c>good</c>, <c>bad</c>, <c>warn</c>, <c>work</c> or <c>calm</c>.</summary>
    public static string Tone(string state) => state switch
    {
        Completed => "good",
        Failed or TimedOut or DeadLettered or Unknown => "bad",
        PendingApproval => "warn",
        Claimed or TaskStates.Running => "work",
        _ => "calm",
    };
}
