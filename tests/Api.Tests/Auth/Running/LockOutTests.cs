using System.Net;
using Gateway.Api.Tests.Gateway;

namespace Gateway.Api.Tests.Auth.Running;

/// <summary>
/// A device that is locked out by one replica while it works with two: what it knows is good for nothing within five seconds, anywhere.
/// </summary>
public sealed class LockOutTests : IAsyncLifetime
{
    private const string Claim = "/api/v1/device/commands/claim", Command = "cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly GatewayHost here = new();
    private GatewayHost there = null!;
    private Caller customer = null!, device = null!;

    public async ValueTask InitializeAsync()
    {
        await here.InitializeAsync();
        there = await here.StartReplicaAsync();
        customer = here.NewCustomer();
        device = await here.NewDeviceAsync(customer);
    }

    public async ValueTask DisposeAsync()
    {
        await there.DisposeAsync();
        await here.DisposeAsync();
    }

    [Theory]
    [InlineData("suspend")]
    [InlineData("reprovision")]
    public async Task BusyToken_AfterALockOutByTheOtherReplica_IsRefusedEverywhereWithinFiveSeconds(string how)
    {
        await AtBothAsync(HttpStatusCode.OK);
        (await customer.PostAsync($"/api/v1/customer/devices/{device.Id}/{how}")).Is(HttpStatusCode.OK);

        // Busy all the while: use must not keep an old answer alive.
        for (var waited = TimeSpan.Zero; waited < Limit; waited += TimeSpan.FromMilliseconds(250))
        {
            await device.PostAsync(Claim);
            await There(device).PostAsync(Claim);
            here.Time.Advance(TimeSpan.FromMilliseconds(250));
        }

        await AtBothAsync(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task TokenFromBefore_ReprovisionedDeviceRegisteredAgain_StaysRefused()
    {
        await AtBothAsync(HttpStatusCode.OK);
        var code = (await customer.PostAsync($"/api/v1/customer/devices/{device.Id}/reprovision")).Text("device.activationCode");
        var registered = await There(here.Anonymous).PostAsync(
            "/api/v1/device/register", new { deviceId = device.Id, activationCode = code });
        var fresh = await there.SignInAsync(device.Id, registered.Is(HttpStatusCode.OK).Text("deviceSecret"));
        here.Time.Advance(Limit);

        await AtBothAsync(HttpStatusCode.Unauthorized);
        (await fresh.PostAsync(Claim)).Is(HttpStatusCode.OK);
        (await (fresh with { Client = here.Client }).PostAsync(Claim)).Is(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("suspend")]
    [InlineData("reprovision")]
    public async Task PollThatWaitedSinceBefore_CommandArrives_IsRefusedAndGetsNothing(string how)
    {
        var session = await GatewayHost.OpenSessionAsync(customer with { Client = there.Client }, device);
        var poll = There(device).PostAsync(Claim, new { waitMs = 20_000 });
        await there.Queue.PollWaitsAsync();
        (await customer.PostAsync($"/api/v1/customer/devices/{device.Id}/{how}")).Is(HttpStatusCode.OK);
        here.Time.Advance(Limit);

        var path = $"/api/v1/customer/sessions/{session}/commands";
        var sent = (await There(customer).PostAsync(path, new { type = "ping" })).Is(HttpStatusCode.Created);

        (await poll).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        var command = await There(customer).GetAsync($"{path}/{sent.Text("command.id")}");
        Assert.Equal("queued", command.Text("command.status"));
    }

    [Fact]
    public async Task PollThatWaits_DeviceStillWelcome_GetsTheCommand()
    {
        var session = await GatewayHost.OpenSessionAsync(customer with { Client = there.Client }, device);
        var poll = There(device).PostAsync(Claim, new { waitMs = 20_000 });
        await there.Queue.PollWaitsAsync();
        here.Time.Advance(TimeSpan.FromSeconds(15));

        await There(customer).PostAsync($"/api/v1/customer/sessions/{session}/commands", new { type = "ping" });

        Assert.Equal("ping", (await poll).Is(HttpStatusCode.OK).Text("commands.0.type"));
    }

    [Fact]
    public async Task PollThatWaits_StoreGoneWhenTheCommandArrives_Answers503AndGetsNothing()
    {
        var session = await GatewayHost.OpenSessionAsync(customer with { Client = there.Client }, device);
        var poll = There(device).PostAsync(Claim, new { waitMs = 20_000 });
        await there.Queue.PollWaitsAsync();
        here.Time.Advance(Limit);
        there.Credentials.IsDown = true;

        await There(customer).PostAsync($"/api/v1/customer/sessions/{session}/commands", new { type = "ping" });

        (await poll).IsError(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
        there.Credentials.IsDown = false;
        Assert.Equal("ping", (await There(device).PostAsync(Claim)).Is(HttpStatusCode.OK).Text("commands.0.type"));
    }

    private Caller There(Caller caller) => caller with { Client = there.Client };

    /// <summary>Everything that a device may ask, at both replicas.</summary>
    private async Task AtBothAsync(HttpStatusCode expected)
    {
        foreach (var at in (Caller[])[device, There(device)])
        {
            (await at.PostAsync(Claim)).Is(expected);
            (await at.PostAsync("/api/v1/device/heartbeat", new { timestamp = "2026-01-01T00:00:00Z", status = "online" })).Is(expected);
            if (expected == HttpStatusCode.OK) continue;
            (await at.PostAsync($"/api/v1/device/commands/{Command}/extend", new { claimToken = "t", extensionMs = 5000 })).Is(expected);
            (await at.PostAsync(
                $"/api/v1/device/commands/{Command}/result",
                new { claimToken = "t", result = new { status = "success", executedAt = "2026-01-01T00:00:00Z" } })).Is(expected);
        }
    }
}
