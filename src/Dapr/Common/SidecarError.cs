using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Dapr;

/// <summary>Reads the sidecar's error answers.</summary>
internal static class SidecarError
{
    /// <summary>
    /// The error in an unsuccessful answer. An answer without Dapr's error body, such as the text that a wrong token gets,
    /// becomes a message that names the status alone.
    /// </summary>
    public static async Task<DaprApiException> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        try
        {
            using var document = JsonDocument.Parse(body);
            if (Text(document.RootElement, "errorCode") is { } code)
                return new DaprApiException(Text(document.RootElement, "message") ?? StatusMessage(response.StatusCode), code, false);
        }
        catch (JsonException)
        {
            // Not every error answer is JSON; the status is then all there is to tell.
        }

        return new DaprApiException(StatusMessage(response.StatusCode));
    }

    private static string StatusMessage(HttpStatusCode status) =>
        string.Create(CultureInfo.InvariantCulture, $"The Dapr sidecar answered with HTTP status {(int)status}.");

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
