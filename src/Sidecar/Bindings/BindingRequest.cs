using System.Text.Json;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Bindings;

/// <summary>The body of an invocation: <c>{"operation","data","metadata"}</c>.</summary>
/// <param name="Operation">Empty when it was left out.</param>
/// <param name="Data">JSON text in UTF-8, as Go writes it.</param>
/// <param name="Metadata">By names as they were sent.</param>
internal sealed record BindingRequest(string Operation, byte[] Data, IReadOnlyDictionary<string, string> Metadata)
{
    private static readonly byte[] Null = "null"u8.ToArray();

    /// <summary>The request, or null and what is wrong with it in Go's words.</summary>
    public static BindingRequest? Read(JsonElement body, out string error)
    {
        error = "";
        string operation = "";
        byte[] data = Null;
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        if (body.ValueKind is not (JsonValueKind.Object or JsonValueKind.Null))
            error = $"json: cannot unmarshal {GoJsonReader.TypeName(body)} into Go value of type http.OutputBindingRequest";
        if (body.ValueKind != JsonValueKind.Object) return error.Length == 0 ? new BindingRequest(operation, data, metadata) : null;

        foreach (JsonProperty member in body.EnumerateObject())
        {
            // Go matches the names of members in any case.
            switch (member.Name.ToLowerInvariant())
            {
                case "operation":
                    operation = Text(member.Value, "operation", ref error);
                    break;
                case "data":
                    data = GoJson.Normalize(member.Value);
                    break;
                case "metadata" when member.Value.ValueKind == JsonValueKind.Object:
                    foreach (JsonProperty item in member.Value.EnumerateObject()) metadata[item.Name] = Text(item.Value, "metadata", ref error);
                    break;
                case "metadata" when member.Value.ValueKind != JsonValueKind.Null:
                    error = Unreadable(member.Value, "metadata", "map[string]string");
                    break;
            }

            if (error.Length > 0) return null;
        }

        return new BindingRequest(operation, data, metadata);
    }

    private static string Text(JsonElement value, string field, ref string error)
    {
        if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
        if (value.ValueKind != JsonValueKind.Null && error.Length == 0) error = Unreadable(value, field, "string");
        return "";
    }

    private static string Unreadable(JsonElement value, string field, string type) =>
        $"json: cannot unmarshal {GoJsonReader.TypeName(value)} into Go struct field OutputBindingRequest.{field} of type {type}";
}
