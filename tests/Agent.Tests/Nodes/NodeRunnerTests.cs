using System.Text.Json.Nodes;
using Gateway.Agent.Tests.Scripted;

namespace Gateway.Agent.Tests.Nodes;

/// <summary>A node and its server, message by message (orchestrator-api.md, "WebSocket Protocol").</summary>
public sealed class NodeRunnerTests : IDisposable
{
    private const string First = "device-001d01", Second = "device-001d02", Third = "device-001d03";
    private const string Wait = "echo $$ > begun-$1; while [ ! -e done ]; do sleep 0.05; done; echo $1 >> ended";

    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Execute_KnownCommand_IsAcknowledgedRunAndItsResultTold()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        JsonNode greeting = server.Of("heartbeat")[0];
        Assert.Equal(("node-001", "Seoul Node 1", "online"), ((string?)greeting["node_id"], (string?)greeting["name"], (string?)greeting["status"]));
        Assert.Equal([$"{First} idle", $"{Second} idle", $"{Third} idle"], greeting["devices"]!.AsArray().Select(device => $"{device!["id"]} {device["status"]}"));
        Assert.InRange((double)greeting["metrics"]!["memory"]!, 0, 100);

        JsonNode acknowledged = await server.ExecuteAsync("task-1", Second, "system_info", attempt: 3);
        JsonNode result = await server.ResultAsync("task-1");
        await server.UntilAsync(() => server.Of("device_status").Count == 2);

        Assert.True((bool)acknowledged["result"]!["accepted"]!);
        Assert.Equal((3, "completed", null), ((int)result["attempt"]!, (string?)result["status"], result["error"]));
        Assert.Equal(Environment.MachineName, (string?)result["result"]!["output"]!["hostname"]);
        Assert.Equal([$"{Second} active task-1", $"{Second} idle "], server.Of("device_status").Select(told => $"{told["device_id"]} {told["status"]} {told["current_task"]}"));
        await node.StopAsync();
        Assert.Empty(Directory.GetFiles(folder["node/outbox"]));
        Assert.Empty(Directory.GetFiles(folder["node/journal"]));
    }

    [Fact]
    public async Task Execute_SeveralDevices_WorkAtTheSameTime()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        folder.Script("scripts/wait", Wait);
        await ExecuteWaitAsync(server, "task-1", First);
        await ExecuteWaitAsync(server, "task-2", Second);
        await ExecuteWaitAsync(server, "task-3", Third);
        Assert.Empty(server.Of("task_result"));
        folder.Write("scripts/done", "");

        foreach (string task in (string[])["task-1", "task-2", "task-3"]) Assert.Equal("completed", (string?)(await server.ResultAsync(task))["status"]);
    }

    [Fact]
    public async Task Execute_FailsOrIsNotAllowedOrTakesTooLong_ResultSaysWhy()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        folder.Script("scripts/wrong", "echo some; exit 3");
        folder.Script("scripts/slow", "sleep 60");
        await server.ExecuteAsync("task-1", First, "run_script", new { name = "wrong" });
        await server.ExecuteAsync("task-2", Second, "restart_service", new { name = "nginx" });
        await server.ExecuteAsync("task-3", Third, "run_script", new { name = "slow" }, timeout: 1);

        JsonNode wrong = await server.ResultAsync("task-1");
        Assert.Equal(("failed", "some\n"), ((string?)wrong["status"], (string?)wrong["result"]!["output"]));
        Assert.Contains("3", (string?)wrong["error"], StringComparison.Ordinal);
        Assert.Equal("restart_service is not allowed on this device", (string?)(await server.ResultAsync("task-2"))["error"]);
        Assert.Equal("stopped after its time limit of 1 s", (string?)(await server.ResultAsync("task-3"))["error"]);
    }

    [Fact]
    public async Task Execute_ResultIsTooLargeForAMessage_OutputIsCut()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        folder.Script("scripts/bell", "head -c 250000 /dev/zero | tr '\\0' '\\001'");
        await server.ExecuteAsync("task-1", First, "run_script", new { name = "bell" });

        JsonNode result = await server.ResultAsync("task-1");
        Assert.Equal("completed", (string?)result["status"]);
        Assert.InRange(((string?)result["result"]!["output"])!.Length, 100_000, 150_000);
    }

    [Theory]
    [InlineData("execute", """{"task_id":"task-1","device_id":"device-9","command":"ping"}""", -32001)]
    [InlineData("execute", """{"device_id":"device-001d01"}""", -32602)]
    [InlineData("reset", "{}", -32602)]
    [InlineData("cancel", "{}", -32602)]
    [InlineData("reboot", "{}", -32601)]
    public async Task Call_NotTaken_IsAnsweredWithItsError(string method, string values, int code)
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);

        JsonNode answer = await server.CallAsync(method, JsonNode.Parse(values));
        Assert.Equal(code, (int)answer["error"]!["code"]!);
        Assert.Equal(true, (bool?)(await server.CallAsync("ping", null))["result"]!["pong"]);
    }

    [Fact]
    public async Task Execute_AnotherTaskForTheDevice_FormerIsStoppedAndHasNoResult()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        folder.Script("scripts/wait", Wait);
        await ExecuteWaitAsync(server, "task-1", First);
        await server.ExecuteAsync("task-2", First, "system_info");

        Assert.Equal("completed", (string?)(await server.ResultAsync("task-2"))["status"]);
        folder.Write("scripts/done", "");
        await node.StopAsync();
        Assert.Empty(server.Results("task-1"));
        Assert.False(File.Exists(folder["scripts/ended"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancel_OrReset_WhatRunsIsStoppedAndHasNoResult(bool isReset)
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        folder.Script("scripts/wait", Wait);
        await ExecuteWaitAsync(server, "task-1", First);
        await ExecuteWaitAsync(server, "task-2", Second);
        if (isReset)
        {
            JsonNode confirmed = await server.CallAsync("reset", new { emergency_id = "emg_1", level = 1, reason = "slow", tasks = new[] { "task-1", "task-9" } });
            // Not before it has stopped.
            Assert.NotNull(confirmed["result"]);
            Assert.False(ProcessAssert.IsAlive(folder["scripts/begun-1"]));
        }
        else
        {
            await server.NotifyAsync("cancel", new { task_id = "task-1", device_id = First });
        }

        await server.UntilAsync(() => server.Of("device_status").Any(told => (string?)told["device_id"] == First && (string?)told["status"] == "idle"));
        folder.Write("scripts/done", "");
        await server.ResultAsync("task-2");
        await node.StopAsync();

        Assert.Empty(server.Results("task-1"));
        Assert.Equal("2\n", await File.ReadAllTextAsync(folder["scripts/ended"]));
        Assert.Empty(Directory.GetFiles(folder["node/journal"]));
    }

    [Fact]
    public async Task Reset_TaskWasOfferedAnewBefore_ThatOneGoesOn()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        folder.Script("scripts/wait", Wait);
        await ExecuteWaitAsync(server, "task-1", First);
        await server.NotifyAsync("cancel", new { task_id = "task-1", device_id = First });
        await server.ExecuteAsync("task-1", First, "run_script", new { name = "wait", args = new[] { "anew" } }, attempt: 2);
        JsonNode confirmed = await server.CallAsync("reset", new { emergency_id = "emg_1", level = 1, reason = "slow", tasks = new[] { "task-1" } });
        folder.Write("scripts/done", "");

        JsonNode result = await server.ResultAsync("task-1");
        Assert.NotNull(confirmed["result"]);
        Assert.Equal((2, "completed"), ((int)result["attempt"]!, (string?)result["status"]));
    }

    [Fact]
    public async Task Stop_RunningTaskFinishes_NothingElseIsTaken()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder);
        folder.Script("scripts/wait", Wait);
        await ExecuteWaitAsync(server, "task-1", First);
        node.Stop();
        await server.UntilAsync(() => server.Of("drain").Count == 1);
        JsonNode late = await server.ExecuteAsync("task-2", Second, "system_info");
        // A socket that is lost now brings no new tasks either: the node names no devices over the next.
        server.Cut();
        await server.UntilAsync(() => server.Of("heartbeat").Count == 2);
        Assert.Null(server.Of("heartbeat")[1]["devices"]);
        folder.Write("scripts/done", "");
        await node.StopAsync();

        Assert.Equal(-32010, (int)late["error"]!["code"]!);
        // It may be said twice, when the node stops before it has the answer.
        Assert.Single(server.Results("task-1").Select(result => result.ToJsonString()).Distinct());
        Assert.Equal("completed", (string?)server.Results("task-1")[0]["status"]);
        Assert.Empty(Directory.GetFiles(folder["node/outbox"]));
        await server.UntilAsync(() => !server.IsConnected);
    }

    [Fact]
    public async Task ManyTasksAtOnce_MessagesStayBelowTheServersLimit()
    {
        await using ScriptedOrchestrator server = await ScriptedOrchestrator.StartAsync();
        await using RunningNode node = await RunningNode.ConnectAsync(server, folder, devices: 20);
        for (int round = 1; round <= 3; round++)
        {
            await Task.WhenAll(Enumerable.Range(1, 20).Select(n => server.ExecuteAsync($"task-{n}r{round}", $"device-001d{n:00}", "nonsense")));
            await server.UntilAsync(() => server.Of("task_result").Count == 20 * round);
        }

        Assert.Equal(60, server.Of("task_result").Select(result => (string?)result["task_id"]).Distinct().Count());
        List<TimeSpan> came = server.Messages;
        Assert.True(came.Count < 60, $"{came.Count} messages for 60 tasks are no batches.");
        // As the server counts: ten at once, ten a second.
        double left = 10;
        for (int i = 0; i < came.Count; i++)
        {
            if (i > 0) left = Math.Min(10, left + (came[i] - came[i - 1]).TotalSeconds * 10);
            Assert.True(--left >= 0, $"Message {i} of {came.Count} is one too many.");
        }
    }

    private async Task ExecuteWaitAsync(ScriptedOrchestrator server, string task, string device)
    {
        string which = task["task-".Length..];
        await server.ExecuteAsync(task, device, "run_script", new { name = "wait", args = new[] { which } });
        await ProcessAssert.FileAppearsAsync(folder[$"scripts/begun-{which}"]);
    }
}
