using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.OnDaprd;

/// <summary>
/// <c>kill -9</c> of one part of the deployment while a simulated fleet works, and its start again: the rules held, and
/// afterwards everything works as before, the reminders of Dapr's scheduler included.
/// </summary>
[Trait("Sidecar", "daprd")]
public sealed class PartsKilledTests
{
    /// <summary>The parts of a deployment.</summary>
    public enum Part
    {
        ApiSidecar,
        ActorsSidecar,
        ActorsApp,
        Scheduler,
        Placement,
        Redis,
    }

    [Theory]
    [InlineData(Part.ApiSidecar)]
    [InlineData(Part.ActorsSidecar)]
    [InlineData(Part.ActorsApp)]
    [InlineData(Part.Scheduler)]
    [InlineData(Part.Placement)]
    [InlineData(Part.Redis)]
    public async Task KilledUnderAFleet_NothingBroken_RemindersComeAgain(Part part)
    {
        await using var bench = await Bench.OnDaprdAsync();
        var server = await GatewayServer.StartAsync(bench, new Dictionary<string, string?>
        {
            ["Gateway__RateLimits__DevicePerMinute"] = "0",
            ["Gateway__RateLimits__CustomerPerMinute"] = "0",
        });
        using var sidecar = new SidecarClient(server.ActorsSidecarUrl);
        using var alice = await server.CustomerAsync();

        var simulation = bench.Start("simulate", BuiltProgram.Agent, [
            "simulate", "--server", server.Url, "--devices", "12", "--rate", "20", "--seed", "7", "--duration", "5", "--data", server.DataPath,
        ]);
        await Wait.UntilAsync("the fleet to work", () => simulation.Output.Contains("Sending", StringComparison.Ordinal));
        await KillAndStartAsync(part, bench, server);

        Assert.Equal(0, await simulation.ExitAsync(TimeSpan.FromSeconds(120)));
        Assert.Contains("HELD", simulation.Output, StringComparison.Ordinal);
        await server.Around!.ReadyAsync();
        await ReminderEndsAClaimAsync(server, alice, sidecar);
    }

    /// <summary>Without the sweeps, which would stand in.</summary>
    private static async Task ReminderEndsAClaimAsync(GatewayServer server, CustomerClient alice, SidecarClient sidecar)
    {
        foreach (var sweep in new[] { "presence", "overdue", "heads" }) await sidecar.RemoveReminderAsync("SweepActor", sweep, "sweep");

        // After reminders could not be set the server tries again only now and then, so the first devices may go without.
        var devices = 0;
        var (deviceId, code, session) = await Wait.ForAsync("a reminder to be set", async () =>
        {
            var id = $"pi-{++devices}";
            var activationCode = await alice.ProvisionAsync(id);
            var opened = await alice.OpenSessionAsync(id, "diagnostic");
            return await sidecar.HasReminderAsync("DeviceActor", id, "deadline") ? Tuple.Create(id, activationCode, opened) : null;
        });
        using var device = new DeviceClient(server.Url);
        await device.RegisterAsync(deviceId, code);
        var command = await alice.SendAsync(session, "system_info", new { });
        Assert.Single(await device.ClaimAsync(waitMs: 20_000, visibilityTimeout: 5_000));
        await sidecar.HeadChangesAsync(deviceId);

        var again = Assert.Single(await device.ClaimAsync(waitMs: 20_000));
        Assert.Equal(2, again.GetProperty("attempt").GetInt32());
        await device.ReportAsync(again, "all well");
        await alice.UntilAsync(session, command, "completed");
    }

    private static async Task KillAndStartAsync(Part part, Bench bench, GatewayServer server)
    {
        var (around, dapr) = (server.Around!, bench.Dapr!);
        switch (part)
        {
            case Part.ApiSidecar:
                await around.ApiSidecar.KillAsync();
                await around.ApiSidecar.StartAsync(TestContext.Current.CancellationToken);
                break;
            case Part.ActorsSidecar:
                await around.ActorsSidecar.KillAsync();
                await around.ActorsSidecar.StartAsync(TestContext.Current.CancellationToken);
                break;
            case Part.ActorsApp:
                await around.ActorsApp!.KillAsync();
                around.StartActors();
                break;
            case Part.Scheduler:
                await dapr.KillSchedulerAsync();
                await dapr.StartSchedulerAsync();
                break;
            case Part.Placement:
                await dapr.KillPlacementAsync();
                await dapr.StartPlacementAsync();
                break;
            case Part.Redis:
                await dapr.Redis.KillAsync();
                await dapr.Redis.StartAgainAsync(TestContext.Current.CancellationToken);
                break;
        }
    }
}
