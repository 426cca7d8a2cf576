using System.Text.Json;
using Gateway.Api.Channels.Sockets;

namespace Gateway.Api.Surfaces.Orchestrator.Sockets;

/// <summary>A socket that is closed as soon as it is open: the specification wants its code, which no answer to a handshake can carry.</summary>
internal sealed class RefusedSocket(SocketClose why) : ISocketHandler
{
    /// <inheritdoc />
    public Task OpenedAsync(SocketConnection connection, CancellationToken cancellationToken)
    {
        connection.Close(why);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task ReceivedAsync(JsonElement message, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public Task ClosedAsync(SocketClose close) => Task.CompletedTask;

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Explain(SocketFault fault) => default;

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Reconnect(TimeSpan after) => default;
}
