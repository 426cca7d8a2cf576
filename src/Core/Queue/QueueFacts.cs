using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Gateway.Core.History;

namespace Gateway.Core.Queue;

/// <summary>A document that a head names: a segment of waiting commands, or one large text. Written once, never changed.</summary>
public sealed record QueueDocument
{
    /// <summary>The commands of a segment; null: not a segment.</summary>
    [JsonPropertyName("entries")] public ImmutableArray<QueueEntry>? Entries { get; init; }

    /// <summary>The text; null: not a text.</summary>
    [JsonPropertyName("text")] public string? Text { get; init; }
}

/// <summary>
/// What the caller has read for <see cref="DeviceQueue.Apply"/> beside the head. A value of null says that it was looked for and
/// is not there; a missing key, that nobody looked. History must have been asked after the head was read.
/// </summary>
public sealed class QueueFacts
{
    /// <summary>Documents by name. A document that is named but absent is an error of the store, not a fact.</summary>
    public Dictionary<string, QueueDocument> Documents { get; } = [];

    /// <summary>Commands by idempotency key.</summary>
    public Dictionary<string, KnownCommand?> Keys { get; } = [];

    /// <summary>Ended commands by id.</summary>
    public Dictionary<string, CommandRecord?> Commands { get; } = [];
}

/// <summary>What <see cref="DeviceQueue.Apply"/> must be told before it can decide.</summary>
public sealed class QueueNeeds
{
    /// <summary>Names of documents.</summary>
    public HashSet<string> Documents { get; } = [];

    /// <summary>Idempotency keys to look up in history.</summary>
    public HashSet<string> Keys { get; } = [];

    /// <summary>Ids of commands to look up in history.</summary>
    public HashSet<string> Commands { get; } = [];

    /// <summary>Whether there is anything.</summary>
    public bool Any => Documents.Count + Keys.Count + Commands.Count > 0;
}
