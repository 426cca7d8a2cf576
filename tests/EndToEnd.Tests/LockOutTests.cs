using System.Net;
using System.Net.Http.Json;
using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests;

/// <summary>A device that is locked out while it works with two real servers over one Postgres: by the clock on the wall.</summary>
public sealed class LockOutTests
{
    private const string Claim = "commands/claim";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("suspend")]
    [InlineData("reprovision")]
    public async Task BusyDevice_IsRefusedByBothServersWithinFiveSeconds_AndItsPollGetsNothing(string how)
    {
        await using var postgres = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        var settings = new Dictionary<string, string?>
        {
            ["ConnectionStrings__Gateway"] = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken),
            ["Gateway__RateLimits__DevicePerMinute"] = "0",
        };
        await using var one = new Bench();
        await using var other = new Bench();
        var here = await GatewayServer.StartAsync(one, settings);
        var there = await GatewayServer.StartAsync(other, settings);
        using var alice = await here.CustomerAsync();
        using var atHere = new DeviceClient(here.Url);
        await atHere.RegisterAsync("pi-1", await alice.ProvisionAsync("pi-1"));
        using var atThere = new DeviceClient(there.Url);
        atThere.Http.DefaultRequestHeaders.Add("X-Device-Token", atHere.Http.DefaultRequestHeaders.GetValues("X-Device-Token"));
        var session = await alice.OpenSessionAsync("pi-1", "diagnostic");
        Assert.Empty(await atThere.ClaimAsync(waitMs: 0));
        var poll = AskAsync(atHere, waitMs: 20_000);

        await alice.PostAsync($"devices/pi-1/{how}", new { });
        var since = TimeProvider.System.GetTimestamp();
        await Wait.UntilAsync("both servers to refuse the token", async () =>
            await AskAsync(atThere) == HttpStatusCode.Unauthorized && await HeartbeatAsync(atHere) == HttpStatusCode.Unauthorized);
        var took = TimeProvider.System.GetElapsedTime(since);

        Assert.True(took < Limit, $"The token was refused after {took.TotalSeconds:0.0} s.");
        var command = await alice.SendAsync(session, "disk_usage", new { });
        Assert.Equal(HttpStatusCode.Unauthorized, await poll);
        Assert.Equal("queued", (await alice.CommandAsync(session, command)).GetProperty("status").GetString());
    }

    private static Task<HttpStatusCode> AskAsync(DeviceClient device, int waitMs = 0) => StatusAsync(device, Claim, new { waitMs });

    private static Task<HttpStatusCode> HeartbeatAsync(DeviceClient device) =>
        StatusAsync(device, "heartbeat", new { timestamp = "2026-01-01T00:00:00Z", status = "online" });

    private static async Task<HttpStatusCode> StatusAsync(DeviceClient device, string path, object body)
    {
        using var answer = await device.Http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
