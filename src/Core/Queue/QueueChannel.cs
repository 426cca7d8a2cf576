using System.Text.Json.Serialization;

namespace Gateway.Core.Queue;

/// <summary>A device's socket, as its head names it: there is one at most, and the latest one counts.</summary>
/// <param name="Replica">The id of the replica that holds it.</param>
/// <param name="Boot">That replica's boot.</param>
/// <param name="Connection">Its id: <c>conn_</c> and a <see cref="Ids.SortableId"/>, never used twice.</param>
/// <param name="At">When it was attached, Unix milliseconds.</param>
public sealed record QueueChannel(
    [property: JsonPropertyName("r")] string Replica,
    [property: JsonPropertyName("b")] long Boot,
    [property: JsonPropertyName("c")] string Connection,
    [property: JsonPropertyName("at")] long At)
{
    /// <summary>Most commands in the hands of this connection; null: <see cref="QueueLimits.MaxInFlight"/>.</summary>
    [JsonPropertyName("n")] public int? Credit { get; init; }

    /// <summary>How long a pushed claim lasts unless extended, in milliseconds; null: <see cref="QueueLimits.PushVisibility"/>.</summary>
    [JsonPropertyName("vis")] public long? VisibilityMs { get; init; }

    /// <summary>Whether the device takes no more over it: nothing is pushed until it attaches another one.</summary>
    [JsonPropertyName("dr"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool IsDraining { get; init; }

    /// <summary>Who holds it.</summary>
    [JsonIgnore] public ReplicaBoot Holder => new(Replica, Boot);

    /// <summary>How many more commands may be pushed beside those that are claimed already.</summary>
    public int Room(IEnumerable<QueueEntry> claimed, QueueLimits limits) =>
        IsDraining ? 0 : (Credit ?? limits.MaxInFlight) - claimed.Count(entry => entry.Claim!.Connection == Connection);
}

/// <summary>One run of a replica. What an earlier run held is gone, whatever the replica is called.</summary>
/// <param name="Replica">The replica's id.</param>
/// <param name="Boot">When it was started, Unix milliseconds; larger than that of any earlier run of the same id.</param>
public sealed record ReplicaBoot(
    [property: JsonPropertyName("r")] string Replica,
    [property: JsonPropertyName("b")] long Boot);
