using System.Text.Json.Nodes;
using Gateway.Agent.Files;
using Gateway.Agent.Nodes.Link;
using Gateway.Agent.Tests.Scripted;
using Gateway.Agent.Transport;
using Gateway.Agent.Work;
using Microsoft.Extensions.Logging.Abstractions;
using Reaction = Gateway.Agent.Tests.Scripted.ScriptedOrchestrator.Reaction;

namespace Gateway.Agent.Tests.Nodes;

/// <summary>A node whose socket is lost, whose server is in trouble, or that ended without a word: no result is lost, nothing runs twice without need.</summary>
public sealed class NodeTroubleTests : IDisposable
{
    private const string Device = "device-001d01";

    private readonly TestFolder folder = new();

    public NodeTroubleTests() => folder.Script("scripts/count", "echo x >> runs");

    public void Dispose() => folder.Dispose();

    private string Runs => File.ReadAllText(folder["scripts/runs"]);

    [Fact]
    public async Task Result_AnswerIsLost_IsSaidAgainTheSameAndNotRunAgain()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        server.React(Reaction.Drop, new Reaction(-32000), new Reaction(-32603));
        await CountAsync(server);

        JsonNode last = await server.ResultAsync("task-1", 4);
        await node.StopAsync();
        Assert.All(server.Results("task-1"), result => Assert.Equal(last.ToJsonString(), result.ToJsonString()));
        Assert.Equal((4, "x\n", 2), (server.Results("task-1").Count, Runs, server.Connections));
        Assert.Empty(Directory.GetFiles(folder["node/outbox"]));
    }

    [Fact]
    public async Task Result_Refused_IsDroppedAndToldAgainOnceTheTaskIsOfferedAgain()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        server.React(new Reaction(-32002));
        await CountAsync(server);
        await server.ResultAsync("task-1");
        await node.Log.UntilAsync("does not take the word on task-1");
        Assert.Empty(Directory.GetFiles(folder["node/outbox"]));
        await CountAsync(server);

        await server.ResultAsync("task-1", 2);
        Assert.Equal("x\n", Runs);
    }

    [Fact]
    public async Task SocketLostWhileItRuns_TaskGoesOnAndTheSameOfferIsTheSameTask()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        folder.Script("scripts/wait", "echo x >> runs; while [ ! -e done ]; do sleep 0.05; done");
        await server.ExecuteAsync("task-1", Device, "run_script", new { name = "wait" });
        await ProcessAssert.FileAppearsAsync(folder["scripts/runs"]);
        server.Cut();
        await server.UntilAsync(() => server.Of("heartbeat").Count == 2);
        Assert.Equal("active", (string?)server.Of("heartbeat")[1]["devices"]![0]!["status"]);
        Assert.NotNull((await server.ExecuteAsync("task-1", Device, "run_script", new { name = "wait" }))["result"]);
        folder.Write("scripts/done", "");

        await server.ResultAsync("task-1");
        await node.StopAsync();
        Assert.Equal("completed", (string?)Assert.Single(server.Results("task-1"))["status"]);
        Assert.Equal("x\n", Runs);
    }

    [Fact]
    public async Task OfferedAgainWithTheNextAttempt_RunsUnderThatOne()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        folder.Script("scripts/wait", "echo x >> runs; while [ ! -e done ]; do sleep 0.05; done");
        await server.ExecuteAsync("task-1", Device, "run_script", new { name = "wait" });
        await ProcessAssert.FileAppearsAsync(folder["scripts/runs"]);
        await server.ExecuteAsync("task-1", Device, "run_script", new { name = "wait" }, attempt: 2);
        await node.Log.UntilAsync("is stopped");
        folder.Write("scripts/done", "");

        await server.ResultAsync("task-1");
        await node.StopAsync();
        Assert.Equal(2, (int)Assert.Single(server.Results("task-1"))["attempt"]!);
        Assert.Equal("x\nx\n", Runs);
    }

    [Fact]
    public async Task StartAfterACrash_WhatHadBegunIsToldAsCutOff_WhatHadNotRuns()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        var journal = new Journal(folder["node/journal"], TimeProvider.System);
        journal.Open(_ => false);
        journal.TryStart(new ClaimKey("task-1", "1"), "run_script");
        journal.Wait(new ClaimKey("task-2", "1"), "run_script");
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        await CountAsync(server);
        JsonNode cutOff = await server.ResultAsync("task-1");
        await server.ExecuteAsync("task-2", "device-001d02", "run_script", new { name = "count" });
        JsonNode ran = await server.ResultAsync("task-2");

        Assert.Equal("failed", (string?)cutOff["status"]);
        Assert.Contains("not run twice", (string?)cutOff["error"], StringComparison.Ordinal);
        Assert.Equal("completed", (string?)ran["status"]);
        Assert.Equal("x\n", Runs);
        // Offered once more by the server's decision, it runs.
        await server.ExecuteAsync("task-1", Device, "run_script", new { name = "count" }, attempt: 2);
        Assert.Equal("completed", (string?)(await server.ResultAsync("task-1", 2))["status"]);
    }

    [Fact]
    public async Task StartAfterACrash_ResultWasNotDelivered_IsDeliveredAndTheTaskNotRunAgain()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        PrivateFile.CreateFolder(folder["node"]);
        var outbox = new Outbox(folder["node/outbox"], new WorkStatus(), NullLogger.Instance);
        outbox.Open();
        outbox.Put(new OutboxEntry("task-1", new ResultRequest("1", "success", "2026-01-04T12:00:00.000Z", 12, "kept")));
        server.React(new Reaction(-32000), new Reaction(-32000), new Reaction(-32000));
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        await CountAsync(server);
        JsonNode result = await server.ResultAsync("task-1", 4);
        await node.StopAsync();

        Assert.Equal(("completed", "kept"), ((string?)result["status"], (string?)result["result"]!["output"]));
        Assert.False(File.Exists(folder["scripts/runs"]));
        Assert.Empty(Directory.GetFiles(folder["node/outbox"]));
    }

    [Theory]
    [InlineData(4001, "the token is not the nodes'")]
    [InlineData(4002, "a node's id is")]
    [InlineData(4003, "the id is a device's")]
    [InlineData(4009, "another program works as this node")]
    public async Task FirstSocket_Refused_NodeEndsAndSaysWhy(int code, string why)
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        server.Closes.Enqueue(code);
        await using RunningNode node = RunningNode.Start(server, folder);

        AgentException told = await Assert.ThrowsAsync<AgentException>(() => node.Ended.WaitAsync(TimeSpan.FromSeconds(15), TimeProvider.System));
        Assert.Contains(why, told.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task AnotherProgramTakesOver_NodeEndsAndStopsWhatRunsWithoutAWord()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        folder.Script("scripts/wait", "echo x >> runs; sleep 60; echo y >> runs");
        await server.ExecuteAsync("task-1", Device, "run_script", new { name = "wait" });
        await ProcessAssert.FileAppearsAsync(folder["scripts/runs"]);
        await server.CloseAsync(4009);

        await Assert.ThrowsAsync<AgentException>(() => node.Ended.WaitAsync(TimeSpan.FromSeconds(15), TimeProvider.System));
        Assert.Equal((1, 0), (server.Connections, server.Results("task-1").Count));
        Assert.Empty(Directory.GetFiles(folder["node/outbox"]));
    }

    [Theory]
    [InlineData(1001)]
    [InlineData(1011)]
    [InlineData(1012)]
    [InlineData(1013)]
    [InlineData(4008)]
    [InlineData(4408)]
    public async Task Socket_ClosedForNow_NodeComesBack(int code)
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        await server.CloseAsync(code);
        await server.UntilAsync(() => server.Of("heartbeat").Count == 2);

        Assert.Equal(2, server.Connections);
    }

    [Fact]
    public async Task ServerStops_NodeComesBackNoSoonerThanItIsAsked()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        await server.NotifyAsync("reconnect", new { retry_after_ms = 600 });
        long closed = TimeProvider.System.GetTimestamp();
        await server.CloseAsync(1001);
        await server.UntilAsync(() => server.Of("heartbeat").Count == 2);

        Assert.InRange(TimeProvider.System.GetElapsedTime(closed).TotalMilliseconds, 590, 15_000);
    }

    [Theory]
    [InlineData(4001, true, true, false)]
    [InlineData(4001, false, true, true)]
    [InlineData(4003, true, true, false)]
    [InlineData(4009, true, true, true)]
    [InlineData(1012, true, false, false)]
    [InlineData(null, true, false, false)]
    public void Close_TellsWhetherANodeComesBack(int? code, bool wasAccepted, bool isRefusal, bool ends)
    {
        NodeClose close = NodeClose.Of(code, wasAccepted);

        Assert.Equal((isRefusal, ends), (close.IsRefusal, close.Ends));
    }

    private static Task<JsonNode> CountAsync(ScriptedOrchestrator server) => server.ExecuteAsync("task-1", Device, "run_script", new { name = "count" });
}
