using System.Net.WebSockets;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Gateway.Agent.Transport.Sockets;

/// <summary>Messages of the device's socket: <c>{type, id?, data}</c> (gateway-api.md; docs/channels.md).</summary>
internal static class SocketMessage
{
    /// <summary>The largest that is sent, in bytes: a gateway takes 256 KiB.</summary>
    public const int LargestSent = 240 * 1024;

    /// <summary>The largest that is read, in bytes: a command's parameters may be 1 MiB.</summary>
    private const int LargestRead = 4 * 1024 * 1024;

    // Text beyond ASCII goes as it is, as over REST.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A request, in UTF-8.</summary>
    /// <param name="commandId">Goes into the data, where REST has it in the path; null: it is about no command.</param>
    public static byte[] Write<T>(string type, string id, string? commandId, T data, JsonTypeInfo<T> info)
    {
        JsonObject body = JsonSerializer.SerializeToNode(data, info)!.AsObject();
        if (commandId is not null) body.Insert(0, "commandId", commandId);
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("type", type);
            writer.WriteString("id", id);
            writer.WritePropertyName("data");
            body.WriteTo(writer);
            writer.WriteEndObject();
        }

        return bytes.ToArray();
    }

    /// <summary>The next message; null: the socket has ended, or the other side is no gateway.</summary>
    public static async Task<Received?> ReadAsync(WebSocket socket, byte[] buffer, CancellationToken cancel)
    {
        using var message = new MemoryStream();
        while (true)
        {
            ValueWebSocketReceiveResult part = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            if (part.MessageType is not WebSocketMessageType.Text || message.Length + part.Count > LargestRead) return null;
            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;
            try
            {
                return Read(JsonElement.Parse(message.GetBuffer().AsSpan(0, (int)message.Length)));
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }

    /// <summary>The data as a <typeparamref name="T"/>; null: it is none.</summary>
    public static T? As<T>(JsonElement data, JsonTypeInfo<T> info)
        where T : class
    {
        try
        {
            return data.ValueKind == JsonValueKind.Object ? data.Deserialize(info) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Received? Read(JsonElement message) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String
            ? new Received(
                type.GetString()!,
                message.TryGetProperty("id", out JsonElement id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null,
                message.TryGetProperty("data", out JsonElement data) ? data : default)
            : null;
}

/// <summary>A message of the gateway.</summary>
/// <param name="Id">What it answers; null: nothing.</param>
internal sealed record Received(string Type, string? Id, JsonElement Data);
