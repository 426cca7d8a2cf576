using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests.Replicas;

/// <summary>A service reset over two <c>gateway-api</c> and two <c>gateway-actors</c>: every one of them begins anew.</summary>
public sealed class EveryProgramResetTests
{
    [Fact]
    public async Task ServiceReset_AskedOfOneReplica_RestartsAllFour_AndTheOtherReplicasNodeIsTold()
    {
        await using var postgres = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        await using var bench = new Bench();
        using var deployment = await ReplicatedDeployment.StartAsync(
            bench,
            BuiltProgram.LocalComponents,
            await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken),
            OrchestratorClient.Settings);
        var (asked, other) = (deployment.Servers[0], deployment.Servers[1]);
        using var admin = new OrchestratorClient(asked);
        using var node = new SocketNode(other, "node-1", OrchestratorClient.NodeToken);
        await node.ConnectAsync("device-1");
        await Wait.UntilAsync("the device", async () => (await admin.GetAsync("devices")).GetProperty("total").GetInt32() == 1);
        var task = (await admin.PostAsync("devices/device-1/command", new { command = "wait" })).GetProperty("task_id").GetString()!;
        await node.CalledAsync("execute");

        var emergency = await admin.ResetServiceAsync();

        var reset = await node.CalledAsync("reset");
        Assert.Equal(task, reset.GetProperty("tasks")[0].GetString());
        Assert.Equal(1012, await node.ClosedAsync());
        var shown = await admin.CompletedAsync(emergency);
        TestContext.Current.TestOutputHelper?.WriteLine(shown.ToString());
        Assert.Equal("completed", shown.GetProperty("status").GetString());
        Assert.Equal(
            ["gateway-actors", "gateway-actors", "gateway-api", "gateway-api"],
            shown.GetProperty("replicas").EnumerateArray().Select(replica => replica.GetProperty("app").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(deployment.Servers.Select(server => server.Process).Concat(deployment.Actors.Select(program => program.Process)), program => Assert.False(program.HasExited));

        await deployment.ReadyAsync();
        await node.ConnectAsync("device-1");
        Assert.Equal(2, (await node.CalledAsync("execute")).GetProperty("attempt").GetInt32());
        await node.TellAsync("task_result", new { task_id = task, status = "completed" });
        await Wait.UntilAsync("the task", async () => (await admin.GetAsync($"devices/device-1/tasks/{task}")).GetProperty("status").GetString() == "completed");
    }
}
