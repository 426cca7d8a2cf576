using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Portal.Shell;

/// <summary>JSON for people: indented, and readable where JSON would not have to escape.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A value as text.</summary>
    public static string Of(JsonElement value) => JsonSerializer.Serialize(value, Indented);

    /// <summary>A text indented when it is a JSON object or array; otherwise as it is.</summary>
    public static string Pretty(string text)
    {
        var start = text.AsSpan().TrimStart();
        if (start.IsEmpty || start[0] is not ('{' or '[')) return text;
        try
        {
            using var document = JsonDocument.Parse(text);
            return Of(document.RootElement);
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
