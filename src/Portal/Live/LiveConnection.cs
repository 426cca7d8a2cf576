using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Gateway.Portal.SignIn;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gateway.Portal.Live;

/// <summary>
/// One circuit's socket to <c>/ws/customer</c> with its customer's own token (docs/gateway-surface.md). It is opened with the first
/// subscription, comes back by itself (later each time, at random, or when the server says), and subscribes anew to what is still wanted.
/// Receivers are called on the socket's own flow, one at a time, and must not block.
/// </summary>
internal sealed class LiveConnection(
    CustomerAccess access, IOptions<PortalOptions> options, TimeProvider time, ILogger<LiveConnection> logger) : IAsyncDisposable
{
    /// <summary>The server takes 10 messages a second, and closes the socket of who sends more.</summary>
    private static readonly TimeSpan SendPause = TimeSpan.FromMilliseconds(125);

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private const int MaxMessage = 4 * 1024 * 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Action<LiveUpdate>>> receivers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource stop = new();
    private Channel<string>? outbox;
    private Task? running;

    /// <summary>The state changed.</summary>
    public event Action? StateChanged;

    /// <summary>How changes are heard of now.</summary>
    public LiveState State { get; private set; } = LiveState.Connecting;

    /// <summary>Asks for a device's changes, until the answer is disposed.</summary>
    public IDisposable Subscribe(string deviceId, Action<LiveUpdate> receive)
    {
        lock (gate)
        {
            if (!receivers.TryGetValue(deviceId, out var list))
            {
                receivers[deviceId] = list = [];
                outbox?.Writer.TryWrite(Message("subscribe", deviceId));
            }

            list.Add(receive);
            running ??= Task.Run(() => RunAsync(stop.Token));
        }

        return new Subscription(this, deviceId, receive);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (running is { } task) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }

    /// <summary>How long to wait before the next attempt: twice as long each time, at random between half of it and all.</summary>
    internal static TimeSpan DelayBefore(int attempt, double random)
    {
        var full = Math.Min(FirstDelay.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 10)), LongestDelay.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(full * (0.5 + (random / 2)));
    }

    private static string Message(string type, string deviceId) => JsonSerializer.Serialize(new { type, data = new { deviceId } });

    private void Unsubscribe(string deviceId, Action<LiveUpdate> receive)
    {
        lock (gate)
        {
            if (!receivers.TryGetValue(deviceId, out var list) || !list.Remove(receive) || list.Count > 0) return;
            receivers.Remove(deviceId);
            outbox?.Writer.TryWrite(Message("unsubscribe", deviceId));
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; !cancellationToken.IsCancellationRequested; attempt++)
        {
            TimeSpan? asked = null;
            try
            {
                using var socket = await ConnectAsync(cancellationToken);
                if (socket is not null)
                {
                    attempt = 0;
                    asked = await TalkAsync(socket, cancellationToken);
                }
            }
            catch (Exception e) when (e is WebSocketException or HttpRequestException or IOException or JsonException
                || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                LiveLog.Lost(logger, e.Message);
            }

            Change(LiveState.Polling);
            await Task.Delay(asked ?? DelayBefore(attempt, Random.Shared.NextDouble()), time, cancellationToken);
        }
    }

    /// <summary>An open socket; null: nobody is signed in.</summary>
    private async Task<ClientWebSocket?> ConnectAsync(CancellationToken cancellationToken)
    {
        if (await access.SessionAsync() is not { } session) return null;
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.SetRequestHeader("Authorization", $"Bearer {session.AccessToken}");
            socket.Options.KeepAliveInterval = TimeSpan.FromSeconds(20);
            socket.Options.KeepAliveTimeout = TimeSpan.FromSeconds(20);
            using var limit = new CancellationTokenSource(ConnectLimit, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            var address = new UriBuilder(new Uri(options.Value.Gateway, "ws/customer"));
            address.Scheme = address.Scheme == Uri.UriSchemeHttps ? "wss" : "ws";
            await socket.ConnectAsync(address.Uri, linked.Token);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends and receives until the socket ends; when the server said so, how long to wait.</summary>
    private async Task<TimeSpan?> TalkAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var messages = Channel.CreateUnbounded<string>();
        lock (gate)
        {
            outbox = messages;
            foreach (var deviceId in receivers.Keys) messages.Writer.TryWrite(Message("subscribe", deviceId));
        }

        Change(LiveState.Live);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = SendAsync(socket, messages.Reader, ended.Token);
        try
        {
            return await ReceiveAsync(socket, cancellationToken);
        }
        finally
        {
            lock (gate) outbox = null;
            await ended.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAsync(ClientWebSocket socket, ChannelReader<string> messages, CancellationToken cancellationToken)
    {
        await foreach (var message in messages.ReadAllAsync(cancellationToken))
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, true, cancellationToken);
            await Task.Delay(SendPause, time, cancellationToken);
        }
    }

    private async Task<TimeSpan?> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        TimeSpan? asked = null;
        var message = new ArrayBufferWriter<byte>(16 * 1024);
        while (true)
        {
            var part = await socket.ReceiveAsync(message.GetMemory(4096), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
                return asked;
            }

            message.Advance(part.Count);
            if (message.WrittenCount > MaxMessage) throw new WebSocketException("A message is too large.");
            if (!part.EndOfMessage) continue;
            using (var document = JsonDocument.Parse(message.WrittenMemory)) asked = Handle(document.RootElement) ?? asked;
            message.ResetWrittenCount();
        }
    }

    /// <summary>Passes a message on; how long to stay away when it says so.</summary>
    private TimeSpan? Handle(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object
            || !message.TryGetProperty("type", out var type)
            || !message.TryGetProperty("data", out var data)) return null;
        if (type.ValueEquals("reconnect"))
        {
            return data.TryGetProperty("retryAfterMs", out var wait) && wait.TryGetInt32(out var ms) && ms >= 0
                ? TimeSpan.FromMilliseconds(ms)
                : null;
        }

        if (LiveUpdate.Read(type.GetString() ?? "", data) is not { } update) return null;
        Action<LiveUpdate>[] interested;
        lock (gate) interested = receivers.TryGetValue(update.DeviceId, out var list) ? [.. list] : [];
        foreach (var receive in interested) receive(update);
        return null;
    }

    private void Change(LiveState state)
    {
        if (State == state) return;
        State = state;
        StateChanged?.Invoke();
    }

    private sealed class Subscription(LiveConnection connection, string deviceId, Action<LiveUpdate> receive) : IDisposable
    {
        private int disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0) connection.Unsubscribe(deviceId, receive);
        }
    }
}
