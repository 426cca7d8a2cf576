using System.Text.Json.Nodes;
using Gateway.Agent.Tests.Scripted;
using Gateway.Agent.Work;

namespace Gateway.Agent.Tests.Work;

public sealed class DeviceAgentTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static AgentSettings With(int concurrency = 1, double visibility = 60, double grace = 10) => RunningAgent.Settings with
    {
        Claims = new ClaimOptions(concurrency, TimeSpan.FromSeconds(visibility), TimeSpan.FromSeconds(5)),
        Grace = TimeSpan.FromSeconds(grace),
    };

    [Fact]
    public async Task Agent_ClaimedCommand_IsRunAndItsResultDelivered()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal("success", command.Status);
        Assert.Equal(Environment.MachineName, (string?)JsonNode.Parse(command.Output!)!["hostname"]);
        Assert.EndsWith("Z", (string?)command.Result["executedAt"]);
        Assert.InRange((long)command.Result["duration"]!, 0, 15_000);
        await agent.StopAsync();
        Assert.Empty(Directory.GetFiles(folder["home/credentials.outbox"]));
        Assert.Empty(Directory.GetFiles(folder["home/credentials.journal"]));
    }

    [Fact]
    public async Task Agent_Heartbeat_CarriesMetricsAndTellsWhetherItIsBusy()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.HeartbeatMs = 1;
        folder.Script("scripts/wait", "sleep 30");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        await gateway.UntilAsync(() => gateway.Heartbeats.Count > 0);
        JsonNode first = gateway.Heartbeats[0];
        Assert.Equal("online", (string?)first["status"]);
        Assert.InRange((double)first["metrics"]!["memory"]!, 0, 100);
        Assert.InRange((double)first["metrics"]!["diskUsedPercent"]!, 0, 100);
        Assert.True((double)first["metrics"]!["uptime"]! > 0);
        Assert.NotNull(first["metrics"]!["load1"]);

        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "wait" });
        await gateway.UntilAsync(() => (string?)gateway.Heartbeats[^1]["status"] == "busy");
        Assert.Equal(command.Id, (string?)gateway.Heartbeats[^1]["diagnostics"]!["running"]![0]!["id"]);
        Assert.InRange((double)gateway.Heartbeats[^1]["metrics"]!["cpu"]!, 0, 100);
    }

    [Fact]
    public async Task Agent_UnknownOrForbiddenType_AnswersFailureWithTheReason()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command unknown = gateway.Enqueue("format_disk");
        ScriptedGateway.Command forbidden = gateway.Enqueue("restart_service", new { name = "nginx" });
        ScriptedGateway.Command wrong = gateway.Enqueue("tcp_check", new { host = "-x", port = 1 });
        await gateway.UntilAsync(() => wrong.Status is not null);

        Assert.Equal("failure", unknown.Status);
        Assert.Contains("does not know", unknown.Error, StringComparison.Ordinal);
        Assert.Equal("restart_service is not allowed on this device", forbidden.Error);
        Assert.Equal("parameters.host: must be a host name or an IP address", wrong.Error);
    }

    [Fact]
    public async Task Agent_LongCommand_KeepsItsClaim()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Visibility = TimeSpan.FromSeconds(2.5);
        folder.Script("scripts/long", "while [ ! -e done ]; do sleep 0.05; done; echo finished");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "long" });
        await gateway.UntilAsync(() => command.ClaimToken is not null);
        DateTimeOffset firstEnd = command.VisibleUntil;
        await gateway.UntilAsync(() => command.Extended > 0 && TimeProvider.System.GetUtcNow() > firstEnd);
        folder.Write("scripts/done", "");
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal("success", command.Status);
        Assert.Equal("finished\n", command.Output);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Agent_ClaimLostWhileWorking_StopsTheProgramAndForgetsTheResult(bool cancelledByOwner)
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Visibility = TimeSpan.FromSeconds(1);
        folder.Script("scripts/long", "echo $$ > pid; sleep 60");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "long" });
        await gateway.UntilAsync(() => command.ClaimToken is not null);
        if (cancelledByOwner) gateway.Cancel(command);
        else gateway.Misbehave("extend", new Fault.Status(403));
        await gateway.UntilAsync(() => gateway.Count(cancelledByOwner ? "extend 409" : "extend 403") == 1);
        ScriptedGateway.Command next = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => next.Status is not null);

        Assert.Equal(0, command.Submissions);
        Assert.False(ProcessAssert.IsAlive(folder["scripts/pid"]));
        await agent.StopAsync();
        Assert.Empty(Directory.GetFiles(folder["home/credentials.journal"]));
    }

    [Fact]
    public async Task Agent_CommandOverItsTimeLimit_AnswersTimeoutWithWhatItHas()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        folder.Script("scripts/long", "echo begun; sleep 60");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "long" }, timeoutMs: 6000);
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal("timeout", command.Status);
        Assert.Equal("stopped after its time limit of 6 s", command.Error);
        Assert.Equal("begun\n", command.Output);
    }

    [Fact]
    public async Task Agent_Concurrency_RunsSoManyAtOnceAndNoMore()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        folder.Script("scripts/meet", "touch \"here-$1\"; while [ ! -e here-1 ] || [ ! -e here-2 ]; do sleep 0.05; done");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder, With(concurrency: 2));
        ScriptedGateway.Command one = gateway.Enqueue("run_script", new { name = "meet", args = new[] { "1" } });
        ScriptedGateway.Command two = gateway.Enqueue("run_script", new { name = "meet", args = new[] { "2" } });
        await gateway.UntilAsync(() => one.Status is not null && two.Status is not null);

        Assert.Equal("success success", $"{one.Status} {two.Status}");
        Assert.Equal(2, gateway.LargestClaim);
    }

    [Fact]
    public async Task Agent_ToldToStop_LetsTheRunningCommandFinishAndClaimsNoMore()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        folder.Script("scripts/wait", "echo yes > begun; while [ ! -e done ]; do sleep 0.05; done; echo finished");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "wait" });
        await gateway.UntilAsync(() => command.ClaimToken is not null);
        await ProcessAssert.FileAppearsAsync(folder["scripts/begun"]);
        agent.Stop();
        ScriptedGateway.Command late = gateway.Enqueue("system_info");
        folder.Write("scripts/done", "");
        await agent.StopAsync();

        Assert.Equal("finished\n", command.Output);
        Assert.Null(late.ClaimToken);
    }

    [Theory]
    [InlineData(0.3, false)]
    [InlineData(60, true)]
    public async Task Agent_CommandOutlivesTheGrace_IsKilledAndReportedAsStopping(double grace, bool toldTwice)
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        folder.Script("scripts/wait", "echo $$ > pid; echo begun; echo yes > begun; sleep 60");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder, With(grace: grace));
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "wait" });
        await ProcessAssert.FileAppearsAsync(folder["scripts/begun"]);
        agent.Stop();
        if (toldTwice) agent.Hurry();
        await agent.StopAsync();

        Assert.Equal("failure", command.Status);
        Assert.Equal("agent stopping", command.Error);
        Assert.Equal("begun\n", command.Output);
        Assert.False(ProcessAssert.IsAlive(folder["scripts/pid"]));
    }

    [Fact]
    public async Task Agent_Log_HoldsNoSecretAndNoToken()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("result", new Fault.Status(500));
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => command.Status is not null);
        await agent.StopAsync();

        Assert.Contains("system_info ended: success", agent.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Secret!, agent.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("token-", agent.Log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("claim-", agent.Log.Text, StringComparison.Ordinal);
    }
}
