using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gateway.Api.Channels.Sockets;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>Messages of the surface's sockets as they go over the wire: <c>{type, data}</c>, answers with the <c>id</c> of what they answer.</summary>
internal static class GatewayMessages
{
    private const int FirstBuffer = 512;

    // As Answer.Json: foreign text goes as it is.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary><c>{type, data}</c>.</summary>
    public static ReadOnlyMemory<byte> Of<T>(string type, T data, JsonTypeInfo<T> info) =>
        Write(type, null, writer => JsonSerializer.Serialize(writer, data, info));

    /// <summary><c>{type: "ack", id, data}</c>: the message with this id was done.</summary>
    public static ReadOnlyMemory<byte> Ack<T>(string id, T data, JsonTypeInfo<T> info) =>
        Write("ack", id, writer => JsonSerializer.Serialize(writer, data, info));

    /// <summary><c>{type: "error", id, data: {code, message, details}}</c>; without <c>id</c> when there was none.</summary>
    public static ReadOnlyMemory<byte> Error(string? id, GatewayErrorResult error) => Write("error", id, error.WriteTo);

    /// <summary><c>{type: "reconnect", data: {retryAfterMs}}</c>: the server stops.</summary>
    public static ReadOnlyMemory<byte> Reconnect(TimeSpan after) =>
        Of("reconnect", new ReconnectHint((int)after.TotalMilliseconds), Answer.Json.ReconnectHint);

    /// <summary>What the pump finds wrong, as an error.</summary>
    public static ReadOnlyMemory<byte> Of(SocketFault fault) => Error(null, fault switch
    {
        SocketFault.NotJson => GatewayErrors.Result(
            GatewayErrorCode.InvalidRequest, "A message must be one JSON object in UTF-8, at most 32 levels deep, with no member twice."),
        SocketFault.TooBig => GatewayErrors.Result(GatewayErrorCode.PayloadTooLarge, "The message is too large."),
        SocketFault.TooManyMessages => GatewayErrors.Result(GatewayErrorCode.RateLimited, "Too many messages in a second."),
        _ => GatewayErrors.Result(GatewayErrorCode.InternalError),
    });

    private static ReadOnlyMemory<byte> Write(string type, string? id, Action<Utf8JsonWriter> writeData)
    {
        var bytes = new ArrayBufferWriter<byte>(FirstBuffer);
        using (var writer = new Utf8JsonWriter(bytes, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            if (id is not null) writer.WriteString("id", id);
            writer.WritePropertyName("data");
            writeData(writer);
            writer.WriteEndObject();
        }

        return bytes.WrittenMemory;
    }
}

/// <summary>When to come back.</summary>
/// <param name="RetryAfterMs">In so many milliseconds, so that not all come at once.</param>
internal sealed record ReconnectHint(int RetryAfterMs);
