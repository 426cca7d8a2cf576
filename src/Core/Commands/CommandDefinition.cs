using System.Text.Json.Serialization;

namespace Gateway.Core.Commands;

/// <summary>What a command is, fixed when it is accepted. Times are Unix milliseconds, durations milliseconds.</summary>
public sealed record CommandDefinition
{
    /// <summary>The kind of work, for example <c>system_info</c>; 1 to 64 characters of <c>[A-Za-z0-9._-]</c>.</summary>
    [JsonPropertyName("t")] public required string Type { get; init; }

    /// <summary>The parameters.</summary>
    [JsonPropertyName("p")] public required Payload Parameters { get; init; }

    /// <summary>0 (last) to 9 (first); 5 unless said otherwise.</summary>
    [JsonPropertyName("pr")] public required int Priority { get; init; }

    /// <summary>Base64url SHA-256 over type and canonical parameters: what an approval and an idempotency key are bound to.</summary>
    [JsonPropertyName("h")] public required string Digest { get; init; }

    /// <summary>When it was accepted.</summary>
    [JsonPropertyName("c")] public required long CreatedAt { get; init; }

    /// <summary>When it expires if it was not started: given, or the retention.</summary>
    [JsonPropertyName("x")] public required long ExpiresAt { get; init; }

    /// <summary>How long a claim on it may last in all; null: as long as the device extends.</summary>
    [JsonPropertyName("to")] public long? TimeoutMs { get; init; }

    /// <summary>Whether it must not run twice: a claim that ends without a word ends it as <see cref="CommandState.Unknown"/>.</summary>
    [JsonPropertyName("once"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool AtMostOnce { get; init; }

    /// <summary>Whether it needs a person's approval before it may be claimed.</summary>
    [JsonPropertyName("ap"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool RequiresApproval { get; init; }

    /// <summary>The idempotency key that it was sent with; null: none.</summary>
    [JsonPropertyName("ik")] public string? IdempotencyKey { get; init; }

    /// <summary>The session that it belongs to; null: none.</summary>
    [JsonPropertyName("s")] public string? SessionId { get; init; }

    /// <summary>Who sent it, for example <c>customer:abc</c>.</summary>
    [JsonPropertyName("by")] public required string By { get; init; }
}

/// <summary>
/// A text (JSON as text, or a command's output), either here or in a document of its own. It is kept as text because Dapr
/// rewrites JSON values: it sorts members and rounds large numbers.
/// </summary>
/// <param name="Text">The text, when it is small.</param>
/// <param name="Document">The name of the document that holds it, when it is large.</param>
/// <param name="Length">Its length in UTF-16 units.</param>
public sealed record Payload(
    [property: JsonPropertyName("v")] string? Text,
    [property: JsonPropertyName("d")] string? Document,
    [property: JsonPropertyName("l")] int Length)
{
    /// <summary>A payload that lives where it is named.</summary>
    public static Payload Inline(string text) => new(text, null, text.Length);
}

/// <summary>The device's own words about a command. Times are Unix milliseconds, durations milliseconds.</summary>
public sealed record CommandResult
{
    /// <summary><c>success</c>, <c>failure</c> or <c>timeout</c>.</summary>
    [JsonPropertyName("s")] public required string Status { get; init; }

    /// <summary>What the command printed; null: nothing was sent.</summary>
    [JsonPropertyName("o")] public Payload? Output { get; init; }

    /// <summary>What went wrong, in the device's words; null: nothing was sent.</summary>
    [JsonPropertyName("e")] public Payload? Error { get; init; }

    /// <summary>When the device ran it, by the device's clock.</summary>
    [JsonPropertyName("x")] public required long ExecutedAt { get; init; }

    /// <summary>How long it ran, in milliseconds, by the device's clock.</summary>
    [JsonPropertyName("ms")] public required double DurationMs { get; init; }

    /// <summary>Base64url SHA-256 over all of the above: tells a repeated result from another one.</summary>
    [JsonPropertyName("h")] public required string Digest { get; init; }
}
