using System.Diagnostics.Metrics;
using System.Text.Json;
using Gateway.Api.Tests.Gateway;
using Gateway.TestKit;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.DependencyInjection;
using static Gateway.Api.Tests.Channels.DeviceWork;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>Customers' channels over SignalR: the same messages, in the same order, under the same limits.</summary>
public sealed class PortalHubTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Subscribe_OwnDevice_SaysWhatTheRawSocketSays(bool isInHeader)
    {
        var (customer, device, session) = await StartAsync(host);
        await using var raw = await CustomerClient.SubscribeAsync(host, customer, device.Id);
        await using var portal = await PortalClient.ConnectAsync(host, host.TokenOf(customer.Id), isInHeader);
        var answered = await portal.SubscribeAsync(device.Id);
        var snapshot = (await portal.NextAsync()).Is("subscribed");
        Assert.True(JsonElement.DeepEquals(snapshot.Find("data")!.Value, answered));
        Assert.Equal(raw.Seq, snapshot.Number("data.seq"));

        await SendAsync(customer, session, new { type = "ping", parameters = new { text = "ünïcode ✓ <b>" }, requiresApproval = true });
        await device.PostAsync("/api/v1/device/heartbeat", new { timestamp = "2026-01-01T00:00:00Z", status = "busy" });
        await customer.PostAsync($"/api/v1/customer/sessions/{session}/close");
        foreach (var type in (string[])["command_update", "device_status", "command_update", "session_update"])
        {
            var (one, other) = ((await raw.NextAsync()).Is(type), (await portal.NextAsync()).Is(type));
            Assert.True(JsonElement.DeepEquals(one.Find("data")!.Value, other.Find("data")!.Value), $"{one.Body} and {other.Body}");
        }

        await portal.UnsubscribeAsync(device.Id);
        Assert.Equal("asked", (await portal.NextAsync()).Is("unsubscribed").Text("data.reason"));
    }

    [Fact]
    public async Task Subscribe_AnotherCustomersOrNoDevice_IsRefused()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        await using var portal = await PortalClient.ConnectAsync(host, host.TokenOf(host.NewName("customer")));
        Assert.Contains("FORBIDDEN: Device not owned by customer", (await Assert.ThrowsAsync<HubException>(() => portal.SubscribeAsync(device.Id))).Message, StringComparison.Ordinal);
        Assert.Contains("NOT_FOUND: Device not found", (await Assert.ThrowsAsync<HubException>(() => portal.SubscribeAsync("nobody"))).Message, StringComparison.Ordinal);
        Assert.Contains("NOT_FOUND", (await Assert.ThrowsAsync<HubException>(() => portal.SubscribeAsync(null!))).Message, StringComparison.Ordinal);
        await portal.UnsubscribeAsync(null!);
    }

    [Fact]
    public async Task Messages_InAFlood_AreRefusedAndTheConnectionEnds()
    {
        await using var portal = await PortalClient.ConnectAsync(host, host.TokenOf(host.NewName("customer")));
        for (var i = 0; i < 10; i++) await portal.UnsubscribeAsync("x");
        await Assert.ThrowsAnyAsync<Exception>(() => portal.UnsubscribeAsync("x"));
        Assert.Equal(4008, (await portal.NextAsync()).Is("closing").Number("data.code"));
        await portal.Closed;
    }

    [Fact]
    public async Task Messages_InAFlood_OfNoMethod_EndTheConnectionToo()
    {
        await using var portal = await PortalClient.ConnectAsync(host, host.TokenOf(host.NewName("customer")));
        for (var i = 0; i < 11; i++) await portal.TellAsync("Nothing");
        Assert.Equal(4008, (await portal.NextAsync()).Is("closing").Number("data.code"));
        await portal.Closed;
    }

    [Fact]
    public async Task Token_Ends_SoDoesTheConnection()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        await using var portal = await PortalClient.ConnectAsync(own, own.TokenOf("c", TimeSpan.FromMinutes(5)));
        await portal.UnsubscribeAsync("x");
        own.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(4401, (await portal.NextAsync()).Is("closing").Number("data.code"));
        await portal.Closed;
    }

    [Theory]
    [InlineData(true, 1006)]
    [InlineData(false, 1000)]
    public async Task Connection_IsCountedWithItsMessagesAndItsEnd(bool breaks, int code)
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        using var metrics = new RecordedMetrics(own.Services.GetRequiredService<IMeterFactory>());
        await using var socket = await TestSocket.ConnectAsync(own.Client.BaseAddress!, $"/hubs/portal?access_token={own.TokenOf("c")}");
        await socket.SendTextAsync("""{"protocol":"json","version":1}""" + '\u001e');
        await socket.SendTextAsync("""{"type":1,"invocationId":"1","target":"Unsubscribe","arguments":["x"]}""" + '\u001e');
        await Wait.UntilAsync("the message", () => metrics.Values("gateway.sockets.messages", "direction=in,kind=portal").Count == 1);

        if (breaks) await socket.SendTextAsync("no message of SignalR's" + '\u001e');
        else await socket.CloseAsync();

        await Wait.UntilAsync("the end", () => metrics.Values("gateway.sockets.closes", $"code={code},kind=portal").Contains(1));
        Assert.Equal([1, -1], metrics.Values("gateway.sockets.open", "kind=portal"));
        Assert.Equal([0], metrics.Values("gateway.sockets.closes", "code=4010,kind=portal"));
    }

    [Fact]
    public async Task Stop_TellsWhenToComeBack()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        await using var portal = await PortalClient.ConnectAsync(own, own.TokenOf("c"));
        await portal.UnsubscribeAsync("x");
        var stopped = own.StopAsync();
        Assert.InRange((await portal.NextAsync()).Is("reconnect").Number("data.retryAfterMs"), 0, 5_000);
        Assert.Equal(1001, (await portal.NextAsync()).Is("closing").Number("data.code"));
        await portal.Closed;
        await stopped;
    }
}
