using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Agent.Metrics;

namespace Gateway.Agent.Transport;

// The bodies of the Gateway specification (gateway-api.md), device endpoints. Times are UTC ISO 8601 with Z, durations milliseconds.

internal sealed record RegisterRequest(string DeviceId, string ActivationCode, string DeviceSecret, DeviceMetadata? Metadata);

internal sealed record DeviceMetadata(string? Location, string? Model);

internal sealed record RegisterAnswer(bool Success, RegisteredDevice? Device, string? DeviceSecret);

internal sealed record RegisteredDevice(string? Id, string? Status, string? CustomerId, string? RegisteredAt);

internal sealed record AuthRequest(string DeviceId, string DeviceSecret);

/// <param name="ExpiresIn">Seconds.</param>
internal sealed record AuthAnswer(string? Token, double ExpiresIn, string? DeviceId);

internal sealed record HeartbeatRequest(string Timestamp, string Status, MetricsSample Metrics, Diagnostics Diagnostics);

/// <param name="Fault">What keeps the agent from working, in words; absent when nothing does.</param>
internal sealed record Diagnostics(
    string AgentVersion,
    string Os,
    string Architecture,
    IReadOnlyList<RunningCommand> Running,
    int PendingResults,
    IReadOnlyList<string> Commands,
    string? Fault);

internal sealed record RunningCommand(string Id, string Type);

internal sealed record HeartbeatAnswer(bool Success, double? NextHeartbeat);

internal sealed record ClaimRequest(int Limit, long VisibilityTimeout, long WaitMs, string RequestId);

internal sealed record ClaimAnswer(IReadOnlyList<ClaimedCommandBody>? Commands);

internal sealed record ClaimedCommandBody(
    string? Id,
    string? Type,
    JsonElement Parameters,
    string? ClaimToken,
    DateTimeOffset? VisibleUntil,
    double? TimeoutMs);

internal sealed record ExtendRequest(string ClaimToken, long ExtensionMs);

internal sealed record ExtendAnswer(bool Success, DateTimeOffset? VisibleUntil);

/// <summary>A result as it is sent, and as it is kept on disk until then: sent again it is the same, byte for byte.</summary>
/// <param name="Status"><c>success</c>, <c>failure</c> or <c>timeout</c>.</param>
/// <param name="Duration">Milliseconds.</param>
internal sealed record ResultRequest(
    string ClaimToken, string Status, string ExecutedAt, long Duration, string? Output = null, string? Error = null);

/// <summary>A claim that is given back, as it is sent and as it is kept on disk until then.</summary>
internal sealed record ReleaseRequest(string ClaimToken);

/// <summary>No more commands over this socket.</summary>
internal sealed record DrainRequest;

/// <param name="Chunk">The how-manieth piece of this claim, from 0.</param>
/// <param name="Offset">How much was printed before it, in UTF-16 units, lost or not.</param>
internal sealed record OutputRequest(string ClaimToken, int Chunk, long Offset, string Text);

internal sealed record ErrorAnswer(ErrorBody? Error);

internal sealed record ErrorBody(string? Code, string? Message, ErrorDetails? Details = null);

/// <param name="RetryAfterMs">Over a socket, which has no headers: when to try again.</param>
internal sealed record ErrorDetails(double? RetryAfterMs);

/// <summary>What the gateway wishes of a connected device; sent when it connects and when it changes.</summary>
internal sealed record ConfigUpdate(int? OutputChunkBytes, double? OutputPerSecond);

/// <param name="RetryAfterMs">When to come back.</param>
internal sealed record ReconnectHint(double? RetryAfterMs);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(RegisterAnswer))]
[JsonSerializable(typeof(AuthRequest))]
[JsonSerializable(typeof(AuthAnswer))]
[JsonSerializable(typeof(HeartbeatRequest))]
[JsonSerializable(typeof(HeartbeatAnswer))]
[JsonSerializable(typeof(ClaimRequest))]
[JsonSerializable(typeof(ClaimAnswer))]
[JsonSerializable(typeof(ExtendRequest))]
[JsonSerializable(typeof(ExtendAnswer))]
[JsonSerializable(typeof(ResultRequest))]
[JsonSerializable(typeof(ReleaseRequest))]
[JsonSerializable(typeof(DrainRequest))]
[JsonSerializable(typeof(WordTaken))]
[JsonSerializable(typeof(OutputRequest))]
[JsonSerializable(typeof(OutputTaken))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(ClaimedCommandBody))]
[JsonSerializable(typeof(ConfigUpdate))]
[JsonSerializable(typeof(ReconnectHint))]
internal sealed partial class WireJson : JsonSerializerContext;

/// <summary>How the bodies are written.</summary>
internal static class Wire
{
    /// <summary>Text beyond ASCII goes as it is: escaped, a result could grow sixfold and be refused as too large.</summary>
    public static WireJson Json { get; } =
        new(new JsonSerializerOptions(WireJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
