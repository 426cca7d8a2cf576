using System.Text.Json;

namespace Gateway.Api.Channels.JsonRpc;

/// <summary>An error object (JSON-RPC 2.0, section 5.1).</summary>
/// <param name="Code">The error's number; -32768 to -32000 are the protocol's own.</param>
/// <param name="Message">One short sentence.</param>
/// <param name="Details">More, sent as <c>data.details</c>; null: nothing.</param>
internal sealed record JsonRpcError(int Code, string Message, string? Details = null)
{
    /// <summary>-32700: no JSON.</summary>
    public static readonly JsonRpcError ParseError = new(-32700, "Parse error");

    /// <summary>-32600: JSON, but no request.</summary>
    public static readonly JsonRpcError InvalidRequest = new(-32600, "Invalid Request");

    /// <summary>-32601: no such method.</summary>
    public static readonly JsonRpcError MethodNotFound = new(-32601, "Method not found");

    /// <summary>-32602: parameters that the method does not take.</summary>
    public static readonly JsonRpcError InvalidParams = new(-32602, "Invalid params");

    /// <summary>-32603: a bug of ours.</summary>
    public static readonly JsonRpcError InternalError = new(-32603, "Internal error");

    /// <summary>Writes the object.</summary>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("code", Code);
        writer.WriteString("message", Message);
        if (Details is not null)
        {
            writer.WriteStartObject("data");
            writer.WriteString("details", Details);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary>What a peer's error object says, as far as it is one: texts are cut at 1,000 characters.</summary>
    public static JsonRpcError Read(JsonElement error)
    {
        if (error.ValueKind != JsonValueKind.Object) return new JsonRpcError(0, "");
        var code = error.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value) ? value : 0;
        var details = error.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object ? Text(data, "details") : null;
        return new JsonRpcError(code, Text(error, "message") ?? "", details);

        static string? Text(JsonElement of, string name) =>
            of.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { } found
                ? found[..Math.Min(found.Length, 1_000)]
                : null;
    }
}
