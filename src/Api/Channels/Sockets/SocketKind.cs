using System.Text.Json;
using Gateway.Api.Json;

namespace Gateway.Api.Channels.Sockets;

/// <summary>One kind of raw WebSocket and its limits; one value for each endpoint.</summary>
/// <param name="Name">Its name in metrics and logs, for example <c>device</c>.</param>
/// <param name="MaxMessageBytes">The largest message that a peer may send, in bytes of UTF-8; a larger one closes with <see cref="SocketClose.TooBig"/>.</param>
internal sealed record SocketKind(string Name, int MaxMessageBytes)
{
    /// <summary>A peer that sends no message for this long is closed with <see cref="SocketClose.Idle"/>, pongs or not; null: it may keep silent.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Parses a message, whose bytes are used again afterwards; null closes with <see cref="SocketClose.NotJson"/>. Default: one JSON object, 32 levels deep.</summary>
    public Func<ReadOnlyMemory<byte>, JsonElement?> Parse { get; init; } = static utf8 => StrictJson.ParseObject(utf8, MaxDepth);

    private const int MaxDepth = 32;
}
