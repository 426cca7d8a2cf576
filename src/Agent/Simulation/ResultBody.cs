using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Core.Commands;

namespace Gateway.Agent.Simulation;

/// <summary>A result as it is sent, and as it is shown again.</summary>
internal sealed record ResultBody(string Token, string Status, string? Output, string ExecutedAt, double Duration)
{
    public CommandState Outcome => Status switch
    {
        "success" => CommandState.Completed,
        "failure" => CommandState.Failed,
        _ => CommandState.TimedOut,
    };

    /// <summary>The same for the same result, whether it was sent or is shown.</summary>
    public string Digest => Digests.OfResult(
        Status, Output, null, DateTimeOffset.Parse(ExecutedAt, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds(), Duration);

    public JsonObject ToJson() => new()
    {
        ["claimToken"] = Token,
        ["status"] = Status,
        ["output"] = Output,
        ["executedAt"] = ExecutedAt,
        ["duration"] = Duration,
    };

    /// <summary>The digest of a result that a view shows; null: it shows none.</summary>
    public static string? DigestOf(JsonElement result) => result.ValueKind != JsonValueKind.Object ? null : new ResultBody(
        "",
        result.GetProperty("status").GetString()!,
        result.TryGetProperty("output", out JsonElement output) ? output.GetString() : null,
        result.GetProperty("executedAt").GetString()!,
        result.GetProperty("duration").GetDouble()).Digest;
}
