using Gateway.Agent.Tests.Scripted;
using Gateway.Agent.Work;

namespace Gateway.Agent.Tests.Work;

/// <summary>What the agent has not begun when it stops, or had not begun when it was ended: it goes back, and is never called cut off.</summary>
public sealed class GiveBackTests : IDisposable
{
    private static readonly AgentSettings OverSocket = RunningAgent.Settings with { UsesSocket = true };

    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Stop_CommandsWait_GoBackWhileTheRunningOneFinishesOverTheSocket()
    {
        await using ScriptedGateway gateway = await StartAsync();
        folder.Script("scripts/wait", "echo yes > begun; while [ ! -e done ]; do sleep 0.05; done; echo finished");
        await using RunningAgent agent = await ConnectAsync(gateway);
        ScriptedGateway.Command running = gateway.Enqueue("run_script", new { name = "wait" });
        await ProcessAssert.FileAppearsAsync(folder["scripts/begun"]);
        ScriptedGateway.Command[] waiting = [gateway.Enqueue("system_info"), gateway.Enqueue("system_info")];
        await gateway.UntilAsync(() => Array.TrueForAll(waiting, command => command.ClaimToken is not null));
        await JournalHoldsAsync(3);
        agent.Stop();
        await gateway.UntilAsync(() => Array.TrueForAll(waiting, command => command.Released == 1));

        Assert.True(gateway.IsConnected);
        Assert.Null(running.Status);
        folder.Write("scripts/done", "");
        await agent.StopAsync();

        Assert.Equal("finished\n", running.Output);
        Assert.Equal((true, 0), (gateway.Count("ws.command_result 200") > 0, gateway.Count("result")));
        Assert.Equal(1, gateway.Count("ws.drain 200"));
        Assert.All(waiting, command => Assert.Equal((null, 1, null), (command.Status, command.Released, command.ClaimToken)));
        await gateway.UntilAsync(() => !gateway.IsConnected);
        Assert.Equal(1, gateway.Connections);
        Assert.Empty(Directory.GetFiles(folder["home/credentials.outbox"]));
        Assert.Empty(Directory.GetFiles(folder["home/credentials.journal"]));
    }

    [Fact]
    public async Task Stop_CommandIsOnItsWay_GoesBackToo()
    {
        await using ScriptedGateway gateway = await StartAsync();
        gateway.PushesWhileItDrains = true;
        await using RunningAgent agent = await ConnectAsync(gateway);
        await agent.StopAsync();

        Assert.Equal((null, 1), (gateway.UnderWay!.Status, gateway.UnderWay.Released));
    }

    [Fact]
    public async Task Stop_AnswerToTheReturnIsLost_ItIsSaidAgainByRequest()
    {
        await using ScriptedGateway gateway = await StartAsync();
        gateway.Misbehave("ws.release", new Fault.DropAfter());
        ScriptedGateway.Command waiting = await StopWithOneWaitingAsync(gateway);

        Assert.Equal(1, waiting.Released);
        // A request is counted once its answer has gone; one that the stop cuts off is made once more.
        await gateway.UntilAsync(() => gateway.Count("release 200") > 0);
        Assert.Empty(Directory.GetFiles(folder["home/credentials.outbox"]));
    }

    [Fact]
    public async Task Stop_GatewayTakesNothingBack_TheNextRunSaysItAgainAndDoesNotRunUnderThatToken()
    {
        await using ScriptedGateway gateway = await StartAsync();
        gateway.Misbehave("ws.release", [.. Enumerable.Repeat(new Fault.Status(503), 2_000)]);
        ScriptedGateway.Command waiting = await StopWithOneWaitingAsync(gateway);
        string token = waiting.ClaimToken!;
        Assert.NotEmpty(Directory.GetFiles(folder["home/credentials.outbox"]));
        Assert.Equal(0, waiting.Released);

        gateway.Forgive();
        gateway.Misbehave("ws.release", [.. Enumerable.Repeat(new Fault.Status(503), 3)]);
        gateway.Misbehave("release", [.. Enumerable.Repeat(new Fault.Status(503), 3)]);
        await using RunningAgent next = await ConnectAsync(gateway);
        await gateway.RepeatAsync(waiting);
        await gateway.UntilAsync(() => waiting.Status is not null);

        Assert.Equal((1, "success"), (waiting.Released, waiting.Status));
        Assert.NotEqual(token, waiting.ClaimToken);
        Assert.Equal("x\n", await File.ReadAllTextAsync(folder["scripts/runs"]));
    }

    [Fact]
    public async Task Stop_PollIsAnsweredInThatMoment_WhatItGotGoesBack()
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.Misbehave("claim", new Fault.HangAfter());
        await using RunningAgent agent = RunningAgent.Start(gateway, folder);
        ScriptedGateway.Command command = gateway.Enqueue("system_info");
        await gateway.UntilAsync(() => command.ClaimToken is not null);
        await agent.StopAsync();

        Assert.Equal((null, 1), (command.Status, command.Released));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task StartAfterACrash_CommandsHadWaited_GoBackAndAreRunUnderAnotherToken(bool hasSockets)
    {
        await using ScriptedGateway gateway = await ScriptedGateway.StartAsync();
        gateway.HasSockets = hasSockets;
        folder.Script("scripts/count", "echo x >> runs");
        ScriptedGateway.Command command = gateway.Enqueue("run_script", new { name = "count" });
        string before = gateway.Claim(command);
        var journal = new Journal(folder["home/credentials.journal"], TimeProvider.System);
        journal.Open(_ => false);
        journal.Wait(new ClaimKey(command.Id, before), "run_script");
        await using RunningAgent agent = RunningAgent.Start(gateway, folder, OverSocket);
        await gateway.UntilAsync(() => command.Status is not null);

        Assert.Equal(("success", 1, 2), (command.Status, command.Released, command.Attempt));
        Assert.NotEqual(before, command.ClaimToken);
        Assert.Equal("x\n", await File.ReadAllTextAsync(folder["scripts/runs"]));
        await agent.StopAsync();
        Assert.Empty(Directory.GetFiles(folder["home/credentials.journal"]));
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
        RunningAgent agent = RunningAgent.Start(gateway, folder, OverSocket);
        await gateway.UntilAsync(() => gateway.Connections > before);
        return agent;
    }

    /// <summary>An agent is stopped at once while one command runs and another waits, which is answered.</summary>
    private async Task<ScriptedGateway.Command> StopWithOneWaitingAsync(ScriptedGateway gateway)
    {
        folder.Script("scripts/wait", "echo yes > begun; sleep 60");
        folder.Script("scripts/count", "echo x >> runs");
        await using RunningAgent agent = await ConnectAsync(gateway);
        gateway.Enqueue("run_script", new { name = "wait" });
        await ProcessAssert.FileAppearsAsync(folder["scripts/begun"]);
        ScriptedGateway.Command waiting = gateway.Enqueue("run_script", new { name = "count" });
        await gateway.UntilAsync(() => waiting.ClaimToken is not null);
        await JournalHoldsAsync(2);
        agent.Stop();
        await gateway.UntilAsync(() => gateway.Count("ws.release") > 0);
        agent.Hurry();
        await agent.Ended.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        return waiting;
    }

    private async Task JournalHoldsAsync(int commands)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15), TimeProvider.System);
        while (Directory.GetFiles(folder["home/credentials.journal"], "*.json").Length < commands)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
    }
}
