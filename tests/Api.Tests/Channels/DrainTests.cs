using System.Net;
using Gateway.Api.Tests.Gateway;
using static Gateway.Api.Tests.Channels.DeviceWork;

namespace Gateway.Api.Tests.Channels;

/// <summary>A device that stops: it takes no more over its socket, and gives back what it has not begun.</summary>
public sealed class DrainTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task Release_PushedCommands_GoOverTheNextConnectionInTheirOrder()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var stopping = await TestSocket.OfDeviceAsync(host, device);
        for (var i = 0; i < 12; i++) await SendAsync(customer, session, new { type = $"c-{i}" });
        var held = new List<Message>();
        for (var i = 0; i < 10; i++) held.Add((await stopping.ReceiveAsync()).Is("command"));

        // As many as it takes for the loop to show, were each pushed back.
        foreach (var command in held.Skip(5))
        {
            var answer = (await stopping.AskAsync("release", ClaimOf(command))).Is("ack");
            Assert.Equal("queued", answer.Text("data.status"));
        }

        Assert.Equal("queued", (await stopping.AskAsync("release", ClaimOf(held[5]))).Is("ack").Text("data.status"));
        (await stopping.AskAsync("command_result", ResultOf(held[0]))).Is("ack");
        (await stopping.AskAsync("command_result", ResultOf(held[9]))).IsError("FORBIDDEN");
        Assert.Equal("draining", (await ExplainAsync(customer, session, held[5])).Text("reasons.0.code"));

        await using var next = await TestSocket.OfDeviceAsync(host, device);
        var types = new List<string>();
        for (var i = 0; i < 10; i++) types.Add((await next.ReceiveAsync()).Is("command").Text("data.type"));
        Assert.Equal(["c-1", "c-2", "c-3", "c-4", "c-5", "c-6", "c-7", "c-8", "c-9", "c-10"], types);
    }

    [Fact]
    public async Task Drain_Acknowledged_NothingMoreComesAndWhatIsHeldGoesOn()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await SendAsync(customer, session, new { type = "running" });
        var running = (await socket.ReceiveAsync()).Is("command");

        (await socket.AskAsync("drain", new { })).Is("ack");
        var waiting = await SendAsync(customer, session, new { type = "later" });

        (await socket.AskAsync("extend", new { commandId = running.Text("data.id"), claimToken = running.Text("data.claimToken"), extensionMs = 300_000 })).Is("ack");
        (await socket.AskAsync("command_result", ResultOf(running))).Is("ack");
        (await socket.AskAsync("drain", new { })).Is("ack");

        // It is the device's own choice whether it still asks.
        var claimed = (await device.PostAsync("/api/v1/device/commands/claim", new { })).Is(HttpStatusCode.OK);
        Assert.Equal(waiting, claimed.Text("commands.0.id"));
    }

    [Fact]
    public async Task Drain_PushesAreUnderWay_TheyComeBeforeTheAnswer()
    {
        var (customer, device, session) = await StartAsync(host);
        var large = new string('x', 200_000);
        for (var i = 0; i < 10; i++) await SendAsync(customer, session, new { type = "large", parameters = new { large } });
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await socket.SendAsync(new { type = "drain", id = "m-1" });

        for (var i = 0; i < 10; i++) (await socket.ReceiveAsync()).Is("command");
        (await socket.ReceiveAsync()).Is("ack");
    }

    private static object ClaimOf(Message command) => new { commandId = command.Text("data.id"), claimToken = command.Text("data.claimToken") };

    private static async Task<Reply> ExplainAsync(Caller customer, string session, Message command) =>
        (await customer.GetAsync($"/api/v1/customer/sessions/{session}/commands/{command.Text("data.id")}/explain")).Is(HttpStatusCode.OK);
}
