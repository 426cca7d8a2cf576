using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Gateway.Bench.Floors;
using Gateway.Bench.Load;

namespace Gateway.Bench.Channels;

/// <summary>
/// What happens to one device's commands, told to many subscribers, beside a bare server that sends one message to as many bare sockets. The device
/// is not connected and works over HTTP: a command enqueued, claimed and done is three events.
/// </summary>
internal sealed class FanOutRound : IAsyncDisposable
{
    public const string Floor = "floor: bare broadcast", FromAnswer = "fan-out, from the answer", FromRequest = "fan-out, from the request";

    private const int Cycles = 4;

    // As long as the message of the event.
    private static readonly byte[] FloorText = Encoding.ASCII.GetBytes(new string('x', 320));

    private readonly Fleet fleet;
    private readonly int device;
    private readonly int count;
    private readonly Gathering updates, broadcasts;
    private readonly List<SocketClient> subscribers = [], listeners = [];

    private FanOutRound(Fleet fleet, int device, int count)
    {
        (this.fleet, this.device, this.count) = (fleet, device, count);
        (updates, broadcasts) = (new Gathering(count), new Gathering(count));
    }

    /// <summary>Opens so many subscribers of a device, and as many bare sockets.</summary>
    public static async Task<FanOutRound> OpenAsync(Fleet fleet, int device, int count, Uri server, CancellationToken cancellationToken)
    {
        var round = new FanOutRound(fleet, device, count);
        var subscribe = JsonSerializer.SerializeToUtf8Bytes(new { type = "subscribe", id = "s", data = new { deviceId = fleet.IdOf(device) } });
        for (var i = 0; i < count; i++)
        {
            var subscribed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var socket = await SocketClient.OpenAsync(server, fleet.CustomerSocket, (text, at) => round.Take(text, at, subscribed), cancellationToken);
            round.subscribers.Add(socket);
            await socket.SendAsync(subscribe, cancellationToken);
            await subscribed.Task.WaitAsync(Inbox.Limit, cancellationToken);
            round.listeners.Add(await SocketClient.OpenAsync(
                server, $"{FloorStartup.Path}/broadcast", (_, at) => round.broadcasts.Put(at), cancellationToken));
        }

        return round;
    }

    /// <summary>Runs the floor and then events.</summary>
    public async Task RunAsync(SeriesTable? table, CancellationToken cancellationToken)
    {
        var bare = new Samples();
        for (var i = 0; i < 3 * Cycles; i++)
        {
            var all = broadcasts.NextAsync();
            var sent = Stopwatch.GetTimestamp();
            await listeners[0].SendAsync(FloorText, cancellationToken);
            bare.Add(sent, await all);
        }

        var floor = bare.ToPhase();
        Samples fromAnswer = new(), fromRequest = new();
        for (var i = 0; i < Cycles; i++)
        {
            await EventAsync(() => fleet.EnqueueAsync(device, cancellationToken));
            await EventAsync(() => fleet.ClaimAsync(device, cancellationToken));
            fleet.PrepareResults();
            await EventAsync(() => fleet.ResultAsync(device, cancellationToken));
        }

        if (table is null) return;
        table.Add(Floor, count, floor, floor);
        table.Add(FromAnswer, count, fromAnswer.ToPhase(), floor);
        table.Add(FromRequest, count, fromRequest.ToPhase(), floor);

        async Task EventAsync(Func<Task> request)
        {
            var all = updates.NextAsync();
            var sent = Stopwatch.GetTimestamp();
            await request();
            var answered = Stopwatch.GetTimestamp();
            var last = await all;
            fromAnswer.Add(answered, last);
            fromRequest.Add(sent, last);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var socket in subscribers.Concat(listeners)) await socket.DisposeAsync();
    }

    private void Take(ReadOnlySpan<byte> text, long at, TaskCompletionSource subscribed)
    {
        if (text.StartsWith("""{"type":"command_update","""u8)) updates.Put(at);
        else if (text.StartsWith("""{"type":"ack","""u8)) subscribed.TrySetResult();
        else if (text.StartsWith("""{"type":"error","""u8)) subscribed.TrySetException(new InvalidOperationException(Encoding.UTF8.GetString(text)));
    }
}
