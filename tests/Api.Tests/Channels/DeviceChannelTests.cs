using System.Net;
using Gateway.Api.Channels.Devices;
using Gateway.Api.Tests.Gateway;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using static Gateway.Api.Tests.Channels.DeviceWork;

namespace Gateway.Api.Tests.Channels;

/// <summary>A device's channel over time: takeover, loss and grace, presence, revoked credentials, the end of the program.</summary>
public sealed class DeviceChannelTests : IAsyncLifetime
{
    private readonly GatewayHost host = new();

    public async ValueTask InitializeAsync()
    {
        await host.InitializeAsync();
        await Wait.UntilAsync("what runs in the background", () => host.Time.ArmedTimers >= 4);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Connect_Again_TheNewerSocketTakesOverWithTheSameClaims()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var older = await TestSocket.OfDeviceAsync(host, device);
        await SendAsync(customer, session, new { type = "ping" });
        var first = await older.ReceiveAsync();
        await using var newer = await TestSocket.OfDeviceAsync(host, device);
        var again = (await newer.ReceiveAsync()).Is("command");
        Assert.Equal(first.Text("data.claimToken"), again.Text("data.claimToken"));
        Assert.Equal(1, again.Number("data.attempt"));
        Assert.Equal(4009, await older.ClosedAsync());
        (await newer.AskAsync("command_result", ResultOf(again))).Is("ack");
        await SendAsync(customer, session, new { type = "pong" });
        Assert.Equal("pong", (await newer.ReceiveAsync()).Text("data.type"));
    }

    [Fact]
    public async Task SocketLost_DeviceBackWithinTheGrace_GoesOnWithTheSameToken()
    {
        var (customer, device, session) = await StartAsync(host);
        var lost = await TestSocket.OfDeviceAsync(host, device);
        await SendAsync(customer, session, new { type = "ping" });
        var first = await lost.ReceiveAsync();
        lost.Abort();
        await DetachedAsync(device);
        host.Time.Advance(TimeSpan.FromSeconds(29));
        await using var back = await TestSocket.OfDeviceAsync(host, device);
        var again = (await back.ReceiveAsync()).Is("command");
        Assert.Equal(first.Find("data")!.Value.GetRawText(), again.Find("data")!.Value.GetRawText());
        (await back.AskAsync("command_result", ResultOf(first))).Is("ack");
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task SocketClosed_GraceOver_TheCommandComesBackWithAnotherToken()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var ended = await TestSocket.OfDeviceAsync(host, device);
        await SendAsync(customer, session, new { type = "ping" });
        var first = await ended.ReceiveAsync();
        await ended.CloseAsync();
        await DetachedAsync(device);
        host.Time.Advance(TimeSpan.FromSeconds(30));
        await using var back = await TestSocket.OfDeviceAsync(host, device);
        var again = (await back.ReceiveAsync()).Is("command");
        Assert.Equal(first.Text("data.id"), again.Text("data.id"));
        Assert.NotEqual(first.Text("data.claimToken"), again.Text("data.claimToken"));
        Assert.Equal(2, again.Number("data.attempt"));
        (await back.AskAsync("command_result", ResultOf(first))).IsError("FORBIDDEN");
    }

    [Fact]
    public async Task Head_NamesAConnectionOfAnotherReplica_TheSocketIsClosedWith4009()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await AttachedAsync(device);
        await host.Queue.ExecuteAsync(device.Id, new AttachChannel(new ReplicaBoot("replica-2", 1), "conn_other"), Token);
        Assert.Equal(4009, await socket.ClosedAsync());
        await Wait.UntilAsync("the socket's end", () => host.Log.Count(3502) == 1);
        Assert.Equal("conn_other", (await HeadAsync(device)).Channel?.Connection);
    }

    [Fact]
    public async Task Head_NamesNoConnectionAnyMore_TheSocketIsClosedToComeBack()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        var connection = await AttachedAsync(device);
        await host.Queue.ExecuteAsync(device.Id, new DetachChannel(connection), Token);
        Assert.Equal(1001, await socket.ClosedAsync());
    }

    [Fact]
    public async Task Head_NamesAConnectionThatIsNotHere_ItIsDetached()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        await host.Queue.ExecuteAsync(device.Id, new AttachChannel(OneReplica.Boot, "conn_ghost"), Token);
        await DetachedAsync(device);
    }

    [Fact]
    public async Task Head_NamesAConnectionOfALaterRun_ItIsLeftAlone()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        var other = await host.NewDeviceAsync(host.NewCustomer());
        await host.Queue.ExecuteAsync(device.Id, new AttachChannel(OneReplica.Boot with { Boot = OneReplica.Boot.Boot + 1 }, "conn_later"), Token);
        await host.Queue.ExecuteAsync(other.Id, new AttachChannel(OneReplica.Boot, "conn_ghost"), Token);
        await DetachedAsync(other);
        Assert.Equal("conn_later", (await HeadAsync(device)).Channel?.Connection);
    }

    [Fact]
    public async Task Head_FromBeforeTheAttachment_ComesLate_TheSocketStays()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        var before = await HeadAsync(device);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await AttachedAsync(device);
        host.Services.GetRequiredService<DeviceChannels>().OnSeen(device.Id, before);
        (await socket.AskAsync("status", new { timestamp = "2026-01-01T00:00:00Z", status = "online" })).Is("ack");
    }

    [Fact]
    public async Task SocketEnds_QueueAwayForTheDetachment_ItIsMadeUpForWithTheNextHead()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await AttachedAsync(device);
        host.Queue.FailOnce(operation => operation is DetachChannel);
        await socket.CloseAsync();
        await Wait.UntilAsync("the failure", () => host.Log.Count(3523) == 1);
        await Wait.UntilAsync("the socket's end", () => host.Log.Count(3502) == 1);
        Assert.NotNull((await HeadAsync(device)).Channel);
        await SendAsync(customer, session, new { type = "ping" });
        await DetachedAsync(device);
    }

    [Theory]
    [InlineData("suspend")]
    [InlineData("reprovision")]
    [InlineData("reprovision", true)]
    public async Task Credentials_Revoked_TheSocketIsClosedWith4403WithinFiveSeconds(string how, bool isRegisteredAgain = false)
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        var other = await host.NewDeviceAsync(customer);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await using var bystander = await TestSocket.OfDeviceAsync(host, other);
        var revoked = (await customer.PostAsync($"/api/v1/customer/devices/{device.Id}/{how}")).Is(HttpStatusCode.OK);
        if (isRegisteredAgain)
        {
            var request = new { deviceId = device.Id, activationCode = revoked.Text("device.activationCode") };
            (await host.Anonymous.PostAsync("/api/v1/device/register", request)).Is(HttpStatusCode.OK);
        }

        host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(4403, await socket.ClosedAsync());
        (await bystander.AskAsync("status", new { timestamp = "2026-01-01T00:00:00Z", status = "online" })).Is("ack");
    }

    [Fact]
    public async Task Credentials_StoreAway_SocketsStay()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await AttachedAsync(device);
        host.Credentials.IsDown = true;
        host.Time.Advance(TimeSpan.FromSeconds(3));
        await Wait.UntilAsync("the check", () => host.Log.Count(3524) == 1);
        (await socket.AskAsync("status", new { timestamp = "2026-01-01T00:00:00Z", status = "online" })).Is("ack");
    }

    [Fact]
    public async Task Presence_SocketOpenAndSilent_DeviceStaysAsItSaidUntilNinetySecondsAfterItsEnd()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        (await socket.AskAsync("status", new { timestamp = "2026-01-01T00:00:00Z", status = "busy" })).Is("ack");
        for (var i = 0; i < 4; i++)
        {
            var before = await SeenAtAsync(customer, device);
            host.Time.Advance(TimeSpan.FromSeconds(30));
            await Wait.UntilAsync("the touch", async () => await SeenAtAsync(customer, device) != before);
        }

        Assert.Equal("busy", (await customer.GetAsync($"/api/v1/customer/devices/{device.Id}/status")).Text("device.status"));
        await socket.CloseAsync();
        await DetachedAsync(device);
        host.Time.Advance(TimeSpan.FromSeconds(91));
        Assert.Equal("offline", (await customer.GetAsync($"/api/v1/customer/devices/{device.Id}/status")).Text("device.status"));
    }

    [Fact]
    public async Task Configuration_Changed_ConnectedDevicesAreTold()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await AttachedAsync(device);
        var configuration = host.Services.GetRequiredService<IConfiguration>();
        configuration["Gateway:Heartbeats:Interval"] = "00:00:10";
        ((IConfigurationRoot)configuration).Reload();
        Assert.Equal(10_000, (await socket.ReceiveAsync()).Is("config_update").Number("data.heartbeatMs"));
    }

    [Fact]
    public async Task Stop_DeviceConnected_IsSentAwayAndDetached()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await SendAsync(customer, session, new { type = "ping" });
        await socket.ReceiveAsync();
        var stopping = host.StopAsync();
        Assert.InRange((await socket.ReceiveAsync()).Is("reconnect").Number("data.retryAfterMs"), 0, 5_000);
        Assert.Equal(1001, await socket.ClosedAsync());
        await stopping.WaitAsync(Wait.Limit);
        var head = await HeadAsync(device);
        Assert.Null(head.Channel);
        Assert.Equal(host.Time.GetUtcNow().AddSeconds(30).ToUnixTimeMilliseconds(), head.Claimed.Single().Claim!.VisibleUntil);
    }

    [Theory]
    [InlineData("PingInterval", "00:00:00")]
    [InlineData("MessagesPerSecond", "0")]
    [InlineData("SendBytes", "1")]
    [InlineData("AllowedOrigins:0", "portal.example.org")]
    [InlineData("AllowedOrigins:0", "https://portal.example.org/page")]
    [InlineData("OutputPerSecond", "10")]
    public async Task Settings_Wrong_StopTheStartAndNameTheSetting(string name, string value)
    {
        var own = new GatewayHost(new() { [$"Gateway:Channels:{name}"] = value });
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => own.InitializeAsync().AsTask());
        Assert.Contains(refused.Failures, failure => failure.Contains(name.Split(':')[0], StringComparison.Ordinal));
        await own.DisposeAsync();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Task<QueueHead> HeadAsync(Caller device) => host.Queue.ReadHeadAsync(device.Id, TimeSpan.Zero, Token);

    private async Task<string> AttachedAsync(Caller device)
    {
        await Wait.UntilAsync("the attachment", async () => (await HeadAsync(device)).Channel is not null);
        return (await HeadAsync(device)).Channel!.Connection;
    }

    private Task DetachedAsync(Caller device) =>
        Wait.UntilAsync("the detachment", async () => (await HeadAsync(device)).Channel is null);

    private async Task<string> SeenAtAsync(Caller customer, Caller device)
    {
        await host.WriteHeartbeatsAsync();
        return (await customer.GetAsync($"/api/v1/customer/devices/{device.Id}/status")).Text("device.lastHeartbeat");
    }
}
