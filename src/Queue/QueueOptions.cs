using System.ComponentModel.DataAnnotations;

namespace Gateway.Queue;

/// <summary>How this replica works on queues. Bound from <c>Gateway:Queue</c>.</summary>
public sealed class QueueOptions
{
    /// <summary>The Dapr state component that holds the heads; it has <c>keyPrefix: name</c>. Default <c>statestore</c>.</summary>
    [Required] public string StateStore { get; set; } = "statestore";

    /// <summary>The Dapr pub/sub component for notices between replicas. Default <c>pubsub</c>.</summary>
    [Required] public string PubSub { get; set; } = "pubsub";

    /// <summary>
    /// This replica's id, different for every running instance; <c>[A-Za-z0-9._-]{1,128}</c>. Default none: it takes a free place among the replicas,
    /// such as <c>api-1</c> (docs/decisions/0013).
    /// </summary>
    [RegularExpression("^[A-Za-z0-9._-]{1,128}$")] public string? ReplicaId { get; set; }

    /// <summary>What replicas' places are called before their number. Not a setting: the roles say it at start.</summary>
    [RegularExpression("^[a-z]{1,20}$")] public string ReplicaGroup { get; set; } = "replica";

    /// <summary>
    /// The name of this process, which a restart in the same place has again and no other process has. Not a setting: the machine's name and the app
    /// port, set at start.
    /// </summary>
    public string ReplicaName { get; set; } = Environment.MachineName;

    /// <summary>Most commands of one device that are not ended. Default 10,000; 1 to 100,000.</summary>
    [Range(1, 100_000)] public int MaxLength { get; set; } = 10_000;

    /// <summary>How often a command may be claimed without a result. Default 5; 1 to 100.</summary>
    [Range(1, 100)] public int MaxAttempts { get; set; } = 5;

    /// <summary>How long a command may wait at most. Default 14 days; 1 minute to 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")] public TimeSpan Retention { get; set; } = TimeSpan.FromDays(14);

    /// <summary>How long an approval holds when the command is not claimed. Default 1 hour; 1 minute to 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")] public TimeSpan ApprovalValidity { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long the claims of a lost socket last for the device to come back. Setting <c>Gateway:Channels:ReconnectGrace</c>. Default 30 seconds; 1 second to 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")] public TimeSpan ReconnectGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the head of a device whose socket is here goes unseen before it is read, in case a notice was lost. Default 30 seconds; 1 second to 10 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")] public TimeSpan LookAtChannels { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most heads that this replica keeps at hand. Default 20,000; 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)] public int CachedHeads { get; set; } = 20_000;

    /// <summary>The sizes of a head's parts. Not a setting: tests make them small.</summary>
    internal Core.Queue.QueueLimits Sizes { get; set; } = Core.Queue.QueueLimits.Default;

    /// <summary>The limits as Core takes them.</summary>
    internal Core.Queue.QueueLimits ToLimits() => Sizes with
    {
        MaxLength = MaxLength,
        MaxAttempts = MaxAttempts,
        Retention = Retention,
        ApprovalValidity = ApprovalValidity,
        ReconnectGrace = ReconnectGrace,
    };
}
