using System.Net;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.Torture;

/// <summary>
/// Every program is killed (SIGKILL) and held still for longer than any claim lasts (SIGSTOP), and all connections are cut, at random, while a simulated
/// fleet and a real agent work: the agent over its socket, the fleet over sockets in one shape and by requests in the other. The data stay, and what was
/// killed is started again.
/// </summary>
public sealed class TortureTests
{
    [Theory]
    [InlineData(Shape.OneProcess)]
    [InlineData(Shape.SidecarApart)]
    public async Task ProgramsKilledAndStopped_FleetWorksOn_NoRuleIsBroken(Shape shape)
    {
        await using var bench = new Bench();
        var disasters = new Disasters();
        using var deployment = await Deployment.StartAsync(bench, shape, TorturedAgent.ServerSettings);
        var server = deployment.Server;
        using var alice = await server.CustomerAsync();
        await using var network = new Network(server);
        var agent = await TorturedAgent.StartAsync(bench, server, network, alice);
        var fleet = await Fleet.StartAsync(bench, server, disasters.Seed, network, usesSocket: shape == Shape.OneProcess);

        IReadOnlyList<Func<Random, Disaster>> apart = deployment.Sidecar is null ? [] :
        [
            random => new("the sidecar is killed", async () =>
            {
                await deployment.Sidecar.KillAsync();
                await Disasters.PauseAsync(random.NextDouble());
                deployment.LaunchSidecar();
                await deployment.ReadyzAsync(HttpStatusCode.OK);
            }),
            random => Stop("the sidecar", () => deployment.Sidecar, PastEveryClaim(random)),
            _ => new("server and sidecar are killed", async () =>
            {
                await Task.WhenAll(deployment.Sidecar.KillAsync(), server.Process.KillAsync());
                Assert.Empty(deployment.Audit.Find(stopped: false));
                await deployment.StartAgainAsync();
            }),
        ];
        await Task.WhenAll(
            disasters.StrikeAsync(1, [
                KillServer,
                KillServer,
                random => Stop("the server", () => server.Process, PastEveryClaim(random)),
                .. apart,
            ]),
            disasters.StrikeAsync(2, [
                random => new("the agent is killed", async () =>
                {
                    await agent.KillAsync();
                    await Disasters.PauseAsync(random.NextDouble());
                    agent.Run();
                }),
                random => new("the agent is stopped in order", async () =>
                {
                    await agent.StopAsync();
                    await Disasters.PauseAsync(random.NextDouble());
                    agent.Run();
                }),
                .. Enumerable.Repeat<Func<Random, Disaster>>(CutConnections, 3),
                random => Stop("the agent", () => agent.Process, TorturedAgent.PastEveryClaim.TotalSeconds),
                random => Stop("the fleet", () => fleet.Process, PastEveryClaim(random)),
            ]));

        await Task.WhenAll(fleet.DrainAsync(), agent.DrainAsync());
        await deployment.StopAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(deployment.Audit.Find(stopped: true));

        Disaster CutConnections(Random random) => new("all connections are cut", () =>
        {
            network.Cut();
            return Task.CompletedTask;
        });

        Disaster KillServer(Random random) => new("the server is killed", async () =>
        {
            await server.Process.KillAsync();
            Assert.Empty(deployment.Audit.Find(stopped: false));
            await Disasters.PauseAsync(random.NextDouble());
            await server.StartAsync();
        });
    }

    private static double PastEveryClaim(Random random) => Fleet.LongestClaim.TotalSeconds + 0.5 + random.NextDouble();

    private static Disaster Stop(string name, Func<ProgramProcess> program, double seconds) => new($"{name} is stopped for {seconds:0.0} s", async () =>
    {
        var stopped = program();
        stopped.Pause();
        await Disasters.PauseAsync(seconds);
        stopped.Resume();
    });
}
