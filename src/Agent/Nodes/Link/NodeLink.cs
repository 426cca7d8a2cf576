using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Gateway.Agent.Transport;
using Gateway.Agent.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Nodes.Link;

/// <summary>
/// The node's socket: opened again whenever it is lost, with growing pauses and no sooner than the server asks, until the server says that this node is
/// not wanted. One loop runs it; anybody sends over it.
/// </summary>
internal sealed partial class NodeLink(NodeAddress address, Backoff backoff, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <summary>How often an idle connection is pinged, and how long the pong may take.</summary>
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(20);

    /// <summary>How long a socket must have lasted for the next pause to be short again.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    /// <summary>A server that refuses the node, or knows no nodes, is not asked more often.</summary>
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromSeconds(30);

    /// <summary>How long the end of a socket may take when the node stops.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    private readonly Lock gate = new();
    private readonly SendPace turns = new(time);
    private TaskCompletionSource opened = NewSignal();
    private bool wasAccepted;
    private bool toldWhy;

    /// <summary>Ends when a socket is open: at once, when one is.</summary>
    public Task Opened
    {
        get { lock (gate) return opened.Task; }
    }

    /// <summary>How often a socket was opened.</summary>
    public int Connections { get; private set; }

    /// <summary>Keeps a socket open.</summary>
    /// <param name="methods">What the server may call.</param>
    /// <param name="end">What is posted is sent, the socket closed, and no other is opened.</param>
    /// <exception cref="AgentException">The server does not want this node: the token is wrong, the id is not a node's, or another one has it.</exception>
    public async Task RunAsync(INodeMethods methods, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            using var socket = new ClientWebSocket();
            socket.Options.KeepAliveInterval = Ping;
            socket.Options.KeepAliveTimeout = Ping;
            socket.Options.CollectHttpResponseDetails = true;
            TimeSpan asked = await ConnectAsync(socket, end) ?? await UseAsync(socket, methods, end);
            if (!end.IsCancellationRequested)
                await Task.Delay(backoff.Next(asked), time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Null: it is open. Otherwise how long to wait at least.</returns>
    private async Task<TimeSpan?> ConnectAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(ConnectLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await socket.ConnectAsync(address.Socket(), either.Token);
            return null;
        }
        catch (Exception failed) when (failed is WebSocketException or OperationCanceledException or IOException)
        {
            HttpStatusCode status = socket.HttpStatusCode;
            if (!toldWhy && !cancel.IsCancellationRequested)
                NodeLog.NotConnected(log, address.Server, status == 0 ? "it cannot be reached" : $"HTTP {(int)status}");
            toldWhy = true;
            return status switch
            {
                HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable when RetryAfter(socket) is { } wait => wait,
                >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError or HttpStatusCode.OK => AfterRefusal,
                _ => TimeSpan.Zero,
            };
        }
    }

    /// <returns>How long to wait at least before the next one.</returns>
    private async Task<TimeSpan> UseAsync(ClientWebSocket socket, INodeMethods methods, CancellationToken end)
    {
        long openedAt = time.GetTimestamp();
        var connection = new Connection(socket, new Mailbox(socket, turns));
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using CancellationTokenRegistration closing = end.Register(() =>
        {
            limit.CancelAfter(CloseLimit);
            connection.Mail.Complete();
        });
        Task sending = connection.Mail.RunAsync(limit.Token);
        Volatile.Write(ref current, connection);
        Connections++;
        methods.Opened();
        lock (gate) opened.TrySetResult();

        TimeSpan asked = await ReceiveAsync(connection, methods, limit.Token) ?? TimeSpan.Zero;
        lock (gate) opened = NewSignal();
        Volatile.Write(ref current, null);
        socket.Abort();
        connection.Mail.Complete();
        await limit.CancelAsync();
        await sending;
        FailAll();
        if (end.IsCancellationRequested) return TimeSpan.Zero;
        if (time.GetElapsedTime(openedAt) >= Settled) backoff.Reset();
        NodeClose close = NodeClose.Of((int?)socket.CloseStatus, wasAccepted);
        if (close.Ends) throw new AgentException($"{address.Server} refuses {address.NodeId}: {close.Why}.");
        if (!toldWhy) NodeLog.Lost(log, close.Why);
        toldWhy = true;
        return close.IsRefusal && asked < AfterRefusal ? AfterRefusal : asked;
    }

    private static TimeSpan? RetryAfter(ClientWebSocket socket) =>
        socket.HttpResponseHeaders is { } headers && headers.TryGetValue("Retry-After", out IEnumerable<string>? values)
        && double.TryParse(values.FirstOrDefault(), CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 600
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A socket that is open, and what goes out over it.</summary>
    private sealed record Connection(ClientWebSocket Socket, Mailbox Mail);
}
