using System.Net;
using System.Text.Json;

namespace Gateway.Sidecar.PubSub.Subscriptions;

/// <summary>
/// What an app's answer to a message says
/// (https://docs.dapr.io/reference/api/pubsub_api/#expected-http-response): null when it has handled it, else why not.
/// </summary>
internal static class AppAnswer
{
    public static string? Judge(HttpStatusCode status, ReadOnlyMemory<byte> body) =>
        JudgeStatus(status) ?? (StatusOf(body) is { } said ? JudgeWord(said) : null);

    /// <summary>The same for a bulk answer, which must name the entry.</summary>
    public static string? JudgeBulk(HttpStatusCode status, ReadOnlyMemory<byte> body, string entryId) =>
        JudgeStatus(status) ?? (StatusOf(body, entryId) is { } said ? JudgeWord(said) : "its answer does not name the entry");

    private static string? JudgeStatus(HttpStatusCode status) =>
        (int)status is >= 200 and < 300 ? null : $"it answered {(int)status}";

    private static string? JudgeWord(string status) => status is "" or "SUCCESS" ? null : status switch
    {
        "RETRY" => "it answered RETRY",
        "DROP" => "it answered DROP",
        _ => "it answered with a status that is not known",
    };

    /// <summary>The status in the body; null for a body that has none, or is no JSON: both count as handled.</summary>
    private static string? StatusOf(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return Status(document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? StatusOf(ReadOnlyMemory<byte> body, string entryId)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("statuses", out JsonElement statuses)
                || statuses.ValueKind != JsonValueKind.Array) return null;
            foreach (JsonElement entry in statuses.EnumerateArray())
            {
                if (entry.ValueKind == JsonValueKind.Object
                    && entry.TryGetProperty("entryId", out JsonElement id) && id.ValueKind == JsonValueKind.String && id.ValueEquals(entryId))
                    return Status(entry) ?? "";
            }
        }
        catch (JsonException)
        {
            // As if it named nothing.
        }

        return null;
    }

    private static string? Status(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("status", out JsonElement status) && status.ValueKind == JsonValueKind.String
            ? status.GetString()
            : null;
}
