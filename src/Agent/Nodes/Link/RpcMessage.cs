using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Gateway.Agent.Nodes.Link;

/// <summary>
/// Entries of JSON-RPC 2.0 as a node sends them, each in UTF-8, and what it reads (orchestrator-api.md, "WebSocket Protocol").
/// </summary>
internal static class RpcMessage
{
    // Foreign text goes as it is.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A request; without an id a notification.</summary>
    /// <param name="writeParams">Writes the members of the parameters; null: there are none.</param>
    public static byte[] Call(string? id, string method, Action<Utf8JsonWriter>? writeParams) => Write(writer =>
    {
        writer.WriteString("method", method);
        if (writeParams is not null)
        {
            writer.WriteStartObject("params");
            writeParams(writer);
            writer.WriteEndObject();
        }

        if (id is not null) writer.WriteString("id", id);
    });

    /// <summary>The answer to a call of the server.</summary>
    public static byte[] Answer(JsonElement id, RpcOutcome outcome) => Write(writer =>
    {
        if (outcome.Error is { } error)
        {
            writer.WriteStartObject("error");
            writer.WriteNumber("code", error.Code);
            writer.WriteString("message", error.Message);
            writer.WriteEndObject();
        }
        else
        {
            writer.WriteStartObject("result");
            outcome.WriteResult?.Invoke(writer);
            writer.WriteEndObject();
        }

        writer.WritePropertyName("id");
        id.WriteTo(writer);
    });

    /// <summary>The error of an answer; null: it is a result.</summary>
    public static RpcError? ErrorOf(JsonElement answer)
    {
        if (Member(answer, "error") is not { ValueKind: JsonValueKind.Object } error) return null;
        int code = Member(error, "code") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int value) ? value : 0;
        string details = Text(Member(error, "data") ?? default, "details") is { } more ? $": {more}" : "";
        return new RpcError(code, $"{code} {Text(error, "message")}{details}");
    }

    /// <summary>A member of an object; null: there is none.</summary>
    public static JsonElement? Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement member) ? member : null;

    /// <summary>A text in an object; null: there is none.</summary>
    public static string? Text(JsonElement of, string name) =>
        Member(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>A whole number in an object; null: there is none.</summary>
    public static long? Number(JsonElement of, string name) =>
        Member(of, name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt64(out long value) ? value : null;

    private static byte[] Write(Action<Utf8JsonWriter> writeMembers)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc", "2.0");
            writeMembers(writer);
            writer.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }
}

/// <summary>An error object.</summary>
/// <param name="Message">In words; of one that was read with its code and details, fit for a log line after cleaning.</param>
internal sealed record RpcError(int Code, string Message)
{
    /// <summary>-32601: no such method.</summary>
    public static readonly RpcError MethodNotFound = new(-32601, "Method not found");

    /// <summary>-32602: parameters that the method does not take.</summary>
    public static readonly RpcError InvalidParams = new(-32602, "Invalid params");

    /// <summary>-32603 from the server: a bug of its own, which may pass.</summary>
    public const int InternalError = -32603;

    /// <summary>-32000 from the server: a store does not answer now.</summary>
    public const int Unavailable = -32000;

    /// <summary>-32001: a device that is not behind this node.</summary>
    public static readonly RpcError UnknownDevice = new(-32001, "Unknown device");

    /// <summary>-32002 from the server: none of this node's devices has the task.</summary>
    public const int UnknownTask = -32002;

    /// <summary>-32003 from the server: the task does not run here any more, its result is not taken.</summary>
    public const int NotRunning = -32003;

    /// <summary>-32004 from the server: too many messages; it closes the socket.</summary>
    public const int TooMany = -32004;

    /// <summary>-32010 in answer to <c>execute</c>: it has not begun and is given back.</summary>
    public static readonly RpcError NotBegun = new(-32010, "The node stops");
}

/// <summary>What came of a call of the server.</summary>
/// <param name="Error">What went wrong; null: it was done.</param>
/// <param name="WriteResult">Writes the members of the result; null: it has none.</param>
internal readonly record struct RpcOutcome(RpcError? Error, Action<Utf8JsonWriter>? WriteResult)
{
    /// <summary>It was done.</summary>
    public static RpcOutcome Done(Action<Utf8JsonWriter>? writeResult = null) => new(null, writeResult);

    /// <summary>It was not done.</summary>
    public static implicit operator RpcOutcome(RpcError error) => new(error, null);
}
