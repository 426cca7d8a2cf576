using System.Text.Json;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.State;

/// <summary>One entry of a save: <c>{"key","value","etag","metadata","options"}</c>. A missing value is null.</summary>
internal sealed record SaveRequest(string Key, JsonElement? Value, string? ETag, WriteOptions Options, Dictionary<string, string>? Metadata)
{
    /// <summary>Reads the body of a save; null and the error when it is not one.</summary>
    public static List<SaveRequest>? ReadAll(JsonElement body, out string error)
    {
        error = "";
        List<SaveRequest> requests = [];
        // daprd takes null for an empty list.
        if (body.ValueKind == JsonValueKind.Null) return requests;
        if (body.ValueKind != JsonValueKind.Array)
        {
            error = $"json: cannot unmarshal {GoJsonReader.TypeName(body)} into Go value of type []state.SetRequest";
            return null;
        }

        foreach (JsonElement item in body.EnumerateArray())
        {
            if (Read(item, ref error) is not { } request) return null;
            requests.Add(request);
        }

        return requests;
    }

    private static SaveRequest? Read(JsonElement item, ref string error)
    {
        if (item.ValueKind != JsonValueKind.Object && item.ValueKind != JsonValueKind.Null)
        {
            error = $"json: cannot unmarshal {GoJsonReader.TypeName(item)} into Go value of type state.SetRequest";
            return null;
        }

        string? key = null, etag = null, concurrency = null, consistency = null;
        JsonElement? value = null;
        Dictionary<string, string>? metadata = null;
        bool good = true;
        if (item.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in item.EnumerateObject())
            {
                // Go matches the names of members in any case.
                if (Is(member, "key")) good = Text(member.Value, "key", ref key, ref error);
                else if (Is(member, "etag")) good = Text(member.Value, "etag", ref etag, ref error);
                else if (Is(member, "value")) value = member.Value;
                else if (Is(member, "metadata")) good = Map(member.Value, ref metadata, ref error);
                else if (Is(member, "options")) good = ReadOptions(member.Value, ref concurrency, ref consistency, ref error);
                if (!good) return null;
            }
        }

        return new SaveRequest(key ?? "", value, etag, new WriteOptions(concurrency, consistency), metadata);
    }

    private static bool ReadOptions(JsonElement value, ref string? concurrency, ref string? consistency, ref string error)
    {
        if (!IsObject(value, "options", "state.SetStateOption", ref error)) return false;
        if (value.ValueKind == JsonValueKind.Null) return true;
        foreach (JsonProperty member in value.EnumerateObject())
        {
            if (Is(member, "concurrency") && !Text(member.Value, "options.concurrency", ref concurrency, ref error)) return false;
            if (Is(member, "consistency") && !Text(member.Value, "options.consistency", ref consistency, ref error)) return false;
        }

        return true;
    }

    private static bool Map(JsonElement value, ref Dictionary<string, string>? metadata, ref string error)
    {
        if (!IsObject(value, "metadata", "map[string]string", ref error)) return false;
        if (value.ValueKind == JsonValueKind.Null) return true;
        metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (JsonProperty member in value.EnumerateObject())
        {
            string? text = null;
            if (!Text(member.Value, "metadata", ref text, ref error)) return false;
            metadata[member.Name] = text ?? "";
        }

        return true;
    }

    private static bool IsObject(JsonElement value, string field, string type, ref string error)
    {
        if (value.ValueKind is JsonValueKind.Object or JsonValueKind.Null) return true;
        error = $"json: cannot unmarshal {GoJsonReader.TypeName(value)} into Go struct field SetRequest.{field} of type {type}";
        return false;
    }

    private static bool Text(JsonElement value, string field, ref string? text, ref string error)
    {
        if (value.ValueKind == JsonValueKind.Null) return true;
        if (value.ValueKind == JsonValueKind.String)
        {
            text = value.GetString();
            return true;
        }

        error = $"json: cannot unmarshal {GoJsonReader.TypeName(value)} into Go struct field SetRequest.{field} of type string";
        return false;
    }

    private static bool Is(JsonProperty member, string name) =>
        member.NameEquals(name) || member.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
