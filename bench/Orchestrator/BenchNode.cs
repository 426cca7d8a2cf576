using System.Globalization;
using System.Text;
using System.Text.Json;
using Gateway.Bench.Channels;

namespace Gateway.Bench.Orchestrator;

/// <summary>
/// A node over <c>/ws/node</c>: a task is acknowledged when it comes, and waits for the benchmark to give its result. What a message needs is made before it.
/// </summary>
internal sealed class BenchNode : IAsyncDisposable
{
    private readonly string id;
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly Dictionary<string, DeviceInbox> devices;
    private readonly Inbox greeted = new();
    private SocketClient? socket;

    private BenchNode(string id, IEnumerable<string> devices)
    {
        this.id = id;
        this.devices = devices.ToDictionary(device => device, _ => new DeviceInbox(), StringComparer.Ordinal);
    }

    /// <summary>Connects, and waits until its devices are known.</summary>
    public static async Task<BenchNode> OpenAsync(Uri server, string token, string id, IReadOnlyList<string> devices, CancellationToken cancellationToken)
    {
        var node = new BenchNode(id, devices);
        node.socket = await SocketClient.OpenAsync(server, $"/ws/node?token={token}&node_id={id}", node.Take, cancellationToken);
        await node.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(new
            {
                jsonrpc = "2.0",
                method = "heartbeat",
                @params = new { node_id = id, devices = devices.Select(device => new { id = device, status = "idle" }) },
                id = "greeting",
            }),
            cancellationToken);
        await node.greeted.TakeAsync("""{"jsonrpc":"2.0","result":{"refused":[]}""", cancellationToken);
        return node;
    }

    /// <summary>Waits until a device has a task.</summary>
    /// <returns>The task, and when <c>execute</c> had come.</returns>
    public async Task<(string Task, long At)> ExecutedAsync(string device, CancellationToken cancellationToken)
    {
        var arrival = await devices[device].Executes.TakeAsync("{", cancellationToken);
        return (JsonElement.Parse(arrival.Text).GetProperty("params").GetProperty("task_id").GetString()!, arrival.At);
    }

    /// <summary>Gives a task's result, and waits until it is taken.</summary>
    /// <returns>When the answer had come.</returns>
    public async Task<long> FinishAsync(string device, string task, CancellationToken cancellationToken)
    {
        await SendAsync(
            Encoding.UTF8.GetBytes($$$"""{"jsonrpc":"2.0","method":"task_result","params":{"task_id":"{{{task}}}","status":"completed","result":{"n":1},"error":null},"id":"{{{device}}}"}"""),
            cancellationToken);
        return (await devices[device].Answers.TakeAsync("""{"jsonrpc":"2.0","result":null""", cancellationToken)).At;
    }

    public async ValueTask DisposeAsync()
    {
        if (socket is not null) await socket.DisposeAsync();
        sending.Dispose();
    }

    private void Take(ReadOnlySpan<byte> text, long at)
    {
        var message = JsonElement.Parse(text);
        var call = message.TryGetProperty("id", out var number) ? number.GetString()! : "";
        switch (message.TryGetProperty("method", out var method) ? method.GetString() : null)
        {
            case "execute":
                _ = SendAsync(Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","result":{},"id":"{{call}}"}"""), CancellationToken.None);
                devices[message.GetProperty("params").GetProperty("device_id").GetString()!].Executes.Put(text, at);
                break;
            case "ping":
                _ = SendAsync(Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","result":{"pong":true},"id":"{{call}}"}"""), CancellationToken.None);
                break;
            case null when devices.TryGetValue(call, out var device):
                device.Answers.Put(text, at);
                break;
            case null:
                greeted.Put(text, at);
                break;
            case var other:
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{id} was told {other}"));
                break;
        }
    }

    private async Task SendAsync(byte[] message, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        try
        {
            await socket!.SendAsync(message, cancellationToken);
        }
        finally
        {
            sending.Release();
        }
    }

    private sealed class DeviceInbox
    {
        public Inbox Executes { get; } = new();

        public Inbox Answers { get; } = new();
    }
}
