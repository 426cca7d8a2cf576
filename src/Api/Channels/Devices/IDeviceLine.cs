using Gateway.Api.Channels.Sockets;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Api.Channels.Devices;

/// <summary>What carries commands to one device: its own socket, or that of the node which it is behind. Called from any thread.</summary>
internal interface IDeviceLine
{
    /// <summary>The connection's id, by which heads name it.</summary>
    string Connection { get; }

    /// <summary>Cancelled when the connection begins to end.</summary>
    CancellationToken Ending { get; }

    /// <summary>Sends a command; false: the connection is ending.</summary>
    Task<bool> SendAsync(ClaimedCommand command);

    /// <summary>Commands that were sent are not this connection's any more: they ended, or came back. Never waits.</summary>
    void Lost(IReadOnlyCollection<string> commandIds);

    /// <summary>A head names another connection, or none, or sending failed: nothing goes over this one any more. Never waits.</summary>
    void End(SocketClose why);
}

/// <summary>A device's own socket.</summary>
/// <param name="socket">The socket.</param>
/// <param name="write">The message, in UTF-8, that gives the device a command.</param>
internal sealed class SocketLine(SocketConnection socket, Func<ClaimedCommand, ReadOnlyMemory<byte>> write) : IDeviceLine
{
    /// <summary>The socket.</summary>
    public SocketConnection Socket => socket;

    /// <inheritdoc />
    public string Connection => socket.Id;

    /// <inheritdoc />
    public CancellationToken Ending => socket.Ending;

    /// <inheritdoc />
    public Task<bool> SendAsync(ClaimedCommand command) => socket.SendAsync(write(command));

    /// <inheritdoc />
    public void Lost(IReadOnlyCollection<string> commandIds)
    {
        // A device learns of it when it next speaks of the command.
    }

    /// <inheritdoc />
    public void End(SocketClose why) => socket.Close(why);
}

/// <summary>On what terms commands are pushed over a line.</summary>
/// <param name="Credit">Most commands in the device's hands; null: <see cref="QueueLimits.MaxInFlight"/>.</param>
/// <param name="Visibility">How long a claim lasts unless extended; null: <see cref="QueueLimits.PushVisibility"/>.</param>
internal sealed record ChannelTerms(int? Credit, TimeSpan? Visibility)
{
    /// <summary>As the queue has them.</summary>
    public static readonly ChannelTerms Default = new(null, null);
}
