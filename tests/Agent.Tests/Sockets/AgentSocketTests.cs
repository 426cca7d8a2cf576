using System.Globalization;
using Gateway.Agent.Tests.Scripted;

namespace Gateway.Agent.Tests.Sockets;

/// <summary>The agent over its socket: commands as they are pushed, and whatever may happen to a connection.</summary>
public sealed class AgentSocketTests : IDisposable
{
    private static readonly AgentSettings Settings = RunningAgent.Settings with { UsesSocket = true };

    /// <summary>How much quicker pauses of minutes are over; on a busy machine a quick agent needs more than one try.</summary>
    private const int Quick = 20, Patience = 60;

    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Agent_PushedCommand_IsRunAndEverythingGoesOverTheSocket()
    {
        await using ScriptedGateway gateway = await StartAsync();
        gateway.HeartbeatMs = 1;
        await using RunningAgent agent = await ConnectAsync(gateway);
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => command.Status is not null && gateway.Count("ws.status 200") > 0);

        Assert.Equal("success", command.Status);
        Assert.Equal(0, gateway.Count("claim") + gateway.Count("result"));
        await agent.StopAsync();
        Assert.Empty(Directory.GetFiles(folder["home/credentials.outbox"]));
    }

    [Fact]
    public async Task Agent_PrintingCommand_ShowsItsOutputWhileItRuns()
    {
        await using ScriptedGateway gateway = await StartAsync();
        // The last piece has to wait for its turn, and the first is not taken at once.
        gateway.Config = new { outputPerSecond = 5 };
        gateway.Misbehave("ws.output", new Fault.Status(503));
        folder.Script("scripts/talk", "printf 'one \\303'; touch begun; while [ ! -e more ]; do sleep 0.05; done; printf '\\274 two'; while [ ! -e done ]; do sleep 0.05; done; echo ' end'");
        await using RunningAgent agent = await ConnectAsync(gateway);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "talk" });
        await gateway.UntilAsync(() => gateway.OutputOf(command) == "one ");
        folder.Write("scripts/more", "");
        await gateway.UntilAsync(() => gateway.OutputOf(command) == "one ü two");
        Assert.Null(command.Status);
        folder.Write("scripts/done", "");
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal("one ü two end\n", command.Output);
        Assert.Equal(command.Output, gateway.OutputOf(command));
        (int Chunk, long Offset, string Text)[] chunks = [.. gateway.Outputs[command.Id]];
        Assert.Equal(Enumerable.Range(0, chunks.Length), chunks.Select(chunk => chunk.Chunk));
        Assert.All(chunks.Zip(chunks.Skip(1)), pair => Assert.Equal(pair.First.Offset + pair.First.Text.Length, pair.Second.Offset));
    }

    [Fact]
    public async Task Agent_GatewayKeepsNoMoreOutput_SendsNoMoreAndTheResultHasItAll()
    {
        await using ScriptedGateway gateway = await StartAsync();
        gateway.MostOutput = 2;
        folder.Script("scripts/talk", "echo 1; while [ ! -e more ]; do sleep 0.05; done; echo 2; sleep 0.2; echo 3");
        await using RunningAgent agent = await ConnectAsync(gateway);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "talk" });
        await gateway.UntilAsync(() => gateway.OutputOf(command) == "1\n");
        folder.Write("scripts/more", "");
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal(("1\n2\n3\n", "1\n"), (command.Output, gateway.OutputOf(command)));
    }

    [Fact]
    public async Task Agent_MoreCommandsThanHands_RunsThemInTurnAndKeepsTheirClaims()
    {
        await using ScriptedGateway gateway = await StartAsync();
        gateway.Visibility = TimeSpan.FromSeconds(3);
        folder.Script("scripts/wait", "while [ ! -e done ]; do sleep 0.05; done; echo $1");
        await using RunningAgent agent = await ConnectAsync(gateway);
        ScriptedGateway.Command first = gateway.Enqueue("run_script", new { name = "wait", args = new[] { "1" } });
        ScriptedGateway.Command second = gateway.Enqueue("run_script", new { name = "wait", args = new[] { "2" } });
        await gateway.UntilAsync(() => first.Extended > 0 && second.Extended > 0);
        folder.Write("scripts/done", "");
        await gateway.UntilAsync(() => first.Status is not null && second.Status is not null);

        Assert.Equal("1\n2\n", first.Output + second.Output);
    }

    [Fact]
    public async Task Agent_MoreCommandsThanHands_RunsThemInTheOrderInWhichTheyCame()
    {
        await using ScriptedGateway gateway = await StartAsync();
        folder.Script("scripts/line", "while [ ! -e go ]; do sleep 0.05; done; echo $1 >> lines");
        await using RunningAgent agent = await ConnectAsync(gateway);
        ScriptedGateway.Command[] commands = [.. Enumerable.Range(0, 10).Select(i => gateway.Enqueue("run_script", new { name = "line", args = new[] { $"{i}" } }))];
        await gateway.UntilAsync(() => Array.TrueForAll(commands, command => command.ClaimToken is not null));
        folder.Write("scripts/go", "");
        await gateway.UntilAsync(() => Array.TrueForAll(commands, command => command.Status is not null));

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), await File.ReadAllLinesAsync(folder["scripts/lines"]));
    }

    [Fact]
    public async Task Agent_ClaimPushedAgain_IsWorkedOnOnce()
    {
        await using ScriptedGateway gateway = await StartAsync();
        folder.Script("scripts/count", "echo x >> runs; while [ ! -e done ]; do sleep 0.05; done");
        await using RunningAgent agent = await ConnectAsync(gateway);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "count" });
        await ProcessAssert.FileAppearsAsync(folder["scripts/runs"]);
        await gateway.RepeatAsync(command);
        gateway.CutSocket();
        await gateway.UntilAsync(() => gateway.Connections == 2);
        folder.Write("scripts/done", "");
        await gateway.UntilAsync(() => command.Status is not null);
        await gateway.RepeatAsync(command);
        ScriptedGateway.Command next = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => next.Status is not null);

        Assert.Equal("success", command.Status);
        Assert.Equal("x\n", await File.ReadAllTextAsync(folder["scripts/runs"]));
        Assert.Equal(1, command.Submissions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Agent_ConnectionLostWithAResult_SendsItAgain(bool afterTheGatewayHasIt)
    {
        await using ScriptedGateway gateway = await StartAsync();
        gateway.Misbehave("ws.command_result", afterTheGatewayHasIt ? new Fault.DropAfter() : new Fault.DropBefore());
        await using RunningAgent agent = await ConnectAsync(gateway);
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => gateway.Count("ws.command_result dropped") == 1);
        await gateway.UntilAsync(() => gateway.Count("ws.command_result 200") + gateway.Count("result 200") > 0);
        await agent.StopAsync();

        Assert.Equal("success", command.Status);
        Assert.True(command.Submissions >= (afterTheGatewayHasIt ? 2 : 1));
        Assert.Empty(Directory.GetFiles(folder["home/credentials.outbox"]));
    }

    [Fact]
    public async Task Agent_GatewayInTrouble_SendsTheResultAgain()
    {
        await using ScriptedGateway gateway = await StartAsync();
        gateway.Misbehave("ws.command_result", new Fault.Status(503), new Fault.Status(503));
        await using RunningAgent agent = await ConnectAsync(gateway);
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal(2, gateway.Count("ws.command_result 503"));
        Assert.Equal(1, gateway.Connections);
    }

    [Fact]
    public async Task Agent_GatewayWithoutSockets_WorksByRequests()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        folder.Script("scripts/talk", "echo hello; touch begun; while [ ! -e done ]; do sleep 0.05; done");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder, Settings);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "talk" });
        await gateway.UntilAsync(() => gateway.OutputOf(command) == "hello\n");
        folder.Write("scripts/done", "");
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal("success", command.Status);
        Assert.True(gateway.Count("connect 404") > 0 && gateway.Count("claim 200") > 0 && gateway.Count("output 200") > 0);
    }

    [Fact]
    public async Task Agent_SocketOpensWhileAPollIsHeld_GivesThePollUp()
    {
        await using ScriptedGateway gateway = await StartAsync();
        gateway.Misbehave("ws.connect", [.. Enumerable.Repeat(new Fault.Status(503), 10_000)]);
        await using RunningAgent agent = RunningAgent.Start(gateway, folder, Settings with { Claims = Settings.Claims with { Wait = TimeSpan.FromMinutes(1) } });
        await gateway.UntilAsync(() => gateway.LargestClaim > 0);
        gateway.Forgive();
        // The poll that is held would hold the agent's one hand; what it was given is asked for at once.
        await gateway.UntilAsync(() => gateway.IsConnected && gateway.Count("claim 200") > 0);
    }

    /// <summary>Whatever is on the way and knows nothing of sockets: the agent works by requests, and finds the socket when it can be had.</summary>
    [Theory]
    [InlineData("403")]
    [InlineData("426")]
    [InlineData("502")]
    [InlineData("reset")]
    [InlineData("no answer to the handshake")]
    [InlineData("nothing comes over it")]
    [InlineData("it never lasts")]
    public async Task Agent_WayTakesNoSockets_WorksByRequestsAndMovesToTheSocketLater(string way)
    {
        await using ScriptedGateway gateway = await StartAsync();
        Fault fault = way switch
        {
            "reset" => new Fault.DropBefore(),
            "no answer to the handshake" => new Fault.HangBefore(),
            "nothing comes over it" => new Fault.HangAfter(),
            "it never lasts" => new Fault.DropAfter(),
            _ => new Fault.Status(int.Parse(way, CultureInfo.InvariantCulture)),
        };
        gateway.Misbehave("ws.connect", [.. Enumerable.Repeat(fault, 1_000)]);
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        AgentSettings settings = Settings with { Claims = Settings.Claims with { Wait = TimeSpan.Zero }, RetryFloor = TimeSpan.FromSeconds(1), RetryCap = TimeSpan.FromSeconds(30) };
        await using RunningAgent agent = RunningAgent.Start(gateway, folder, settings, time: new QuickTimeProvider(Quick));
        await gateway.UntilAsync(() => command.Status is not null, Patience);
        Assert.Equal(0, gateway.Connections);

        gateway.Forgive();
        await gateway.UntilAsync(() => gateway.IsConnected, Patience);
        ScriptedGateway.Command next = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => next.Status is not null, Patience);
    }

    [Fact]
    public async Task Agent_AnotherProgramTakesItsSocket_StaysAwayForAWhileAndSaysWhy()
    {
        await using ScriptedGateway gateway = await StartAsync();
        await using RunningAgent agent = RunningAgent.Start(gateway, folder, Settings, time: new QuickTimeProvider(Quick));
        await gateway.UntilAsync(() => gateway.IsConnected, Patience);
        long closed = TimeProvider.System.GetTimestamp();
        await gateway.CloseSocketAsync(4009);
        await gateway.UntilAsync(() => gateway.Connections == 2, Patience);

        Assert.True(TimeProvider.System.GetElapsedTime(closed) >= TimeSpan.FromSeconds(29.0 / Quick));
        Assert.Contains("another program works as this device", agent.Log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_SocketLostForGood_ExtendsAndDeliversByRequests()
    {
        await using ScriptedGateway gateway = await StartAsync();
        folder.Script("scripts/wait", "echo yes > begun; while [ ! -e done ]; do sleep 0.05; done; echo finished");
        await using RunningAgent agent = await ConnectAsync(gateway);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "wait" });
        await ProcessAssert.FileAppearsAsync(folder["scripts/begun"]);
        gateway.HasSockets = false;
        gateway.CutSocket();
        await gateway.UntilAsync(() => gateway.Count("extend 200") > 0);
        folder.Write("scripts/done", "");
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal("finished\n", command.Output);
        // A request is counted once its answer has gone.
        await gateway.UntilAsync(() => gateway.Count("result 200") == 1);
    }

    [Fact]
    public async Task Agent_GatewayThatStops_ComesBackNoSoonerThanAsked()
    {
        await using ScriptedGateway gateway = await StartAsync();
        await using RunningAgent agent = await ConnectAsync(gateway);
        long asked = TimeProvider.System.GetTimestamp();
        await gateway.GoAwayAsync(400);
        await gateway.UntilAsync(() => gateway.Connections == 2);

        Assert.True(TimeProvider.System.GetElapsedTime(asked) >= TimeSpan.FromMilliseconds(390));
    }

    [Fact]
    public async Task Agent_LargeResult_GoesByRequest()
    {
        await using ScriptedGateway gateway = await StartAsync();
        folder.Script("scripts/much", "head -c 255000 /dev/zero | tr '\\0' x");
        await using RunningAgent agent = await ConnectAsync(gateway);
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "much" });
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal(255_000, command.Output!.Length);
        await gateway.UntilAsync(() => gateway.Count("result 200") == 1);
    }

    [Fact]
    public async Task Agent_ClaimThatOutlivedTheAgent_IsNotRunTwice()
    {
        await using ScriptedGateway gateway = await StartAsync();
        folder.Script("scripts/count", "echo x >> runs; sleep 60");
        ScriptedGateway.Command command;
        await using (RunningAgent agent = await ConnectAsync(gateway))
        {
            command = gateway.Enqueue("run_script", new { name = "count" });
            await ProcessAssert.FileAppearsAsync(folder["scripts/runs"]);
            // As after a crash: the claim is in the journal, and has no result.
            Directory.CreateDirectory(folder["kept"]);
            foreach (string path in Directory.GetFiles(folder["home/credentials.journal"])) File.Copy(path, folder[$"kept/{Path.GetFileName(path)}"]);
            gateway.Misbehave("ws.command_result", [.. Enumerable.Repeat<Fault>(new Fault.DropBefore(), 20)]);
            gateway.Misbehave("result", [.. Enumerable.Repeat<Fault>(new Fault.DropBefore(), 1_000)]);
            agent.Hurry();
        }

        Assert.Null(command.Status);
        foreach (string path in Directory.GetFiles(folder["home/credentials.outbox"])) File.Delete(path);
        foreach (string path in Directory.GetFiles(folder["kept"])) File.Copy(path, folder[$"home/credentials.journal/{Path.GetFileName(path)}"]);
        gateway.Forgive();
        await using RunningAgent second = await ConnectAsync(gateway);
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Contains("cut off", command.Error, StringComparison.Ordinal);
        Assert.Equal("x\n", await File.ReadAllTextAsync(folder["scripts/runs"]));
    }

    [Fact]
    public async Task Agent_Log_HoldsNoSecret()
    {
        await using ScriptedGateway gateway = await StartAsync();
        gateway.Misbehave("ws.connect", new Fault.Status(503));
        await using RunningAgent agent = await ConnectAsync(gateway);
        gateway.CutSocket();
        await gateway.UntilAsync(() => gateway.Connections == 2);
        await agent.Log.UntilAsync("Connected");
        await agent.StopAsync();

        Assert.DoesNotContain(gateway.Secret!, agent.Log.Text, StringComparison.Ordinal);
    }

    private static async Task<ScriptedGateway> StartAsync()
    {
        ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.HasSockets = true;
        return gateway;
    }

    private async Task<RunningAgent> ConnectAsync(ScriptedGateway gateway)
    {
        int before = gateway.Connections;
        RunningAgent agent = RunningAgent.Start(gateway, folder, Settings);
        await gateway.UntilAsync(() => gateway.Connections > before);
        return agent;
    }
}
