using System.Net;
using System.Net.WebSockets;
using System.Text;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.Tests.Gateway;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>Who gets a customer's socket, what it takes, and how it ends.</summary>
public sealed class CustomerSocketTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task Subscribe_AsTheSpecificationWritesIt_IsTaken()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        await using var client = await CustomerClient.ConnectAsync(host, customer);
        await client.Socket.SendTextAsync($$"""{"type":"subscribe","deviceId":"{{device.Id}}"}""");
        (await client.NextAsync()).Is("subscribed");
    }

    [Fact]
    public async Task Subscribe_WithAnId_IsAcknowledgedAfterTheSnapshot()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        await using var client = await CustomerClient.ConnectAsync(host, customer);
        await client.Socket.SendAsync(new { type = "subscribe", id = "s-1", data = new { deviceId = device.Id } });
        (await client.NextAsync()).Is("subscribed");
        var ack = (await client.NextAsync()).Is("ack");
        Assert.Equal(("s-1", device.Id), (ack.Text("id"), ack.Text("data.deviceId")));
    }

    [Fact]
    public async Task Connect_WithTheTokenInAHeader_IsTaken()
    {
        var customer = host.NewCustomer();
        await using var socket = await TestSocket.ConnectAsync(host.Client.BaseAddress!, "/ws/customer", ("Authorization", customer.Credential!));
        (await socket.AskAsync("unsubscribe", new { deviceId = "never-subscribed" })).Is("ack");
    }

    [Fact]
    public async Task Subscribe_AnotherCustomersOrNoDevice_IsRefusedAndTheSocketStaysOpen()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        await using var client = await CustomerClient.ConnectAsync(host, host.NewCustomer());
        (await client.Socket.AskAsync("subscribe", new { deviceId = device.Id })).IsError("FORBIDDEN");
        (await client.Socket.AskAsync("subscribe", new { deviceId = "nobody" })).IsError("NOT_FOUND");
        (await client.Socket.AskAsync("subscribe", new { deviceId = "../x" })).IsError("NOT_FOUND");
        (await client.Socket.AskAsync("subscribe", new { })).IsInvalid("deviceId");
        (await client.Socket.AskAsync("shout", new { })).IsInvalid("type");
        (await client.Socket.AskAsync("unsubscribe", new { deviceId = device.Id })).Is("ack");
        Assert.True((await host.Queue.ReadHeadAsync(device.Id, TimeSpan.Zero, CancellationToken.None)).Watchers.IsEmpty);
    }

    [Fact]
    public async Task Subscribe_StoreAway_IsRefusedForNow()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        await using var client = await CustomerClient.ConnectAsync(host, customer);
        host.Queue.FailOnce(operation => operation is Core.Queue.Operations.Watch);
        (await client.Socket.AskAsync("subscribe", new { deviceId = device.Id })).IsError("SERVICE_UNAVAILABLE");
        await client.SubscribeAsync(device.Id);
    }

    [Theory]
    [InlineData("/ws/customer")]
    [InlineData("/ws/customer?token=nonsense")]
    [InlineData("/ws/customer?token=a&token=b")]
    [InlineData("/ws/customer?access_token=a")]
    [InlineData("/hubs/portal")]
    [InlineData("/hubs/portal?access_token=nonsense")]
    [InlineData("/hubs/portal/negotiate")]
    public async Task Connect_NoGoodToken_Answers401(string path) => (await UpgradeAsync(host, path)).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");

    [Theory]
    [InlineData("/ws/customer?token=")]
    [InlineData("/hubs/portal?access_token=")]
    public async Task Connect_FromAForeignPage_Answers403(string path) =>
        (await UpgradeAsync(host, path + host.TokenOf("c"), ("Origin", "https://evil.example"))).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");

    [Fact]
    public async Task Connect_MoreThanTwenty_Answers429UntilOneEnds()
    {
        var customer = host.NewCustomer();
        var clients = new List<CustomerClient>();
        for (var i = 0; i < 20; i++) clients.Add(await CustomerClient.ConnectAsync(host, customer));
        var token = host.TokenOf(customer.Id);
        (await UpgradeAsync(host, $"/ws/customer?token={token}")).IsError(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        (await UpgradeAsync(host, $"/hubs/portal?access_token={token}")).IsError(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        await clients[0].Socket.CloseAsync();
        var seats = host.Services.GetRequiredService<SocketSeats>();
        await Wait.UntilAsync("a place is free", () =>
        {
            using var seat = seats.TryTake($"customer:{customer.Id}", 20);
            return seat is not null;
        });
        clients.Add(await CustomerClient.ConnectAsync(host, customer));
        foreach (var client in clients) await client.DisposeAsync();
    }

    [Theory]
    [InlineData("/ws/customer?token=")]
    [InlineData("/hubs/portal?access_token=")]
    public async Task Connect_MoreOftenThanRequestsAllowed_Answers429(string path)
    {
        await using var own = new GatewayHost(new() { ["Gateway:RateLimits:CustomerPerMinute"] = "1" });
        await own.InitializeAsync();
        path += own.TokenOf("c");
        await using var socket = await TestSocket.ConnectAsync(own.Client.BaseAddress!, path);
        (await UpgradeAsync(own, path)).IsError(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
    }

    [Fact]
    public async Task Connect_WithAToken_NoLogHasIt()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var customer = own.NewCustomer();
        var token = own.TokenOf(customer.Id);
        await using (var client = await CustomerClient.ConnectAsync(own, customer)) await client.Socket.CloseAsync();
        await using (var portal = await PortalClient.ConnectAsync(own, token)) await portal.UnsubscribeAsync("x");
        Assert.Contains(own.Log.Texts, line => line.Contains("/hubs/portal", StringComparison.Ordinal));
        Assert.DoesNotContain(own.Log.Texts, line => line.Contains(token[..40], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Token_Ends_ClosesWith4401()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        await using var socket = await TestSocket.ConnectAsync(
            own.Client.BaseAddress!, $"/ws/customer?token={own.TokenOf("c", TimeSpan.FromMinutes(5))}");
        await socket.AskAsync("unsubscribe", new { deviceId = "x" });
        own.Time.Advance(TimeSpan.FromMinutes(4));
        await socket.AskAsync("unsubscribe", new { deviceId = "x" });
        own.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(4401, await socket.ClosedAsync());
    }

    [Fact]
    public async Task Messages_InAFlood_AreExplainedAndCloseWith4008()
    {
        await using var client = await CustomerClient.ConnectAsync(host, host.NewCustomer());
        for (var i = 0; i < 11; i++) await client.Socket.SendAsync(new { type = "unsubscribe", data = new { deviceId = "x" } });
        (await client.NextAsync()).IsError("RATE_LIMITED");
        Assert.Equal(4008, await client.Socket.ClosedAsync());
    }

    [Theory]
    [InlineData("[]", 1007)]
    [InlineData("{\"type\":", 1007)]
    [InlineData("BIG", 1009)]
    [InlineData("BINARY", 1003)]
    public async Task Message_OfNoUse_ClosesWithItsCode(string text, int code)
    {
        await using var client = await CustomerClient.ConnectAsync(host, host.NewCustomer());
        if (text == "BINARY") await client.Socket.SendAsync([1, 2, 3], WebSocketMessageType.Binary);
        else await client.Socket.SendAsync(Encoding.UTF8.GetBytes(text == "BIG" ? $$"""{"type":"{{new string('x', 16 * 1024)}}"}""" : text), WebSocketMessageType.Text);
        Assert.Equal(code, await client.Socket.ClosedAsync());
    }

    [Fact]
    public async Task Stop_TellsWhenToComeBackAndClosesWith1001()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        await using var client = await CustomerClient.ConnectAsync(own, own.NewCustomer());
        await client.Socket.AskAsync("unsubscribe", new { deviceId = "x" });
        var stopped = own.StopAsync();
        var hint = (await client.NextAsync()).Is("reconnect");
        Assert.InRange(hint.Number("data.retryAfterMs"), 0, 5_000);
        Assert.Equal(1001, await client.Socket.ClosedAsync());
        await stopped;
    }

    /// <summary>Asks for an upgrade and reads the answer, whatever it is.</summary>
    private static Task<Reply> UpgradeAsync(GatewayHost on, string path, params (string, string)[] headers) => on.Anonymous.SendAsync(
        path.EndsWith("negotiate", StringComparison.Ordinal) ? HttpMethod.Post : HttpMethod.Get,
        path,
        null,
        [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), .. headers]);
}
