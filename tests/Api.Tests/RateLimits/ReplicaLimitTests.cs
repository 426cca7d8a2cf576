using System.Net;
using Gateway.Api.RateLimits;
using Gateway.Api.Tests.Gateway;
using Gateway.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Api.Tests.RateLimits;

/// <summary>Two real servers over one relational store, and what must hold for both together.</summary>
public abstract class ReplicaLimitTests : IAsyncLifetime
{
    private const string Auth = "/api/v1/device/auth", Claim = "/api/v1/device/commands/claim", Devices = "/api/v1/customer/devices";

    private GatewayHost here = null!, there = null!;

    public async ValueTask InitializeAsync()
    {
        here = new GatewayHost(new()
        {
            ["Gateway:RateLimits:CustomerPerMinute"] = "20",
            ["Gateway:RateLimits:DevicePerMinute"] = "20",
            ["Gateway:RateLimits:ShareEvery"] = "00:00:01",
            ["ConnectionStrings:Gateway"] = await StoreAsync(),
        });
        await here.InitializeAsync();
        there = await here.StartReplicaAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (there is not null) await there.DisposeAsync();
        if (here is not null) await here.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Limit_UsedUpAtBothTogether_RefusesAtBoth()
    {
        var customer = here.NewCustomer();
        for (var i = 0; i < 10; i++) (await customer.GetAsync(Devices)).Is(HttpStatusCode.OK);
        for (var i = 0; i < 9; i++) (await There(customer).GetAsync(Devices)).Is(HttpStatusCode.OK);
        await ExchangeAsync();

        var last = (await There(customer).GetAsync(Devices)).Is(HttpStatusCode.OK);
        Assert.Equal(("20", "0"), (last.Headers["X-RateLimit-Limit"], last.Headers["X-RateLimit-Remaining"]));
        var refused = (await There(customer).GetAsync(Devices)).IsError(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        Assert.Equal("60", refused.Headers["Retry-After"]);
        await There(customer).GetAsync(Devices);

        // Here it is known after the next exchange.
        (await customer.GetAsync(Devices)).Is(HttpStatusCode.OK);
        await ExchangeAsync();
        (await customer.GetAsync(Devices)).IsError(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        (await There(there.Customer("another")).GetAsync(Devices)).Is(HttpStatusCode.OK);

        here.Time.Advance(TimeSpan.FromMinutes(1));
        (await customer.GetAsync(Devices)).Is(HttpStatusCode.OK);
        (await There(customer).GetAsync(Devices)).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task WrongSecrets_AtBothTogether_CloseTheDeviceAtBoth()
    {
        var device = await here.NewDeviceAsync(here.NewCustomer());
        for (var i = 0; i < 5; i++) (await TryAsync(here, device, "wrong")).Is(HttpStatusCode.Unauthorized);
        for (var i = 0; i < 5; i++) (await TryAsync(there, device, "wrong")).Is(HttpStatusCode.Unauthorized);
        await ExchangeAsync();
        (await TryAsync(there, device, here.SecretOf(device))).IsError(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        here.Time.Advance(TimeSpan.FromMinutes(1));
        (await TryAsync(there, device, here.SecretOf(device))).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Token_OfOneReplica_IsGoodAtTheOtherAndAfterARestart()
    {
        var device = await here.NewDeviceAsync(here.NewCustomer());
        (await There(device).PostAsync(Claim)).Is(HttpStatusCode.OK);
        await there.DisposeAsync();
        there = await here.StartReplicaAsync();
        (await There(device).PostAsync(Claim)).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task LockOutAtOne_IsKnownAtTheOtherWithinFiveSeconds()
    {
        var customer = here.NewCustomer();
        var device = await here.NewDeviceAsync(customer);
        (await There(device).PostAsync(Claim)).Is(HttpStatusCode.OK);
        (await customer.PostAsync($"{Devices}/{device.Id}/suspend")).Is(HttpStatusCode.OK);
        here.Time.Advance(TimeSpan.FromSeconds(5));
        (await There(device).PostAsync(Claim)).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        (await customer.PostAsync($"{Devices}/{device.Id}/activate")).Is(HttpStatusCode.OK);
        here.Time.Advance(TimeSpan.FromSeconds(5));
        (await There(device).PostAsync(Claim)).Is(HttpStatusCode.OK);
    }

    /// <summary>A Postgres of the test's own; null: SQLite.</summary>
    protected abstract Task<string?> StoreAsync();

    private static Task<Reply> TryAsync(GatewayHost at, Caller device, string secret) =>
        at.Anonymous.PostAsync(Auth, new { deviceId = device.Id, deviceSecret = secret });

    private Caller There(Caller caller) => caller with { Client = there.Client };

    /// <summary>What the loops do every second: here, then there.</summary>
    private async Task ExchangeAsync()
    {
        foreach (var host in (GatewayHost[])[here, there])
            await host.Services.GetRequiredService<RateExchange>().ExchangeAsync(TestContext.Current.CancellationToken);
    }
}

public sealed class ReplicaLimitsOnSqlite : ReplicaLimitTests
{
    protected override Task<string?> StoreAsync() => Task.FromResult<string?>(null);
}

public sealed class ReplicaLimitsOnPostgres(OnePostgres postgres) : ReplicaLimitTests, IClassFixture<OnePostgres>
{
    protected override async Task<string?> StoreAsync() => await postgres.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);
}

/// <summary>A Postgres for the tests of a class.</summary>
public sealed class OnePostgres : IAsyncLifetime
{
    public PostgresServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
    }
}
