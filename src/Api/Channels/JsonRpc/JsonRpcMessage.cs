using System.Text.Json;

namespace Gateway.Api.Channels.JsonRpc;

/// <summary>One entry of what a peer sent (JSON-RPC 2.0, sections 4 and 5): exactly one of a call, an answer and an error.</summary>
internal readonly record struct JsonRpcMessage
{
    /// <summary>The method that is called; null: this is no call.</summary>
    public string? Method { get; private init; }

    /// <summary>The call's parameters, an object or an array; undefined: none.</summary>
    public JsonElement Params { get; private init; }

    /// <summary>The id of the call, or of the call that is answered: a string, a number or null; undefined: a notification, which gets no answer.</summary>
    public JsonElement Id { get; private init; }

    /// <summary>Whether it answers a call of ours.</summary>
    public bool IsAnswer { get; private init; }

    /// <summary>The answer, when it is one and no error.</summary>
    public JsonElement Result { get; private init; }

    /// <summary>The answer's error, or with neither method nor answer what is wrong with the entry.</summary>
    public JsonRpcError? Error { get; private init; }

    /// <summary>Whether it gets no answer, whatever comes of it.</summary>
    public bool IsNotification => Method is not null && Id.ValueKind == JsonValueKind.Undefined;

    /// <summary>Reads an entry; what is none is one with an <see cref="Error"/>, under its id if it has a good one.</summary>
    public static JsonRpcMessage Read(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object) return Invalid(default, "An entry is a JSON object.");
        var hasId = entry.TryGetProperty("id", out var id);
        if (hasId && id.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Null))
            return Invalid(default, "id must be a string, a number or null.");
        if (!entry.TryGetProperty("jsonrpc", out var version) || version.ValueKind != JsonValueKind.String || !version.ValueEquals("2.0"))
            return Invalid(id, "jsonrpc must be \"2.0\".");
        return entry.TryGetProperty("method", out var method) ? ReadCall(entry, method, id) : ReadAnswer(entry, id);
    }

    private static JsonRpcMessage ReadCall(JsonElement entry, JsonElement method, JsonElement id)
    {
        if (method.ValueKind != JsonValueKind.String) return Invalid(id, "method must be a string.");
        if (entry.TryGetProperty("params", out var values) && values.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            return Invalid(id, "params must be an object or an array.");
        return new JsonRpcMessage { Method = method.GetString(), Params = values, Id = id };
    }

    private static JsonRpcMessage ReadAnswer(JsonElement entry, JsonElement id)
    {
        var hasResult = entry.TryGetProperty("result", out var result);
        var hasError = entry.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null;
        if (id.ValueKind == JsonValueKind.Undefined || !(hasResult || hasError))
            return Invalid(id, "An entry has a method, or an id with a result or an error.");
        return new JsonRpcMessage { IsAnswer = true, Id = id, Result = result, Error = hasError ? JsonRpcError.Read(error) : null };
    }

    private static JsonRpcMessage Invalid(JsonElement id, string why) => new() { Id = id, Error = JsonRpcError.InvalidRequest with { Details = why } };
}
