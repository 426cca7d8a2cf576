using System.Text.Json;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.State;

/// <summary>
/// The fields of one operation's <c>request</c>. daprd reads them with another decoder than those of a plain save: names in
/// any case, and errors of its own.
/// </summary>
internal sealed class TransactionFields
{
    private readonly JsonElement request;

    public TransactionFields(JsonElement operation)
    {
        request = operation.TryGetProperty("request", out JsonElement value) ? value : default;
        if (request.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null or JsonValueKind.Undefined))
            Error = Errors($"'' expected a map, got '{Kind(request)}'");
    }

    /// <summary>The first thing that was wrong, or null.</summary>
    public string? Error { get; private set; }

    /// <summary>The value to store; null when there is none.</summary>
    public JsonElement? Value => Find(request, "value");

    public string? Text(string field) => Find(request, field) is { } value ? Text(value, field) : null;

    public string? Option(string field) =>
        Find(request, "options") is { ValueKind: JsonValueKind.Object } options && Find(options, field) is { } value ? Text(value, "Options." + field) : null;

    public string? Metadata(string name)
    {
        if (Find(request, "metadata") is not { ValueKind: JsonValueKind.Object } metadata) return null;
        return metadata.TryGetProperty(name, out JsonElement value) ? Text(value, $"Metadata[{name}]") : null;
    }

    private string? Text(JsonElement value, string field)
    {
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        if (value.ValueKind != JsonValueKind.Null)
            Error ??= Errors($"'{field}' expected type 'string', got unconvertible type '{Kind(value)}', value: '{Shown(value)}'");
        return null;
    }

    private static JsonElement? Find(JsonElement value, string name)
    {
        if (value.ValueKind != JsonValueKind.Object) return null;
        JsonElement? found = null;
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) found = member.Value;
        }

        return found;
    }

    private static string Errors(string one) => $"1 error(s) decoding:\n\n* {one}";

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "map[string]interface {}",
        JsonValueKind.Array => "[]interface {}",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "float64",
        _ => "bool",
    };

    private static string Shown(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? GoJson.FormatNumber(value.GetDouble()) : value.GetRawText();
}
