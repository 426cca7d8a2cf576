using System.Text.Json.Serialization;
using Gateway.Core.Commands;

namespace Gateway.Core.Queue;

/// <summary>What a <see cref="QueueEvent"/> tells. Values are stored in heads and history: never renumber them.</summary>
public enum QueueEventKind
{
    /// <summary>A command was accepted; carries the whole definition.</summary>
    Enqueued = 1,

    /// <summary>A person approved it; it is queued.</summary>
    Approved = 2,

    /// <summary>A device claimed it.</summary>
    Claimed = 3,

    /// <summary>The claim's visibility was extended.</summary>
    Extended = 4,

    /// <summary>The claim ended without a word and the command is queued again.</summary>
    Returned = 5,

    /// <summary>The approval ran out before the claim; it waits for approval again.</summary>
    ApprovalLapsed = 6,

    /// <summary>The command reached its terminal state.</summary>
    Ended = 7,

    /// <summary>Its device gave it back, which had not begun it, and the command is queued again.</summary>
    Released = 8,

    /// <summary>A session was opened.</summary>
    SessionOpened = 20,

    /// <summary>A session ended: closed by its customer, or expired.</summary>
    SessionEnded = 21,
}

/// <summary>
/// One thing that happened to a device's queue, numbered without gaps per device from 1. It stays in the head until history has it.
/// Members that do not apply are null and left out of the JSON. Times are Unix milliseconds.
/// </summary>
public sealed record QueueEvent
{
    /// <summary>The number, per device, from 1, without gaps.</summary>
    [JsonPropertyName("n")] public required long Seq { get; init; }

    /// <summary>When, in Unix milliseconds by the clock of the replica that committed it.</summary>
    [JsonPropertyName("at")] public required long At { get; init; }

    /// <summary>What happened.</summary>
    [JsonPropertyName("k")] public required QueueEventKind Kind { get; init; }

    /// <summary>The command, for events of a command.</summary>
    [JsonPropertyName("id")] public string? CommandId { get; init; }

    /// <summary>The session that the event or its command belongs to.</summary>
    [JsonPropertyName("ses")] public string? SessionId { get; init; }

    /// <summary>The command's state from now on.</summary>
    [JsonPropertyName("st")] public CommandState? State { get; init; }

    /// <summary>The definition, on <see cref="QueueEventKind.Enqueued"/>.</summary>
    [JsonPropertyName("def")] public CommandDefinition? Definition { get; init; }

    /// <summary>How often the command has been claimed, on <see cref="QueueEventKind.Claimed"/>.</summary>
    [JsonPropertyName("try")] public int? Attempt { get; init; }

    /// <summary>The end of the claim's visibility, on <see cref="QueueEventKind.Claimed"/> and <see cref="QueueEventKind.Extended"/>.</summary>
    [JsonPropertyName("vis")] public long? VisibleUntil { get; init; }

    /// <summary>Base64url SHA-256 of the claim token, on <see cref="QueueEventKind.Claimed"/> and on an end by a result: a repeated result is recognised by it.</summary>
    [JsonPropertyName("tok")] public string? TokenHash { get; init; }

    /// <summary>The device's result, on an end by a result.</summary>
    [JsonPropertyName("res")] public CommandResult? Result { get; init; }

    /// <summary>Who caused it, for example <c>customer:abc</c> or <c>device:pi-1</c>; null: the clock.</summary>
    [JsonPropertyName("by")] public string? By { get; init; }

    /// <summary>A reason in words, from a person or from the queue.</summary>
    [JsonPropertyName("why")] public string? Reason { get; init; }

    /// <summary>The session, on <see cref="QueueEventKind.SessionOpened"/>; its end state on <see cref="QueueEventKind.SessionEnded"/>.</summary>
    [JsonPropertyName("sd")] public SessionDefinition? Session { get; init; }

    /// <summary>Documents that nothing names any more once this event is in history.</summary>
    [JsonPropertyName("doc")] public IReadOnlyList<string>? Documents { get; init; }
}

/// <summary>What a session is, as its events carry it. Times are Unix milliseconds.</summary>
/// <param name="CustomerId">The customer who opened it.</param>
/// <param name="Type"><c>diagnostic</c> or <c>remediation</c>.</param>
/// <param name="Description">The customer's words; null: none.</param>
/// <param name="CreatedAt">When it was opened.</param>
/// <param name="ExpiresAt">When it ends by itself.</param>
/// <param name="Status"><c>active</c>, <c>closed</c> or <c>expired</c>.</param>
public sealed record SessionDefinition(
    [property: JsonPropertyName("c")] string CustomerId,
    [property: JsonPropertyName("t")] string Type,
    [property: JsonPropertyName("d")] string? Description,
    [property: JsonPropertyName("at")] long CreatedAt,
    [property: JsonPropertyName("exp")] long ExpiresAt,
    [property: JsonPropertyName("st")] string Status);
