using System.Text.Json;

namespace Gateway.Api.Channels.Sockets;

/// <summary>
/// The protocol of one socket: made for it by its endpoint, called by its pump. Opened, received and closed come one after another, never two
/// at a time; so a message that takes long holds up the peer's next one, and nobody else's.
/// </summary>
internal interface ISocketHandler
{
    /// <summary>The socket is open; nothing is received before this is done. What it throws closes with <see cref="SocketClose.Failed"/>.</summary>
    /// <param name="connection">The socket, for as long as it lives.</param>
    /// <param name="cancellationToken">Cancelled when the socket begins to end.</param>
    Task OpenedAsync(SocketConnection connection, CancellationToken cancellationToken);

    /// <summary>A message came, within the limits: what <see cref="SocketKind.Parse"/> made of it, one JSON object unless its kind says otherwise. What it throws closes with <see cref="SocketClose.Failed"/>.</summary>
    /// <param name="message">The message; it may be kept.</param>
    /// <param name="cancellationToken">Cancelled when the socket begins to end.</param>
    Task ReceivedAsync(JsonElement message, CancellationToken cancellationToken);

    /// <summary>The socket has ended; called once, if <see cref="OpenedAsync"/> was, even when that failed. Must be bounded in time.</summary>
    Task ClosedAsync(SocketClose close);

    /// <summary>The message, in UTF-8, that tells a peer what was wrong before the socket is closed for it; empty: none.</summary>
    ReadOnlyMemory<byte> Explain(SocketFault fault);

    /// <summary>The message, in UTF-8, that says when to come back, before the server stops; empty: none.</summary>
    ReadOnlyMemory<byte> Reconnect(TimeSpan after);
}
