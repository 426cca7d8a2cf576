using System.Text.Json;
using Gateway.Api.Tests.Gateway;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>A customer's socket and what it has learnt of one device: it holds every message to the promise of numbers without gaps.</summary>
internal sealed class CustomerClient(TestSocket socket) : IAsyncDisposable
{
    private readonly Dictionary<string, JsonElement> commands = [];

    public TestSocket Socket => socket;

    /// <summary>The number of the last event that it knows.</summary>
    public long Seq { get; private set; }

    /// <summary>How often a snapshot came.</summary>
    public int Snapshots { get; private set; }

    /// <summary>The state of a command as the messages tell it; null: none has told of it.</summary>
    public string? StatusOf(string commandId) => commands.TryGetValue(commandId, out var command) ? command.GetProperty("status").GetString() : null;

    public static async Task<CustomerClient> ConnectAsync(GatewayHost host, Caller customer) =>
        new(await TestSocket.ConnectAsync(host.Client.BaseAddress!, $"/ws/customer?token={host.TokenOf(customer.Id)}"));

    public static async Task<CustomerClient> SubscribeAsync(GatewayHost host, Caller customer, string deviceId)
    {
        var client = await ConnectAsync(host, customer);
        await client.SubscribeAsync(deviceId);
        return client;
    }

    /// <summary>Subscribes; the snapshot.</summary>
    public async Task<Message> SubscribeAsync(string deviceId)
    {
        await socket.SendAsync(new { type = "subscribe", data = new { deviceId } });
        return (await NextAsync()).Is("subscribed");
    }

    /// <summary>The next message, which fits to those before it.</summary>
    public async Task<Message> NextAsync()
    {
        var message = await socket.ReceiveAsync();
        switch (message.Type)
        {
            case "subscribed":
                Snapshots++;
                Seq = (long)message.Number("data.seq");
                commands.Clear();
                foreach (var command in message.Find("data.commands")!.Value.EnumerateArray()) Take(command);
                break;
            case "command_update" or "session_update":
                Assert.Equal(++Seq, (long)message.Number("data.seq"));
                if (message.Find("data.command") is { } update) Take(update);
                break;
        }

        return message;
    }

    /// <summary>Reads until it knows the event.</summary>
    public async Task ReadThroughAsync(long seq)
    {
        while (Seq < seq) await NextAsync();
        Assert.Equal(seq, Seq);
    }

    public ValueTask DisposeAsync() => socket.DisposeAsync();

    private void Take(JsonElement command)
    {
        var id = command.GetProperty("id").GetString()!;
        if (!commands.TryGetValue(id, out var known) || known.GetProperty("seq").GetInt64() < command.GetProperty("seq").GetInt64()) commands[id] = command;
    }
}
