using System.Text.Json;
using Gateway.Api.Channels.Devices;
using Gateway.Api.Channels.JsonRpc;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.Requests;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;
using Gateway.Storage;

namespace Gateway.Api.Surfaces.Orchestrator.Sockets;

/// <summary>
/// One node's socket: JSON-RPC 2.0 both ways. The node's own head in the queue says which socket is the node's, so a newer one takes over on whatever
/// replica (docs/decisions/0008); the devices that its heartbeats name are attached to this connection one by one (<see cref="NodeDevices"/>).
/// </summary>
internal sealed partial class NodeSocket(string nodeId, string? address, NodeServices services) : ISocketHandler, IJsonRpcMethods, IDeviceLine
{
    /// <summary>How often the node is asked whether it is there, and how long it has to answer (orchestrator-api.md, "ping").</summary>
    public static readonly TimeSpan PingInterval = TimeSpan.FromSeconds(30);

    private const int MaxMissedPings = 2;

    private SocketConnection? connection;
    private JsonRpcPeer? peer;
    private NodeDevices? devices;
    private Task pinging = Task.CompletedTask;
    private long calls;

    /// <summary>The node.</summary>
    public string NodeId => nodeId;

    /// <inheritdoc />
    public string Connection => Socket.Id;

    /// <inheritdoc />
    public CancellationToken Ending => Socket.Ending;

    private SocketConnection Socket => connection ?? throw new InvalidOperationException("The socket is not open yet.");

    private JsonRpcPeer Peer => peer ?? throw new InvalidOperationException("The socket is not open yet.");

    private NodeDevices Devices => devices ?? throw new InvalidOperationException("The socket is not open yet.");

    /// <inheritdoc />
    public async Task OpenedAsync(SocketConnection connection, CancellationToken cancellationToken)
    {
        this.connection = connection;
        peer = new JsonRpcPeer(this, text => connection.TrySend(text), services.Time, services.Logger);
        devices = new NodeDevices(nodeId, this, services);
        try
        {
            if (!await services.Nodes.SeeAsync(new(nodeId, null, address, null), services.Time.GetUtcNow(), cancellationToken))
            {
                connection.Close(NodeClose.IdTaken);
                return;
            }

            await services.Emergencies.NoteReturnAsync(nodeId, services.Time.GetUtcNow(), cancellationToken);
        }
        catch (StorageUnavailableException e)
        {
            OrchestratorLog.NodeUnavailable(services.Logger, e, nodeId);
            connection.Close(SocketClose.TryLater);
            return;
        }

        if (await services.Channels.TryAttachAsync(nodeId, null, this, ChannelTerms.Default, cancellationToken)) pinging = PingAsync();
        else connection.Close(SocketClose.TryLater);
    }

    /// <inheritdoc />
    public Task ReceivedAsync(JsonElement message, CancellationToken cancellationToken) => Peer.TakeAsync(message, cancellationToken);

    /// <inheritdoc />
    public async Task ClosedAsync(SocketClose close)
    {
        await pinging;
        var isReplaced = close == SocketClose.Replaced;
        await Devices.DetachAllAsync(isReplaced);
        await services.Channels.DetachAsync(nodeId, Connection, isReplaced);
        // A node that comes back elsewhere says so itself; one that the server sends away is not gone.
        if (isReplaced || close == SocketClose.GoingAway) return;
        services.Heartbeats.Add(new(nodeId, services.Time.GetUtcNow(), "offline", null, null));
    }

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Explain(SocketFault fault) => JsonRpcPeer.ErrorOf(fault switch
    {
        SocketFault.TooBig => NodeErrors.TooLarge,
        SocketFault.TooManyMessages => NodeErrors.TooMany,
        SocketFault.NotJson => JsonRpcError.ParseError,
        _ => JsonRpcError.InternalError,
    });

    /// <inheritdoc />
    public ReadOnlyMemory<byte> Reconnect(TimeSpan after) => JsonRpcPeer.NotificationOf("reconnect", writer =>
    {
        writer.WriteStartObject();
        writer.WriteNumber("retry_after_ms", (int)after.TotalMilliseconds);
        writer.WriteEndObject();
    });

    /// <inheritdoc />
    public async Task<JsonRpcOutcome> CallAsync(string method, JsonElement values, CancellationToken cancellationToken)
    {
        try
        {
            return method switch
            {
                "heartbeat" => await WithParamsAsync(values, HeartbeatParams.Read, request => HeartbeatAsync(request, cancellationToken)),
                "device_status" => await WithParamsAsync(values, DeviceStatusParams.Read, request => DeviceStatusAsync(request, cancellationToken)),
                "task_result" => await WithParamsAsync(values, TaskResultParams.Read, request => TaskResultAsync(request, cancellationToken)),
                "task_release" => await WithParamsAsync(values, TaskReleaseParams.Read, request => TaskReleaseAsync(request, cancellationToken)),
                "drain" => await DrainAsync(cancellationToken),
                _ => JsonRpcError.MethodNotFound,
            };
        }
        catch (Exception e) when (e is QueueUnavailableException or StorageUnavailableException)
        {
            OrchestratorLog.CallUnavailable(services.Logger, e, method, nodeId);
            return NodeErrors.Unavailable;
        }
    }

    /// <summary>Calls the node; null: it has not answered in time.</summary>
    public Task<JsonRpcMessage?> CallNodeAsync(string idPrefix, string method, Action<Utf8JsonWriter>? writeParams, TimeSpan limit) =>
        Peer.CallAsync($"{idPrefix}-{Interlocked.Increment(ref calls):000}", method, writeParams, limit, Ending);

    /// <summary>Ends the socket because of a bug of ours; the node comes back.</summary>
    public void Abandon() => Socket.Close(SocketClose.Failed);

    /// <summary>Ends the socket because of an operator's reset; the node comes back.</summary>
    public void EndByReset() => Socket.Close(SocketClose.Reset);

    /// <summary>Tells the node something that it need not answer.</summary>
    public void NotifyNode(string method, Action<Utf8JsonWriter> writeParams) => Socket.TrySend(JsonRpcPeer.NotificationOf(method, writeParams));

    /// <inheritdoc />
    Task<bool> IDeviceLine.SendAsync(ClaimedCommand command) => Task.FromResult(true); // A node itself has no commands.

    /// <inheritdoc />
    void IDeviceLine.Lost(IReadOnlyCollection<string> commandIds)
    {
    }

    /// <inheritdoc />
    void IDeviceLine.End(SocketClose why) => Socket.Close(why);

    private static async Task<JsonRpcOutcome> WithParamsAsync<T>(JsonElement values, Func<FieldReader, T> read, Func<T, Task<JsonRpcOutcome>> take)
        where T : class
    {
        if (values.ValueKind != JsonValueKind.Object) return JsonRpcError.InvalidParams with { Details = "params must be an object" };
        var errors = new List<FieldError>();
        var request = read(new FieldReader(values, errors));
        return errors.Count == 0 ? await take(request) : NodeErrors.Invalid(errors);
    }

    /// <summary>Asks the node every 30 s whether it is there; one that twice has not answered is not.</summary>
    private async Task PingAsync()
    {
        try
        {
            await Task.Delay(PingInterval, services.Time, Ending);
            for (var missed = 0; missed < MaxMissedPings;)
            {
                var next = Task.Delay(PingInterval, services.Time, Ending);
                missed = await CallNodeAsync("ping", "ping", null, PingInterval) is null ? missed + 1 : 0;
                await next;
            }

            OrchestratorLog.NodeSilent(services.Logger, nodeId);
            Socket.Close(NodeClose.NoPong);
        }
        catch (OperationCanceledException)
        {
            // The socket ends.
        }
    }
}
