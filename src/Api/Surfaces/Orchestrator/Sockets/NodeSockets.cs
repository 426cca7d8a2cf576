using Gateway.Api.Access;
using Gateway.Api.Auth.HiddenQueries;
using Gateway.Api.Channels.Devices;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.RateLimits;
using Gateway.Api.Surfaces.Orchestrator.Access;
using Gateway.Api.Surfaces.Orchestrator.Errors;
using Gateway.Queue;
using Gateway.Storage.Devices;
using Gateway.Storage.Emergencies;
using Gateway.Storage.Nodes;

namespace Gateway.Api.Surfaces.Orchestrator.Sockets;

/// <summary>
/// <c>/ws/node?token=&amp;node_id=</c> (orchestrator-api.md, "WebSocket authentication"). A socket that may not stay is opened and closed with the
/// specification's code; a request that is no socket is answered in the surface's error format.
/// </summary>
internal sealed class NodeSockets(
    SocketServer server,
    OrchestratorTokens tokens,
    ClientAddresses addresses,
    NodeServices services)
{
    /// <summary>The largest message of a node: 1 MiB.</summary>
    public const int MaxMessageBytes = 1024 * 1024;

    private static readonly SocketKind Kind = new("node", MaxMessageBytes) { Parse = Channels.JsonRpc.JsonRpcPeer.Parse };

    /// <summary>Opens a node's socket and runs it to its end.</summary>
    public async Task<IResult> OpenAsync(HttpContext context)
    {
        if (!tokens.HasNode)
            return OrchestratorErrors.Result(OrchestratorErrorCode.ServiceUnavailable, message: "Nodes are not configured on this server");
        var token = context.HiddenQuery("token");
        var isNode = token is not null && tokens.IsNode(token);
        if (!isNode && await RateLimitEndpoints.CountAsync(context, OrchestratorLimits.Address) is { IsExceeded: true } status)
            return OrchestratorErrors.TooMany(status);
        switch (server.Check(context))
        {
            case SocketRefusal.NotASocket when isNode:
                return OrchestratorErrors.Result(OrchestratorErrorCode.BadRequest, message: "This path takes WebSockets only");
            case SocketRefusal.NotASocket:
                return OrchestratorErrors.Result(token is null ? OrchestratorErrorCode.TokenMissing : OrchestratorErrorCode.InvalidNodeToken);
            case SocketRefusal.ForeignOrigin:
                return OrchestratorErrors.Result(OrchestratorErrorCode.NotAllowed, message: "Pages of other hosts may not open this socket");
            case SocketRefusal.Stopping:
                return OrchestratorErrors.Result(OrchestratorErrorCode.ServiceUnavailable, retryAfter: OrchestratorFailures.RetryAfter);
        }

        var ids = context.Request.Query["node_id"];
        var refusal = !isNode ? NodeClose.Unauthorized : ids is not [{ Length: > 0 } id] ? NodeClose.MissingId : OrchestratorIds.IsNode(id) ? null : NodeClose.InvalidId;
        ISocketHandler handler = refusal is null ? new NodeSocket(ids[0]!, addresses.Of(context)?.ToString(), services) : new RefusedSocket(refusal);
        await server.RunAsync(context, Kind, handler);
        return Results.Empty;
    }
}

/// <summary>What the sockets of nodes work with.</summary>
internal sealed record NodeServices(
    DeviceChannels Channels,
    INodeStore Nodes,
    IEmergencyStore Emergencies,
    ICommandQueue Queue,
    HeartbeatBatcher Heartbeats,
    TimeProvider Time,
    ILogger<NodeSocket> Logger);

/// <summary>Why a node's socket ends, beside what ends every socket (docs/channels.md).</summary>
internal static class NodeClose
{
    /// <summary>4001: the token is not the nodes'.</summary>
    public static readonly SocketClose Unauthorized = new(4001, "Unauthorized");

    /// <summary>4002: there is no <c>node_id</c>.</summary>
    public static readonly SocketClose MissingId = new(4002, "Missing node_id");

    /// <summary>4002: <c>node_id</c> is no node's id.</summary>
    public static readonly SocketClose InvalidId = new(4002, "Invalid node_id");

    /// <summary>4003: the id is a device's.</summary>
    public static readonly SocketClose IdTaken = new(4003, "The id is not a node's");

    /// <summary>4408: it has answered two pings in a row not at all.</summary>
    public static readonly SocketClose NoPong = new(4408, "Two pings without an answer");
}
