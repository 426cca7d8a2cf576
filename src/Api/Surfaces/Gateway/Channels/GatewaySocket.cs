using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.Requests;
using Gateway.Api.Surfaces.Gateway.Requests;
using Gateway.Queue;
using Gateway.Storage;

namespace Gateway.Api.Surfaces.Gateway.Channels;

/// <summary>What the surface's sockets have in common: the frame of messages, acknowledgements and errors.</summary>
internal abstract class GatewaySocket(ILogger logger) : ISocketHandler
{
    private SocketConnection? connection;

    /// <summary>The socket, once it is open.</summary>
    protected SocketConnection Connection => connection ?? throw new InvalidOperationException("The socket is not open yet.");

    /// <inheritdoc />
    public Task OpenedAsync(SocketConnection connection, CancellationToken cancellationToken)
    {
        this.connection = connection;
        return BeginAsync(cancellationToken);
    }

    /// <inheritdoc />
    public async Task ReceivedAsync(JsonElement message, CancellationToken cancellationToken)
    {
        if (!ClientMessage.Read(message).TryGet(out var read, out var refused))
        {
            Connection.TrySend(GatewayMessages.Error(null, refused));
            return;
        }

        try
        {
            await TakeAsync(read, cancellationToken);
        }
        catch (Exception e) when (e is QueueUnavailableException or StorageUnavailableException)
        {
            GatewayLog.MessageUnavailable(logger, e, read.Type, Connection.Id);
            Refuse(read, GatewayErrors.Result(GatewayErrorCode.ServiceUnavailable, retryAfter: GatewayFailures.RetryAfter));
        }
    }

    /// <inheritdoc />
    public abstract Task ClosedAsync(SocketClose close);

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Explain(SocketFault fault) => GatewayMessages.Of(fault);

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Reconnect(TimeSpan after) => GatewayMessages.Reconnect(after);

    /// <summary>The socket is open; nothing is received before this is done.</summary>
    protected abstract Task BeginAsync(CancellationToken cancellationToken);

    /// <summary>Takes a message; a store that does not answer is answered here.</summary>
    protected abstract Task TakeAsync(ClientMessage message, CancellationToken cancellationToken);

    /// <summary>Reads the data of a message, does what it asks for, and answers what came of it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="read">Takes the members of its data.</param>
    /// <param name="apply">What to do.</param>
    /// <param name="info">How to write what came of it.</param>
    protected async Task AnswerAsync<TRequest, TAnswer>(
        ClientMessage message, Func<FieldReader, TRequest> read, Func<TRequest, Task<OrError<TAnswer>>> apply, JsonTypeInfo<TAnswer> info)
        where TRequest : class
        where TAnswer : class
    {
        if (JsonBody.Read(message.Data, read).TryGet(out var request, out var refused) && (await apply(request)).TryGet(out var done, out refused))
            Acknowledge(message, done, info);
        else
            Refuse(message, refused);
    }

    /// <summary>Answers a message that was done, if it asked for an answer.</summary>
    protected void Acknowledge<T>(ClientMessage message, T data, JsonTypeInfo<T> info)
    {
        if (message.Id is { } id) Connection.TrySend(GatewayMessages.Ack(id, data, info));
    }

    /// <summary>Answers a message that was not done.</summary>
    protected void Refuse(ClientMessage message, GatewayErrorResult error) => Connection.TrySend(GatewayMessages.Error(message.Id, error));

    /// <summary>Answers a message of a type that this socket does not know.</summary>
    protected void RefuseType(ClientMessage message, params ReadOnlySpan<string> known) =>
        Refuse(message, GatewayErrors.InvalidField("type", $"must be one of: {string.Join(", ", known!)}"));
}
