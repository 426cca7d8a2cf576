using System.Text;
using Gateway.Agent.Tests.Scripted;

namespace Gateway.Agent.Tests.Work;

public sealed class ResultDeliveryTests : IDisposable
{
    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Result_AnswerLost_IsSentAgainTheSame()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("result", new Fault.DropAfter(), new Fault.DropAfter());
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        // The gateway answers 409 to any other result under this claim.
        await gateway.UntilAsync(() => gateway.Count("result 200") == 1);

        Assert.Equal(3, command.Submissions);
        Assert.Equal(0, gateway.Count("result 409"));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    public async Task Result_RefusedForGood_IsDroppedAndSaid(int status)
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("result", new Fault.Status(status));
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        gateway.Enqueue("system_info");
        ScriptedGateway.Command next = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => next.Status is not null);
        await agent.StopAsync();

        Assert.Equal(1, gateway.Count($"result {status}"));
        Assert.Contains($"HTTP {status}", agent.Log.Text, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder["home/credentials.outbox"]));
    }

    [Fact]
    public async Task Result_TooLarge_IsCutUntilItFits()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.LargestResult = 40_000;
        folder.Script("scripts/loud", "head -c 200000 /dev/zero | tr '\\0' x");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "loud" });
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal("success", command.Status);
        Assert.StartsWith("xxxx", command.Output, StringComparison.Ordinal);
        Assert.Contains("[output cut: ", command.Output, StringComparison.Ordinal);
        Assert.InRange(Encoding.UTF8.GetByteCount(command.Output!), 10_000, 40_000);
    }

    [Fact]
    public async Task Result_TooLargeWhateverItHolds_IsDropped()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.LargestResult = 10;
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => gateway.Count("claim 200") >= 2 && gateway.Count("result 413") >= 4);

        Assert.Null(command.Status);
    }

    [Fact]
    public async Task Result_NotTakenForNow_DoesNotHoldUpAnother()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("result", new Fault.Status(503, "600"));
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command stuck = gateway.Enqueue("system_info");
        ScriptedGateway.Command next = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => next.Status is not null);

        Assert.Null(stuck.Status);
        // One last attempt when the agent stops.
        await agent.StopAsync();
        Assert.Equal("success", stuck.Status);
    }

    [Fact]
    public async Task Result_GatewayGoneWhenTheAgentStops_IsKeptPrivatelyAndDeliveredAfterARestart()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("result", [.. Enumerable.Repeat<Fault>(new Fault.Status(503, "600"), 2)]);
        ScriptedGateway.Command command;
        await using (RunningAgent first = RunningAgent.Start(gateway, folder))
        {
            command = gateway.Enqueue("disk_usage");
            await gateway.UntilAsync(() => gateway.Count("result 503") == 1);
            await first.StopAsync();
            Assert.Contains("1 results wait on disk", first.Log.Text, StringComparison.Ordinal);
        }

        string kept = Assert.Single(Directory.GetFiles(folder["home/credentials.outbox"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(kept));
        Assert.Null(command.Status);

        await using RunningAgent second = RunningAgent.Start(gateway, folder);
        await gateway.UntilAsync(() => command.Status is not null);
        Assert.Equal("success", command.Status);
        Assert.Equal(1, command.Attempt);
        await second.StopAsync();
        Assert.False(File.Exists(kept));
    }

    [Fact]
    public async Task Outbox_FileThatIsNoResult_IsLeftAloneAndStopsNothing()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        string torn = folder.Write("home/credentials.outbox/torn.json", "{\"comm");
        File.SetUnixFileMode(torn, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        folder.Write("home/credentials.outbox/half.json.tmp", "");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => command.Status is not null);
        await agent.StopAsync();

        Assert.Equal(["torn.json"], Directory.GetFiles(folder["home/credentials.outbox"]).Select(Path.GetFileName));
        Assert.Contains("torn.json is not a result", agent.Log.Text, StringComparison.Ordinal);
    }
}
