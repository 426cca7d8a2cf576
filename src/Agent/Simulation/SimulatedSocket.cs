using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Gateway.Agent.Transport.Sockets;

namespace Gateway.Agent.Simulation;

/// <summary>One connection of a simulated device: what is pushed over it, and requests with their answers as if they had gone by HTTP.</summary>
internal sealed class SimulatedSocket : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket socket = new();
    private readonly SimulationWorld world;
    private readonly SendPace pace;
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Exchange>> waiting = new(StringComparer.Ordinal);
    private readonly Channel<(JsonElement Data, long At)> pushes = Channel.CreateUnbounded<(JsonElement, long)>();
    private Task receiving = Task.CompletedTask;
    private int lastId;

    private SimulatedSocket(SimulationWorld world, string name)
    {
        (this.world, Name) = (world, name);
        pace = new SendPace(world.Time);
        Asked = SurelyOpenAt = world.Http.Now();
    }

    /// <summary>The device's name for it.</summary>
    public string Name { get; }

    /// <summary>When it was asked for.</summary>
    public long Asked { get; }

    /// <summary>When it surely was not lost yet: when the last request left that was answered.</summary>
    public long SurelyOpenAt { get; private set; }

    /// <summary>When it was seen to be lost; null: it is not.</summary>
    public long? LostAt { get; private set; }

    /// <summary>Commands as they come; completed when it is lost.</summary>
    public ChannelReader<(JsonElement Data, long At)> Pushes => pushes.Reader;

    /// <summary>Connects; null: it cannot be had now.</summary>
    public static async Task<SimulatedSocket?> OpenAsync(FleetDevice device, SimulationWorld world, string name, CancellationToken cancel)
    {
        var opened = new SimulatedSocket(world, name);
        using var limit = new CancellationTokenSource(ConnectLimit, world.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            var address = new UriBuilder(new Uri(world.Settings.Server, "ws/device"))
            {
                Scheme = world.Settings.Server.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs,
                Query = $"deviceId={Uri.EscapeDataString(device.Id)}&secret={Uri.EscapeDataString(device.Secret)}",
            };
            world.Progress.Count(Counted.Requests);
            await opened.socket.ConnectAsync(address.Uri, either.Token);
        }
        catch (Exception failed) when (failed is WebSocketException or IOException || (failed is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            world.Progress.Count(Counted.Unreachable);
            opened.Dispose();
            return null;
        }

        opened.receiving = opened.ReceiveAsync();
        return opened;
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="commandId">What it is about; null: no command.</param>
    /// <param name="drop">Cut the connection after this long; null: wait for the answer.</param>
    public async Task<Exchange> CallAsync(string type, string? commandId, JsonObject body, TimeSpan? drop, CancellationToken cancel)
    {
        await pace.WaitAsync(cancel);
        string id = (++lastId).ToString(CultureInfo.InvariantCulture);
        var data = (JsonObject)body.DeepClone();
        if (commandId is not null) data["commandId"] = commandId;
        byte[] message = Encoding.UTF8.GetBytes(new JsonObject { ["type"] = type, ["id"] = id, ["data"] = data }.ToJsonString());
        var answer = new TaskCompletionSource<Exchange>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = answer;
        world.Progress.Count(Counted.Requests);
        long sent = world.Http.Now();
        if (LostAt is not null) return new Exchange(false, sent, null, null, default);
        try
        {
            await socket.SendAsync(message.AsMemory(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            Exchange exchange = await answer.Task.WaitAsync(drop ?? AnswerLimit, world.Time, cancel) with { Sent = sent };
            if (exchange.Answered is null) world.Progress.Count(Counted.Unanswered);
            else SurelyOpenAt = Math.Max(SurelyOpenAt, sent);
            return exchange;
        }
        // To send over a socket that was aborted a moment ago is a cancellation that nobody asked for.
        catch (Exception broken) when (broken is TimeoutException or WebSocketException or IOException or ObjectDisposedException or InvalidOperationException
            || (broken is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            Cut();
            world.Progress.Count(Counted.Unanswered);
            return new Exchange(true, sent, null, null, default);
        }
        finally
        {
            waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Ends it without a word.</summary>
    public void Cut() => socket.Abort();

    /// <summary>Waits until all that came over it has been taken in.</summary>
    public Task EndedAsync() => receiving;

    public void Dispose() => socket.Dispose();

    private async Task ReceiveAsync()
    {
        byte[] buffer = new byte[8 * 1024];
        try
        {
            while (await SocketMessage.ReadAsync(socket, buffer, CancellationToken.None) is { } message) Take(message, world.Http.Now());
        }
        catch (Exception broken) when (broken is WebSocketException or IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Lost, however.
        }

        socket.Abort();
        LostAt = world.Http.Now();
        pushes.Writer.Complete();
        foreach (TaskCompletionSource<Exchange> answer in waiting.Values) answer.TrySetResult(new Exchange(true, 0, null, null, default));
    }

    private void Take(Received message, long at)
    {
        if (message.Type == "command") pushes.Writer.TryWrite((message.Data, at));
        if (message.Id is null || !waiting.TryGetValue(message.Id, out TaskCompletionSource<Exchange>? answer)) return;
        answer.TrySetResult(message.Type == "ack"
            ? new Exchange(true, 0, at, 200, message.Data)
            : new Exchange(true, 0, at, StatusOf(message.Data), JsonSerializer.SerializeToElement(new JsonObject { ["error"] = JsonObject.Create(message.Data) })));
    }

    /// <summary>The status that the same refusal has over HTTP.</summary>
    private static int StatusOf(JsonElement error) => error.TryGetProperty("code", out JsonElement code)
        ? code.GetString() switch
        {
            "INVALID_REQUEST" => 400,
            "UNAUTHORIZED" => 401,
            "FORBIDDEN" => 403,
            "NOT_FOUND" => 404,
            "CONFLICT" => 409,
            "RATE_LIMITED" => 429,
            _ => 503,
        }
        : 503;
}
