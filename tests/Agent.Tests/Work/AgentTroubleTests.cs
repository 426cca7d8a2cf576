using Gateway.Agent.Tests.Scripted;

namespace Gateway.Agent.Tests.Work;

/// <summary>The agent when something around it goes wrong: the gateway, its session, its disk.</summary>
public sealed class AgentTroubleTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Agent_GatewayInTrouble_GoesOnWhenItIsOver()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("auth", new Fault.Status(503), new Fault.DropBefore(), new Fault.Status(429, "0"));
        gateway.Misbehave("claim", new Fault.Status(500), new Fault.WebPage(), new Fault.DropBefore(), new Fault.Status(429, "0"));
        gateway.Misbehave("heartbeat", new Fault.Status(503), new Fault.DropBefore(), new Fault.Status(404));
        gateway.Misbehave("result", new Fault.Status(502), new Fault.DropBefore(), new Fault.WebPage());
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("disk_usage");
        await gateway.UntilAsync(() => command.Status is not null && gateway.Heartbeats.Count > 0);

        Assert.Equal("success", command.Status);
        Assert.Equal(1, command.Submissions);
        Assert.Equal(1, command.Attempt);
    }

    [Fact]
    public async Task Agent_AnswerToItsClaimIsLost_AsksAgainAndGetsTheSameClaim()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("claim", new Fault.DropAfter());
        ScriptedGateway.Command first = gateway.Enqueue("system_info");
        ScriptedGateway.Command second = gateway.Enqueue("disk_usage");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        await gateway.UntilAsync(() => first.Status is not null && second.Status is not null);

        Assert.Equal((1, 1), (first.Attempt, second.Attempt));
        Assert.NotEqual(first.ClaimedBy, second.ClaimedBy);
    }

    [Fact]
    public async Task Agent_GatewayRestarted_FindsItAgainAndSaysEachOnce()
    {
        ScriptedGateway before = await ScriptedGateway.StartAsync();
        await using RunningAgent agent = RunningAgent.Start(before, folder);
        await before.UntilAsync(() => before.Heartbeats.Count > 0);
        await before.DisposeAsync();
        await agent.Log.UntilAsync("cannot be reached");
        await using ScriptedGateway after = await ScriptedGateway.StartAsync(new Uri(before.Url).Port);
        after.Secret = before.Secret;
        ScriptedGateway.Command command = after.Enqueue("system_info");
        await after.UntilAsync(() => command.Status is not null);

        Assert.Equal("success", command.Status);
        Assert.Equal(2, agent.Log.Text.Split("cannot be reached").Length);
        Assert.Equal(2, agent.Log.Text.Split("answers again").Length);
    }

    [Fact]
    public async Task Agent_RetryAfter_IsWaitedFor()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("claim", new Fault.Status(429, "2"));
        long start = TimeProvider.System.GetTimestamp();
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        await gateway.UntilAsync(() => gateway.Count("claim 429") == 1);
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.True(TimeProvider.System.GetElapsedTime(start) >= TimeSpan.FromSeconds(1.9));
    }

    [Fact]
    public async Task Agent_TokenRefused_AuthenticatesOnceForAllAndLosesNothing()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        folder.Script("scripts/wait", "while [ ! -e done ]; do sleep 0.05; done");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "wait" });
        await gateway.UntilAsync(() => command.ClaimToken is not null);
        gateway.RevokeTokens();
        folder.Write("scripts/done", "");
        await gateway.UntilAsync(() => command.Status is not null && gateway.Count("claim 200") >= 1);

        Assert.Equal("success", command.Status);
        Assert.Equal(2, gateway.Authentications);
    }

    [Fact]
    public async Task Agent_SuspendedForAWhile_KeepsItsResultAndGoesOnAfterwards()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        folder.Script("scripts/wait", "while [ ! -e done ]; do sleep 0.05; done");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "wait" });
        await gateway.UntilAsync(() => command.ClaimToken is not null);
        gateway.Misbehave("auth", [.. Enumerable.Repeat<Fault>(new Fault.Status(403), 3)]);
        gateway.RevokeTokens();
        folder.Write("scripts/done", "");
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal("success", command.Status);
        Assert.Equal(3, gateway.Count("auth 403"));
        Assert.Contains("accepts device pi-1 again", agent.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_JournalCannotBeWritten_RunsNothingAndSaysSo()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.HeartbeatMs = 1;
        folder.Script("scripts/mark", "echo yes > ran");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        await gateway.UntilAsync(() => gateway.Heartbeats.Count > 0);
        Directory.Delete(folder["home/credentials.journal"]);
        folder.Write("home/credentials.journal", "in the way");
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "mark" });
        await gateway.UntilAsync(() => command.Status is not null);
        Assert.Equal("not run: the device cannot write to its disk", command.Error);
        Assert.False(File.Exists(folder["scripts/ran"]));
        await gateway.UntilAsync(() => (string?)gateway.Heartbeats[^1]["status"] == "error");
        Assert.StartsWith("the journal cannot be written", (string?)gateway.Heartbeats[^1]["diagnostics"]!["fault"], StringComparison.Ordinal);

        File.Delete(folder["home/credentials.journal"]);
        ScriptedGateway.Command next = gateway.Enqueue("run_script", new { name = "mark" });
        await gateway.UntilAsync(() => next.Status == "success" && (string?)gateway.Heartbeats[^1]["status"] == "online");
    }

    [Fact]
    public async Task Agent_OutboxCannotBeWritten_DeliversFromMemory()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("result", new Fault.Status(503));
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        await gateway.UntilAsync(() => gateway.Heartbeats.Count > 0);
        Directory.Delete(folder["home/credentials.outbox"]);
        folder.Write("home/credentials.outbox", "in the way");
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal("success", command.Status);
        Assert.Contains("cannot be kept on disk", agent.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_TokenNearItsEnd_IsRenewedBeforeItIsRefused()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        // Long enough for a request on a busy machine to arrive before what is left of it is over.
        gateway.TokenLife = 4;
        gateway.HeartbeatMs = 1;
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        await gateway.UntilAsync(() => gateway.Authentications >= 2);

        await agent.StopAsync();
        Assert.DoesNotContain(gateway.Requests, request => request.EndsWith("401", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Agent_CredentialsRefusedAtStart_EndsWithOneClearLine()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        await using RunningAgent agent = RunningAgent.Start(gateway, folder, secret: new string('x', 43));
        AgentException told = await Assert.ThrowsAsync<AgentException>(() => agent.Ended);

        Assert.Contains("refuses device pi-1", told.Message, StringComparison.Ordinal);
        Assert.Contains("INVALID_CREDENTIALS", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_SecondOneOnTheSameCredentials_IsRefused()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        await using RunningAgent first = RunningAgent.Start(gateway, folder);
        await gateway.UntilAsync(() => gateway.Heartbeats.Count > 0);
        await using RunningAgent second = RunningAgent.Start(gateway, folder);

        Assert.Contains("already running", (await Assert.ThrowsAsync<AgentException>(() => second.Ended)).Message, StringComparison.Ordinal);
    }
}
