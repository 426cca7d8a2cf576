using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using Gateway.Agent.Credentials;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Transport.Sockets;

/// <summary>
/// The device's socket: opened again whenever it is lost, with growing pauses and no sooner than the gateway asks. One loop runs it; all
/// loops of the agent send over it.
/// </summary>
internal sealed partial class SocketLink : IDisposable
{
    /// <summary>Close codes.</summary>
    private const int TakenOver = 4009, NotAccepted = 4403;

    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <summary>How often an idle connection is pinged, and how long the pong may take.</summary>
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(20);

    /// <summary>How long a socket must have lasted for the next pause to be short again.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    /// <summary>A gateway that refuses the device, or knows no sockets, is not asked more often.</summary>
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Something on the way takes the handshake and swallows what follows: tried again seldom, since what the gateway pushes into it is held up.
    /// </summary>
    private static readonly TimeSpan AfterSilence = TimeSpan.FromMinutes(2);

    /// <summary>How long the end of a socket may take when the agent stops.</summary>
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(2);

    private readonly Uri address;
    private readonly Action<ClaimedCommand> pushed;
    private readonly Backoff backoff;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly Lock gate = new();
    private readonly byte[] buffer = new byte[16 * 1024];
    private TaskCompletionSource lost = NewSignal();
    private TaskCompletionSource unavailable = NewSignal();
    private TaskCompletionSource opened = NewSignal();
    private volatile Task<TimeSpan?> connecting = Task.FromResult<TimeSpan?>(TimeSpan.Zero);
    private bool toldWhy;

    /// <param name="pushed">Takes the commands that come over it; it never waits. The same claim may come again.</param>
    public SocketLink(DeviceCredentials credentials, Action<ClaimedCommand> pushed, Backoff backoff, TimeProvider time, ILogger log)
    {
        var server = new UriBuilder(credentials.Server.TrimEnd('/') + "/ws/device");
        server.Scheme = server.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        server.Query = $"deviceId={Uri.EscapeDataString(credentials.DeviceId)}&secret={Uri.EscapeDataString(credentials.DeviceSecret)}";
        address = server.Uri;
        (this.pushed, this.backoff, this.time, this.log) = (pushed, backoff, time, log);
        turns = new SendPace(time);
    }

    /// <summary>What the gateway wishes of output.</summary>
    public OutputPace Pace { get; private set; } = new(16 * 1024, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2));

    /// <summary>Ends when the socket that is open now, or the next one, is lost.</summary>
    public Task Lost
    {
        get { lock (gate) return lost.Task; }
    }

    /// <summary>Ends when a socket is open: at once, when one is.</summary>
    public Task Opened
    {
        get { lock (gate) return opened.Task; }
    }

    /// <summary>Ends when no socket can be had, or none that lasts: at once, unless one is open or about to be.</summary>
    public Task Unavailable
    {
        get { lock (gate) return unavailable.Task; }
    }

    /// <summary>Keeps a socket open; from <paramref name="stop"/> on only the one that is open, or about to be.</summary>
    /// <param name="stop">No other socket is opened.</param>
    /// <param name="end">What is open is closed.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken end)
    {
        while (!stop.IsCancellationRequested)
        {
            TimeSpan? asked;
            using (var socket = new ClientWebSocket())
            {
                socket.Options.KeepAliveInterval = Ping;
                socket.Options.KeepAliveTimeout = Ping;
                socket.Options.CollectHttpResponseDetails = true;
                connecting = ConnectAsync(socket, end);
                if (await connecting is { } wait)
                {
                    lock (gate) unavailable.TrySetResult();
                    asked = wait > TimeSpan.Zero ? wait : null;
                }
                else
                {
                    asked = await UseAsync(socket, end);
                }
            }

            if (stop.IsCancellationRequested) break;
            await Task.Delay(backoff.Next(asked), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        lock (gate) unavailable.TrySetResult();
    }

    public void Dispose() => sending.Dispose();

    /// <summary>Connects; it is open once the gateway was heard over it.</summary>
    /// <returns>Null: it is open. Otherwise how long to wait at least.</returns>
    private async Task<TimeSpan?> ConnectAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(ConnectLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await socket.ConnectAsync(address, either.Token);
            serverTime = (Header(socket, "Date") is { } date && DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, out DateTimeOffset at) ? at : null, time.GetTimestamp());
            if (await SocketMessage.ReadAsync(socket, buffer, either.Token) is not { } greeting)
                throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely);
            Take(greeting);
            toldWhy = false;
            TransportLog.SocketOpen(log);
            Volatile.Write(ref current, socket);
            return null;
        }
        catch (Exception failed) when (failed is WebSocketException or OperationCanceledException or IOException)
        {
            if (cancel.IsCancellationRequested) return TimeSpan.Zero;
            (string why, TimeSpan wait) = Refusal(socket, isLate: limit.IsCancellationRequested);
            if (!toldWhy) TransportLog.NoSocket(log, why);
            toldWhy = true;
            return wait;
        }
    }

    /// <summary>Why there is no socket, and how long to wait at least before the next attempt.</summary>
    private static (string Why, TimeSpan Wait) Refusal(ClientWebSocket socket, bool isLate) => socket.HttpStatusCode switch
    {
        0 => ("it cannot be reached", TimeSpan.Zero),
        HttpStatusCode.SwitchingProtocols when isLate => ("nothing comes over it", AfterSilence),
        HttpStatusCode.SwitchingProtocols => (End(socket), AfterEnd(socket) ?? TimeSpan.Zero),
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
            when double.TryParse(Header(socket, "Retry-After"), CultureInfo.InvariantCulture, out double seconds) && seconds is > 0 and < 600 =>
            (Status(socket), TimeSpan.FromSeconds(seconds)),
        >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError or HttpStatusCode.OK => (Status(socket), AfterRefusal),
        _ => (Status(socket), TimeSpan.Zero),
    };

    /// <returns>How long the gateway asked to wait, if it did.</returns>
    private async Task<TimeSpan?> UseAsync(ClientWebSocket socket, CancellationToken cancel)
    {
        long openedAt = time.GetTimestamp();
        lock (gate)
        {
            unavailable = NewSignal();
            opened.TrySetResult();
        }

        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using CancellationTokenRegistration closing = cancel.Register(() =>
        {
            limit.CancelAfter(CloseLimit);
            _ = CloseAsync(socket);
        });
        TimeSpan? asked = await ReceiveAsync(socket, limit.Token);
        Volatile.Write(ref current, null);
        socket.Abort();
        FailAll();
        bool hasLasted = time.GetElapsedTime(openedAt) >= Settled;
        if (hasLasted) backoff.Reset();
        if (!cancel.IsCancellationRequested) TransportLog.SocketLost(log, End(socket));
        lock (gate)
        {
            lost.TrySetResult();
            lost = NewSignal();
            opened = NewSignal();
            if (!hasLasted) unavailable.TrySetResult();
        }

        return asked ?? AfterEnd(socket);
    }

    /// <summary>How it ended (docs/channels.md), in words.</summary>
    private static string End(ClientWebSocket socket) => (int?)socket.CloseStatus switch
    {
        null => "no close frame",
        TakenOver => "another program works as this device",
        NotAccepted => "the gateway does not accept this device any more",
        { } code => $"code {code}",
    };

    /// <summary>How long to stay away when the gateway does not want this connection back; null: no longer than otherwise.</summary>
    private static TimeSpan? AfterEnd(ClientWebSocket socket) => (int?)socket.CloseStatus is TakenOver or NotAccepted ? AfterRefusal : null;

    private static string Status(ClientWebSocket socket) => $"HTTP {(int)socket.HttpStatusCode}";

    private static string? Header(ClientWebSocket socket, string name) =>
        socket.HttpResponseHeaders is { } headers && headers.TryGetValue(name, out IEnumerable<string>? values) ? values.FirstOrDefault() : null;

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
