using System.Text.Json;
using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.State;

namespace Gateway.Sidecar.Actors.State;

/// <summary>
/// Reads the body of an actor state transaction:
/// <c>[{"operation":"upsert","request":{"key","value","etag"?,"metadata"?}},{"operation":"delete","request":{"key"}}]</c>.
/// </summary>
internal static class ActorStateRequest
{
    /// <summary>The stored key of an actor's state: <c>appId||type||id||key</c>, whatever the component's <c>keyPrefix</c>.</summary>
    public static string StoredKey(string appId, ActorKey actor, string key) => $"{appId}||{actor}||{key}";

    /// <summary>The operations, or null and the error when the body is not a list of them.</summary>
    public static JsonDocument? TryRead(ReadOnlyMemory<byte> body, out DaprError? error)
    {
        JsonDocument? document = GoJsonReader.TryParse(body, out string problem);
        error = document is null ? ActorErrors.MalformedBody(problem) : null;
        if (document is null || document.RootElement.ValueKind is JsonValueKind.Array or JsonValueKind.Null) return document;
        error = ActorErrors.MalformedBody(
            $"json: cannot unmarshal {GoJsonReader.TypeName(document.RootElement)} into Go value of type []api.TransactionalOperation");
        document.Dispose();
        return null;
    }

    /// <summary>The writes, or null and the error; then nothing is written.</summary>
    /// <remarks>
    /// <para><c>ttlAllowed</c>: Whether the Configuration turns on <c>ActorStateTTL</c>.</para>
    /// <para><c>keepJson</c>: see <see cref="IStateStore.KeepsJson"/>.</para>
    /// </remarks>
    public static List<StateWrite>? TryGetWrites(
        JsonElement operations, string appId, ActorKey actor, bool ttlAllowed, bool keepJson, out string? error)
    {
        List<StateWrite> writes = [];
        error = null;
        if (operations.ValueKind == JsonValueKind.Null) return writes;
        foreach (JsonElement operation in operations.EnumerateArray())
        {
            if (ReadWrite(operation, ttlAllowed, keepJson, key => StoredKey(appId, actor, key), out error) is not { } write) return null;
            writes.Add(write);
        }

        return writes;
    }

    private static StateWrite? ReadWrite(JsonElement operation, bool ttlAllowed, bool keepJson, Func<string, string> stored, out string? error)
    {
        string kind = Text(operation, "operation") ?? "";
        if (kind is not ("upsert" or "delete")) return Refuse($"operation type {kind} not supported", out error);
        if (!operation.TryGetProperty("request", out JsonElement request) || request.ValueKind != JsonValueKind.Object)
            return Refuse("request data is empty", out error);

        string? ttl = null;
        if (request.TryGetProperty("metadata", out JsonElement metadata) && metadata.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty entry in metadata.EnumerateObject())
            {
                if (entry.Value.ValueKind != JsonValueKind.String)
                    return Refuse(NotAString(entry), out error);
                if (entry.NameEquals("ttlInSeconds")) ttl = entry.Value.GetString();
            }
        }

        if (Text(request, "key") is not { Length: > 0 } key) return Refuse("missing key", out error);
        if (ttl is not null && !ttlAllowed)
            return Refuse("ttlInSeconds is not supported without the \"ActorStateTTL\" feature enabled", out error);
        error = null;
        bool upsert = kind == "upsert";
        return new StateWrite
        {
            Key = stored(key),
            Value = !upsert ? null : request.TryGetProperty("value", out JsonElement value) ? GoJson.Normalize(value, keepJson) : "null"u8.ToArray(),
            ETag = Text(request, "etag"),
            Ttl = upsert ? ttl : null,
        };
    }

    private static string NotAString(JsonProperty entry)
    {
        string type = entry.Value.ValueKind switch
        {
            JsonValueKind.Number => "float64",
            JsonValueKind.True or JsonValueKind.False => "bool",
            _ => entry.Value.ValueKind.ToString(),
        };
        return $"1 error(s) decoding:\n\n* 'Metadata[{entry.Name}]' expected type 'string', got unconvertible type '{type}', value: '{entry.Value}'";
    }

    private static StateWrite? Refuse(string text, out string? error)
    {
        error = text;
        return null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
