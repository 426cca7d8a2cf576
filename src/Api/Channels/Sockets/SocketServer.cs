using System.Security.Cryptography;
using Gateway.Core.Ids;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Channels.Sockets;

/// <summary>
/// Runs raw WebSockets for the surfaces. An endpoint asks <see cref="Check"/>, authenticates, answers refusals in its own format, and then gives the
/// request away to <see cref="RunAsync"/>.
/// </summary>
internal sealed class SocketServer(
    OpenSockets open, OriginRule origins, SocketMetrics metrics, TimeProvider time, IOptions<ChannelOptions> options, ILogger<SocketServer> logger)
{
    /// <summary>Why a request may not become a socket, before any question of who asks; null: it may.</summary>
    public SocketRefusal? Check(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest) return SocketRefusal.NotASocket;
        if (!origins.Allows(context.Request)) return SocketRefusal.ForeignOrigin;
        return open.IsStopping ? SocketRefusal.Stopping : null;
    }

    /// <summary>Upgrades the request and runs the socket to its end, <see cref="ISocketHandler.ClosedAsync"/> included.</summary>
    public async Task RunAsync(HttpContext context, SocketKind kind, ISocketHandler handler)
    {
        var limits = options.Value;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { KeepAliveInterval = limits.PingInterval, KeepAliveTimeout = limits.PongTimeout });
        var id = "conn_" + SortableId.Create(time.GetUtcNow(), RandomNumberGenerator.GetBytes(SortableId.EntropyBytes));
        using var connection = new SocketConnection(id, kind, socket, context.Abort, handler, limits, metrics, time, logger, context.RequestAborted);
        metrics.Opened(kind);
        open.Add(connection);
        var why = SocketClose.Failed;
        try
        {
            why = await connection.RunAsync();
        }
        finally
        {
            open.Remove(connection);
            metrics.Closed(kind, why);
            SocketLog.Ended(logger, id, kind.Name, why.Code, why.Reason);
        }
    }
}

/// <summary>Why a request may not become a socket.</summary>
internal enum SocketRefusal
{
    /// <summary>It does not ask for a WebSocket: 400.</summary>
    NotASocket,

    /// <summary>A browser sends it from a page of another host, which is not allowed: 403.</summary>
    ForeignOrigin,

    /// <summary>The server stops: 503, come back.</summary>
    Stopping,
}
