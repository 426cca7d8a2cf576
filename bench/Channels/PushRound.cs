using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Gateway.Bench.Floors;
using Gateway.Bench.Load;

namespace Gateway.Bench.Channels;

/// <summary>
/// Commands to connected devices, beside round trips over bare sockets. In a closed loop each client enqueues a command for one of its own devices
/// over HTTP, waits until the device has it over its socket, and sends the result over it.
/// </summary>
internal sealed class PushRound(Fleet fleet, int clients, IReadOnlyList<Inbox> devices, IReadOnlyList<SocketClient> sockets,
    IReadOnlyList<Inbox> echoes, IReadOnlyList<SocketClient> echoSockets)
{
    public const string Floor = "floor: echo round trip", Push = "push, from the answer", Whole = "push, from the request",
        Enqueue = "enqueue until answered", Result = "result until acknowledged";

    private const int Depth = 4;

    // As long as the message of the command.
    private static readonly byte[] EchoText = Encoding.ASCII.GetBytes(new string('x', 320));

    /// <summary>The sockets of all devices, and as many bare ones.</summary>
    public static async Task<PushRound> OpenAsync(Fleet fleet, int clients, Uri server, ICollection<SocketClient> opened, CancellationToken cancellationToken)
    {
        List<Inbox> devices = [], echoes = [];
        List<SocketClient> sockets = [], echoSockets = [];
        for (var i = 0; i < fleet.Count; i++)
        {
            devices.Add(new Inbox());
            sockets.Add(await SocketClient.OpenAsync(server, fleet.SocketOf(i), devices[i].Put, cancellationToken));
            opened.Add(sockets[i]);
            await devices[i].TakeAsync("""{"type":"config_update""", cancellationToken);
            echoes.Add(new Inbox());
            echoSockets.Add(await SocketClient.OpenAsync(server, $"{FloorStartup.Path}/echo", echoes[i].Put, cancellationToken));
            opened.Add(echoSockets[i]);
        }

        return new PushRound(fleet, clients, devices, sockets, echoes, echoSockets);
    }

    /// <summary>The same sockets with another number of clients.</summary>
    public PushRound With(int otherClients) => new(fleet, otherClients, devices, sockets, echoes, echoSockets);

    /// <summary>Runs the floor and then pushes.</summary>
    public async Task RunAsync(SeriesTable? table, CancellationToken cancellationToken)
    {
        var echo = new Samples();
        await ClosedLoop.RunAsync(clients, fleet.Count, Depth, async device =>
        {
            var sent = Stopwatch.GetTimestamp();
            await echoSockets[device].SendAsync(EchoText, cancellationToken);
            echo.Add(sent, (await echoes[device].TakeAsync("x", cancellationToken)).At);
        });
        var floor = echo.ToPhase();

        Samples push = new(), whole = new(), enqueue = new(), result = new();
        await ClosedLoop.RunAsync(clients, fleet.Count, Depth, async device =>
        {
            var sent = Stopwatch.GetTimestamp();
            await fleet.EnqueueAsync(device, cancellationToken);
            var answered = Stopwatch.GetTimestamp();
            var command = await devices[device].TakeAsync("""{"type":"command",""", cancellationToken);
            enqueue.Add(sent, answered);
            push.Add(answered, command.At);
            whole.Add(sent, command.At);

            var message = ResultOf(command.Text);
            var worked = Stopwatch.GetTimestamp();
            await sockets[device].SendAsync(message, cancellationToken);
            result.Add(worked, (await devices[device].TakeAsync("""{"type":"ack",""", cancellationToken)).At);
        });
        if (table is null) return;
        table.Add(Floor, clients, floor, floor);
        table.Add(Push, clients, push.ToPhase(), floor);
        table.Add(Whole, clients, whole.ToPhase(), floor);
        table.Add(Enqueue, clients, enqueue.ToPhase(), floor);
        table.Add(Result, clients, result.ToPhase(), floor);
    }

    private static byte[] ResultOf(byte[] message)
    {
        var command = JsonElement.Parse(message).GetProperty("data");
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            type = "command_result",
            id = "r",
            data = new
            {
                commandId = command.GetProperty("id").GetString(),
                claimToken = command.GetProperty("claimToken").GetString(),
                status = "success",
                output = "ok",
                executedAt = "2026-01-01T00:00:00Z",
                duration = 1,
            },
        });
    }
}
