using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.OnDaprd;

/// <summary>Two replicas of <c>gateway-api</c>, each with its <c>daprd</c>, over one Redis and one Postgres.</summary>
[Trait("Sidecar", "daprd")]
public sealed class ReplicasTests
{
    /// <summary>A poll looks again by itself after ten seconds; one that is answered long before was told.</summary>
    private static readonly TimeSpan BeforeItLooksAgain = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task LongPollAtOneReplica_CommandSentToTheOther_IsWokenByItsNotice()
    {
        await using var bench = await Bench.OnDaprdAsync();
        var (one, two) = await StartAsync(bench);
        using var alice = await one.CustomerAsync();
        using var device = new DeviceClient(two.Url);
        using var sidecar = new SidecarClient(one.SidecarUrl);
        await device.RegisterAsync("pi-1", await alice.ProvisionAsync("pi-1"));
        var session = await alice.OpenSessionAsync("pi-1", "diagnostic");

        var poll = device.ClaimAsync(waitMs: 20_000);
        await sidecar.KnowsPollAsync("pi-1");
        var sent = TimeProvider.System.GetTimestamp();
        var id = await alice.SendAsync(session, "system_info", new { });

        var command = Assert.Single(await poll);
        Assert.True(TimeProvider.System.GetElapsedTime(sent) < BeforeItLooksAgain, "The poll found the command by itself: no notice came.");
        Assert.Equal(id, command.GetProperty("id").GetString());
        await device.ReportAsync(command, "all well");
        await alice.UntilAsync(session, id, "completed");
    }

    /// <summary>The first save of a queue and those after it: one of two that save at once must lose, or what the other accepted is gone.</summary>
    [Fact]
    public async Task BothReplicasAtOnce_OneSessionOpens_AllCommandsAreKept()
    {
        const int devices = 10, commands = 5;
        await using var bench = await Bench.OnDaprdAsync();
        var (one, two) = await StartAsync(bench);
        using var here = await one.CustomerAsync();
        using var there = await two.CustomerAsync();

        for (var i = 0; i < devices; i++)
        {
            var deviceId = $"pi-{i}";
            await here.ProvisionAsync(deviceId);
            var opened = await Task.WhenAll(TryOpenAsync(here, deviceId), TryOpenAsync(there, deviceId));
            var session = Assert.Single(opened.OfType<string>());
            var sent = await Task.WhenAll(Enumerable.Range(0, 2 * commands).Select(n => (n % 2 == 0 ? here : there).SendAsync(session, "system_info", new { n })));
            Assert.Equal(sent.Order(), (await here.CommandsAsync(session)).Keys.Order());
        }

        // The session's id, or null when another one was faster.
        static async Task<string?> TryOpenAsync(CustomerClient customer, string deviceId)
        {
            using var response = await customer.Http.PostAsJsonAsync("sessions", new { deviceId, type = "diagnostic" });
            if (response.StatusCode == HttpStatusCode.Conflict) return null;
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            return (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("session").GetProperty("id").GetString();
        }
    }

    [Fact]
    public async Task ReplicaKilledAfterAClaim_ResultGoesToTheOther()
    {
        await using var bench = await Bench.OnDaprdAsync();
        var (one, two) = await StartAsync(bench);
        using var alice = await two.CustomerAsync();
        using var device = new DeviceClient(one.Url);
        await device.RegisterAsync("pi-1", await alice.ProvisionAsync("pi-1"));
        var session = await alice.OpenSessionAsync("pi-1", "diagnostic");
        var id = await alice.SendAsync(session, "system_info", new { });
        var command = Assert.Single(await device.ClaimAsync(waitMs: 20_000));

        await one.Process.KillAsync();
        using var moved = device.At(two.Url);
        await moved.ReportAsync(command, "all well");

        var done = await alice.UntilAsync(session, id, "completed");
        Assert.Equal("all well", done.GetProperty("result").GetProperty("output").GetString());
    }

    private static async Task<(GatewayServer One, GatewayServer Two)> StartAsync(Bench bench)
    {
        var one = await GatewayServer.StartAsync(bench);
        return (one, await GatewayServer.StartReplicaAsync(one));
    }
}
