using Gateway.Core.Verification;
using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests.Replicas;

/// <summary>
/// Two <c>gateway-api</c>, two <c>gateway-actors</c>, a sidecar, Redis and Postgres: while simulated fleets work, each is killed and started
/// again in turn, and all connections are cut.
/// </summary>
public sealed class EveryPartKilledTests
{
    [Fact]
    public async Task EachPartKilledInTurn_NothingLostNothingHeldTwice_CustomersServedByBoth()
    {
        await using var redis = await RedisServer.StartAsync(TestContext.Current.CancellationToken);
        await using var postgres = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        await using var bench = new Bench();
        using var deployment = await ReplicatedDeployment.StartAsync(
            bench,
            await WriteComponentsAsync(bench, redis),
            await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken),
            new Dictionary<string, string?>
            {
                ["Gateway__RateLimits__DevicePerMinute"] = "0",
                ["Gateway__RateLimits__CustomerPerMinute"] = "0",
            });
        await using var network = new Network(deployment.Servers);
        Fleet[] fleets = [await Fleet.StartAsync(bench, deployment, network, "ws"), await Fleet.StartAsync(bench, deployment, network, "rest")];

        foreach (var server in deployment.Servers)
        {
            await server.Process.KillAsync();
            await server.StartAsync();
            network.Cut();
        }

        foreach (var program in deployment.Actors)
        {
            await program.Process.KillAsync();
            program.Launch();
            await deployment.ReadyAsync();
        }

        await deployment.Sidecar.KillAsync();
        deployment.LaunchSidecar();
        await deployment.ReadyAsync();
        await redis.KillAsync();
        await redis.StartAgainAsync(TestContext.Current.CancellationToken);
        await deployment.ReadyAsync();
        await postgres.KillAsync();
        await postgres.StartAgainAsync(TestContext.Current.CancellationToken);
        await deployment.ReadyAsync();

        foreach (var fleet in fleets) await fleet.HeldAsync();
        await ServesCustomersAsync(deployment);
    }

    /// <summary>A device at one server, customers at both: what the device does each of them sees.</summary>
    private static async Task ServesCustomersAsync(ReplicatedDeployment deployment)
    {
        var (here, there) = (deployment.Servers[0], deployment.Servers[1]);
        using var alice = await here.CustomerAsync();
        using var device = await SocketDevice.RegisterAsync(here, alice, "watched");
        await device.ConnectAsync();
        var session = await alice.OpenSessionAsync("watched", "diagnostic");
        await using var atHere = await CustomerSocket.OpenAsync(here, alice);
        await using var atThere = await CustomerSocket.OpenAsync(there, alice);
        await atHere.SubscribeAsync("watched");
        await atThere.SubscribeAsync("watched");

        using var thereToo = await there.CustomerAsync();
        var command = await thereToo.SendAsync(session, "system_info", new { });
        await device.FinishAsync(await device.CommandAsync());
        foreach (var socket in (CustomerSocket[])[atHere, atThere])
        {
            await Wait.UntilAsync("the command's end on the socket", () => socket.Of("command_update").Any(update =>
                update.GetProperty("command").GetProperty("id").GetString() == command
                && update.GetProperty("command").GetProperty("status").GetString() == "completed"));
        }
    }

    private static async Task<string> WriteComponentsAsync(Bench bench, RedisServer redis)
    {
        var folder = bench.NewFolder("components");
        await ComponentFile.WriteAsync(
            folder, "statestore", "state.redis", ("redisHost", redis.Host), ("keyPrefix", "name"), ("actorStateStore", "true"));
        await ComponentFile.WriteAsync(folder, "pubsub", "pubsub.redis", ("redisHost", redis.Host));
        await ComponentFile.WriteAsync(folder, "secrets", "secretstores.local.env");
        return folder;
    }

    private sealed record Fleet(ProgramProcess Simulation, string Log)
    {
        /// <summary>Starts a fleet of its own and waits until it works.</summary>
        public static async Task<Fleet> StartAsync(Bench bench, ReplicatedDeployment deployment, Network network, string transport)
        {
            var log = Path.Combine(bench.Folder, $"{transport}.jsonl");
            var simulation = bench.Start($"simulate {transport}", BuiltProgram.Agent, [
                "simulate", "--transport", transport, "--server", network.Url, "--devices", "8", "--rate", "12", "--seed", "7", "--duration", "15",
                "--data", deployment.Servers[0].DataPath, "--log", log,
            ]);
            await Wait.UntilAsync("the fleet to work", () => simulation.Output.Contains("Sending", StringComparison.Ordinal));
            return new Fleet(simulation, log);
        }

        /// <summary>Waits until every command has ended: the queue's rules held.</summary>
        public async Task HeldAsync()
        {
            Assert.Equal(0, await Simulation.ExitAsync(TimeSpan.FromSeconds(150)));
            var verdict = HistoryChecker.Check(ObservationLog.Read(File.ReadLines(Log)), new CheckOptions { Drained = true });
            Assert.True(verdict.Held, Simulation.Output);
            Assert.True(verdict.Commands > 100, $"Only {verdict.Commands} commands were sent.");
        }
    }
}
