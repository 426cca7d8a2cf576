using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Core.Queue;
using Gateway.Queue.Commits;

namespace Gateway.Queue.Notices;

/// <summary>What one replica tells another, best effort, on the other's topic <c>replica.{id}</c>.</summary>
public sealed record ReplicaNotice
{
    /// <summary>Most text in one notice, in UTF-16 units.</summary>
    public const int MaxTextLength = 64 * 1024;

    /// <summary>The device that it is about.</summary>
    [JsonPropertyName("deviceId")] public required string DeviceId { get; init; }

    /// <summary>What it tells. Default: to look at the head.</summary>
    [JsonPropertyName("kind")] public ReplicaNoticeKind Kind { get; init; }

    /// <summary>The events of a commit, with <see cref="ReplicaNoticeKind.Events"/>; null: they are too large for a notice.</summary>
    [JsonPropertyName("events")] public IReadOnlyList<QueueEvent>? Events { get; init; }

    /// <summary>The number of the commit's last event, with <see cref="ReplicaNoticeKind.Events"/>.</summary>
    [JsonPropertyName("through")] public long? Through { get; init; }

    /// <summary><c>output</c> or <c>status</c>, with <see cref="ReplicaNoticeKind.Live"/>.</summary>
    [JsonPropertyName("live")] public string? Live { get; init; }

    /// <summary>What is told, with <see cref="ReplicaNoticeKind.Live"/>; at most <see cref="MaxTextLength"/> long.</summary>
    [JsonPropertyName("data")] public JsonElement? Data { get; init; }

    /// <summary>How much text it holds, roughly.</summary>
    [JsonIgnore] internal int TextLength => (Events?.Sum(EventTexts.Length) ?? 0) + (Data?.GetRawText().Length ?? 0);

    /// <summary>Says that the head of a device is worth a look: there may be something to claim or to send, or its channel has moved.</summary>
    public static ReplicaNotice Look(string deviceId) => new() { DeviceId = deviceId };

    /// <summary>Tells what was committed; without the events when they are too large.</summary>
    internal static ReplicaNotice OfEvents(string deviceId, IReadOnlyList<QueueEvent> events) => new()
    {
        DeviceId = deviceId,
        Kind = ReplicaNoticeKind.Events,
        Events = events.Sum(EventTexts.Length) <= MaxTextLength ? events : null,
        Through = events[^1].Seq,
    };

    /// <summary>Tells what passes by.</summary>
    public static ReplicaNotice OfLive(string deviceId, string kind, JsonElement data) =>
        new() { DeviceId = deviceId, Kind = ReplicaNoticeKind.Live, Live = kind, Data = data };
}

/// <summary>What a <see cref="ReplicaNotice"/> tells.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReplicaNoticeKind>))]
public enum ReplicaNoticeKind
{
    /// <summary>Look at the device's head.</summary>
    [JsonStringEnumMemberName("look")] Look,

    /// <summary>Events of a device that the other replica watches.</summary>
    [JsonStringEnumMemberName("events")] Events,

    /// <summary>Something that passes by: output of a command, a status.</summary>
    [JsonStringEnumMemberName("live")] Live,
}
