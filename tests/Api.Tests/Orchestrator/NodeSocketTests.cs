using System.Net;
using System.Net.WebSockets;
using System.Text;
using Gateway.Api.Tests.Channels;
using Gateway.Api.Tests.Gateway;

namespace Gateway.Api.Tests.Orchestrator;

/// <summary><c>/ws/node</c>, message by message; each test has nodes and devices of its own.</summary>
public sealed partial class NodeSocketTests : IAsyncLifetime
{
    private const string Node = "node-001", Device = "device-001";

    private readonly GatewayHost host = new();

    public async ValueTask InitializeAsync()
    {
        await host.InitializeAsync();
        await Wait.UntilAsync("what runs in the background", () => host.Time.ArmedTimers >= 4);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task WalkThrough_OfTheSpecification_MessageByMessage()
    {
        await using var node = await TestNode.ConnectAsync(host, Node);
        await node.TellAsync("heartbeat", new
        {
            node_id = Node,
            timestamp = "2026-01-04T12:00:00Z",
            metrics = new { cpu = 45, memory = 60, disk = 30 },
            devices = new[] { new { id = "device-001", status = "active" }, new { id = "device-002", status = "idle" } },
        });
        await Wait.UntilAsync("the devices", async () => (await host.Admin.GetAsync($"/api/devices?node_id={Node}")).Number("total") == 2);
        await host.WriteHeartbeatsAsync();
        var shown = await host.Admin.GetAsync($"/api/nodes/{Node}");
        Assert.Equal(("online", 45, "active", "idle"), (shown.Text("status"), shown.Number("metrics.cpu_usage"), shown.Text("devices.0.status"), shown.Text("devices.1.status")));

        var accepted = await host.Admin.PostAsync($"/api/devices/{Device}/command", new
        {
            command = "run_script",
            @params = new { script_name = "youtube_watch", duration = 300 },
            priority = "normal",
            timeout = 600,
        });
        var task = accepted.Text("task_id");
        var execute = await node.CalledAsync("execute");
        Assert.Equal((task, Device, "run_script"), (execute.Text("params.task_id"), execute.Text("params.device_id"), execute.Text("params.command")));
        Assert.Equal(("youtube_watch", 300, 600), (execute.Text("params.args.script_name"), execute.Number("params.args.duration"), execute.Number("params.timeout")));
        Assert.Matches("^cmd-[0-9]{3,}$", execute.Text("id"));
        await node.AnswerAsync(execute, new { accepted = true });

        await node.TellAsync("device_status", new { device_id = Device, status = "active", current_task = task, metrics = new { battery = 100, screen_on = true } });
        await node.TellAsync("task_result", new { task_id = task, status = "completed", result = new { watched_videos = 5, total_duration = 298 }, error = (string?)null });
        await Wait.UntilAsync("the result", async () => (await TaskAsync(task)).Text("status") == "completed");
        Assert.Equal(298, (await TaskAsync(task)).Number("result.total_duration"));

        host.Time.Advance(TimeSpan.FromSeconds(30));
        var ping = await node.CalledAsync("ping");
        Assert.Matches("^ping-[0-9]{3,}$", ping.Text("id"));
        await node.AnswerAsync(ping, new { pong = true, timestamp = "2026-01-04T12:00:00Z" });
    }

    [Theory]
    [InlineData("/ws/node?node_id=node-001", 4001)]
    [InlineData("/ws/node?token=wrong&node_id=node-001", 4001)]
    [InlineData($"/ws/node?token={GatewayHost.AdminToken}&node_id=node-001", 4001)]
    [InlineData($"/ws/node?token={GatewayHost.NodeToken}", 4002)]
    [InlineData($"/ws/node?token={GatewayHost.NodeToken}&node_id=", 4002)]
    [InlineData($"/ws/node?token={GatewayHost.NodeToken}&node_id=NODE-1", 4002)]
    public async Task Connect_WithoutTokenOrId_IsClosedWithTheSpecificationsCode(string path, int code)
    {
        await using var socket = await TestSocket.ConnectAsync(host.Client.BaseAddress!, path);
        Assert.Equal(code, await socket.ClosedAsync());
    }

    [Fact]
    public async Task Connect_WithoutASocket_IsAnErrorOfTheSurface()
    {
        (await host.Anonymous.GetAsync("/ws/node?token=wrong&node_id=node-001")).Fails(HttpStatusCode.Unauthorized, "UNAUTHORIZED", "AUTH_002");
        (await host.Anonymous.GetAsync("/ws/node?node_id=node-001")).Fails(HttpStatusCode.Unauthorized, "UNAUTHORIZED", "AUTH_003");
        (await host.Anonymous.GetAsync($"/ws/node?token={GatewayHost.NodeToken}&node_id=node-001")).Fails(HttpStatusCode.BadRequest, "BAD_REQUEST", "REQ_005");
        Assert.DoesNotContain(host.Log.Texts, text => text.Contains(GatewayHost.NodeToken, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Execute_NotAcknowledgedIn30Seconds_IsOfferedAgain()
    {
        await using var node = await StartAsync(Device);
        var task = await RunAsync();
        var first = await node.CalledAsync("execute");
        host.Time.Advance(TimeSpan.FromSeconds(31));
        await node.CalledAsync("ping");

        var again = await node.TakeAsync();

        Assert.Equal((task, 1, 2), (again.Text("params.task_id"), first.Number("params.attempt"), again.Number("params.attempt")));
        Assert.NotEqual(first.Text("id"), again.Text("id"));
        TestNode.Fails(await node.AskAsync("task_result", new { task_id = task, status = "completed", attempt = 1 }), -32003);
        await node.DoAsync("task_result", new { task_id = task, status = "completed", attempt = 2 });
    }

    [Fact]
    public async Task Execute_Acknowledged_IsTheNodesForItsWholeTimeout()
    {
        await using var node = await StartAsync(Device);
        await RunAsync(timeout: 600);
        await node.TakeAsync();
        await Wait.UntilAsync(
            "the acknowledgement",
            async () => (await host.Queue.ReadHeadAsync(Device, TimeSpan.Zero, default)).Claimed[0].Claim!.VisibleUntil == host.Time.GetUtcNow().AddSeconds(600).ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Execute_Acknowledged_LastsAsLongAsItsTimeoutAndThenFails()
    {
        await using var node = await StartAsync(Device);
        var task = await RunAsync(timeout: 20);
        await node.TakeAsync();
        Assert.Equal("running", (await TaskAsync(task)).Text("status"));
        host.Time.Advance(TimeSpan.FromSeconds(20));

        await node.Socket.SendAsync(new { jsonrpc = "2.0", method = "task_result", @params = new { task_id = task, status = "completed" }, id = "late" });

        // Whether it is told to stop besides depends on who looks at the clock first.
        var answer = await node.Socket.ReceiveAsync();
        TestNode.Fails(answer.Find("method")?.ToString() == "cancel" ? await node.Socket.ReceiveAsync() : answer, -32003);
        var failed = await TaskAsync(task);
        Assert.Equal(("failed", "TIMEOUT"), (failed.Text("status"), failed.Text("error.code")));
    }

    [Fact]
    public async Task Execute_RefusedByTheNode_FailsWithItsWords_AndOneNotBegunIsQueuedAgain()
    {
        await using var node = await StartAsync(Device, "device-002");
        var refused = await RunAsync();
        await node.RefuseAsync(await node.CalledAsync("execute"), -32050, "no such script");
        await Wait.UntilAsync("the failure", async () => (await TaskAsync(refused)).Text("status") == "failed");
        Assert.Equal("no such script", (await TaskAsync(refused)).Text("error.message"));

        var released = (await host.Admin.PostAsync("/api/devices/device-002/command", new { command = "wait" })).Text("task_id");
        await node.RefuseAsync(await node.CalledAsync("execute"), -32010, "draining");
        await Wait.UntilAsync("the task's return", async () => (await host.Admin.GetAsync($"/api/devices/device-002/tasks/{released}")).Text("status") == "queued");
    }

    [Fact]
    public async Task Result_TheSameAgain_IsAnsweredTheSame_AndUnknownTasksAreErrors()
    {
        await using var node = await StartAsync(Device);
        var task = await RunAsync();
        await node.TakeAsync();
        var result = new { task_id = task, status = "completed", result = new { n = 1 } };
        await node.DoAsync("task_result", result);
        await node.DoAsync("task_result", result);

        TestNode.Fails(await node.AskAsync("task_result", new { task_id = task, status = "failed", error = "no" }), -32003);
        TestNode.Fails(await node.AskAsync("task_result", new { task_id = "task-01jgfjjz00000000000000000z", status = "completed" }), -32002);
        TestNode.Fails(await node.AskAsync("task_result", new { task_id = "nonsense", status = "completed" }), -32002);
    }

    [Fact]
    public async Task Device_OneTaskAtATime_AndTheNextComesWithTheResult()
    {
        await using var node = await StartAsync(Device);
        var first = await RunAsync();
        var second = await RunAsync();
        await node.TakeAsync();
        await node.TellAsync("task_result", new { task_id = first, status = "completed" });
        Assert.Equal(second, (await node.TakeAsync()).Text("params.task_id"));
    }

    [Fact]
    public async Task Cancel_RunningTask_TellsTheNode()
    {
        await using var node = await StartAsync(Device);
        var task = await RunAsync();
        await node.TakeAsync();
        (await host.Admin.PostAsync($"/api/devices/{Device}/tasks/{task}/cancel")).Is(HttpStatusCode.OK);

        var cancel = await node.CalledAsync("cancel");

        Assert.Equal((task, Device), (cancel.Text("params.task_id"), cancel.Text("params.device_id")));
        Assert.Null(cancel.Find("id"));
    }

    [Fact]
    public async Task Node_SilentForTwoPings_IsOfflineWithItsDevices()
    {
        // Not at the moments at which connected devices count as heard of.
        host.Time.Advance(TimeSpan.FromSeconds(1));
        await using var node = await StartAsync(Device);
        await host.WriteHeartbeatsAsync();
        for (var i = 0; i < 3; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(30));
            if (i < 2) await node.CalledAsync("ping");
        }

        Assert.Equal(4408, await node.Socket.ClosedAsync());
        await Wait.UntilAsync("the end of the channel", async () => (await host.Queue.ReadHeadAsync(Device, TimeSpan.Zero, default)).Channel is null);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        await Wait.UntilAsync("the node's status", async () =>
        {
            await host.WriteHeartbeatsAsync();
            return (await host.Admin.GetAsync($"/api/nodes/{Node}")).Text("status") == "offline";
        });
        Assert.Equal("offline", (await host.Admin.GetAsync($"/api/devices/{Device}")).Text("status"));
        (await host.Admin.PostAsync($"/api/devices/{Device}/command", new { command = "wait", queue = false }))
            .Fails(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE", "BIZ_001");
    }

    [Theory]
    [InlineData("heartbeat", """{"node_id":"node-002","devices":[]}""", -32602)]
    [InlineData("heartbeat", """{"devices":[{"id":"phone","status":"up"},7]}""", -32602)]
    [InlineData("heartbeat", "[]", -32602)]
    [InlineData("heartbeat", """{"node_id":"node-001","timestamp":"yesterday"}""", -32602)]
    [InlineData("heartbeat", """{"node_id":"node-001","timestamp":"2031-01-01T00:00:00Z"}""", 0)]
    [InlineData("device_status", """{"device_id":"device-999","status":"idle"}""", -32001)]
    [InlineData("device_status", """{"device_id":"device-001","status":"sleepy"}""", -32602)]
    [InlineData("task_result", """{"task_id":"task-1","status":"done","error":7}""", -32602)]
    [InlineData("no_such", "{}", -32601)]
    public async Task Call_WithMistakes_IsAnErrorAndTheSocketStays(string method, string values, int code)
    {
        await using var node = await StartAsync(Device);
        TestNode.Fails(await node.AskAsync(method, System.Text.Json.JsonSerializer.Deserialize<System.Text.Json.JsonElement>(values)), code);
        await node.BeatAsync(Device);
    }

    [Fact]
    public async Task Message_ThatIsNoJson_IsAParseErrorAndTheSocketStays()
    {
        await using var node = await StartAsync(Device);
        await node.Socket.SendTextAsync("{");
        TestNode.Fails(await node.Socket.ReceiveAsync(), -32700);
        await node.Socket.SendTextAsync("[]");
        TestNode.Fails(await node.Socket.ReceiveAsync(), -32600);
        await node.Socket.SendTextAsync("[" + string.Join(',', Enumerable.Repeat("1", 1_000)) + "]");
        TestNode.Fails(await node.Socket.ReceiveAsync(), -32600);
        await node.BeatAsync(Device);
    }

    [Fact]
    public async Task Message_TooLargeOrNoUtf8OrBinary_EndsTheSocketAndNothingElse()
    {
        await using var other = await TestNode.ConnectAsync(host, "node-002");
        await using (var node = await StartAsync(Device))
        {
            await node.Socket.SendTextAsync($$$"""{"jsonrpc":"2.0","method":"heartbeat","params":{"x":"{{{new string('x', 1024 * 1024)}}}"}}""");
            Assert.Equal(1009, await node.Socket.ClosedAsync());
        }

        await using (var node = await TestNode.ConnectAsync(host, Node))
        {
            await node.Socket.SendAsync([0x22, 0xFF, 0x22], WebSocketMessageType.Text);
            Assert.Equal(1007, await node.Socket.ClosedAsync());
        }

        await using (var node = await TestNode.ConnectAsync(host, Node))
        {
            await node.Socket.SendAsync(Encoding.UTF8.GetBytes("{}"), WebSocketMessageType.Binary);
            Assert.Equal(1003, await node.Socket.ClosedAsync());
        }

        await other.BeatAsync();
    }

    [Fact]
    public async Task Messages_MoreThanTenASecond_EndTheSocketAfterAnError()
    {
        await using var node = await StartAsync();
        for (var i = 0; i < 12; i++) await node.Socket.SendTextAsync("""{"jsonrpc":"2.0","method":"x"}""");
        TestNode.Fails(await node.Socket.ReceiveAsync(), -32004);
        Assert.Equal(4008, await node.Socket.ClosedAsync());
    }

    [Fact]
    public async Task Answer_ToAnIdNeverIssued_ChangesNothing()
    {
        await using var node = await StartAsync(Device);
        var task = await RunAsync();
        var execute = await node.CalledAsync("execute");
        await node.Socket.SendAsync(new { jsonrpc = "2.0", result = true, id = "cmd-999" });
        await node.Socket.SendAsync(new { jsonrpc = "2.0", error = new { code = 1, message = "x" }, id = 7 });
        await node.AnswerAsync(execute, true);
        await node.DoAsync("task_result", new { task_id = task, status = "completed" });
    }

    [Fact]
    public async Task Drain_NoMoreTasksCome_AndWhatIsInHandStays()
    {
        await using var node = await StartAsync(Device);
        var running = await RunAsync();
        await node.TakeAsync();
        await node.DoAsync("drain", new { });
        var waiting = await RunAsync();

        await node.DoAsync("task_result", new { task_id = running, status = "completed" });

        Assert.Equal("queued", (await TaskAsync(waiting)).Text("status"));
        await node.BeatAsync(Device);
    }

    [Fact]
    public async Task Stop_OfTheServer_TellsWhenToComeBackAndEndsWith1001()
    {
        await using var node = await StartAsync(Device);
        var stopping = host.StopAsync();
        Assert.True((await node.CalledAsync("reconnect")).Number("params.retry_after_ms") >= 0);
        Assert.Equal(1001, await node.Socket.ClosedAsync());
        await stopping;
    }

    private async Task<TestNode> StartAsync(params string[] devices)
    {
        var node = await TestNode.ConnectAsync(host, Node);
        if (devices.Length > 0) await node.BeatAsync(devices);
        return node;
    }

    private async Task<string> RunAsync(int timeout = 600) =>
        (await host.Admin.PostAsync($"/api/devices/{Device}/command", new { command = "wait", timeout })).Is(HttpStatusCode.OK).Text("task_id");

    private Task<Reply> TaskAsync(string task) => host.Admin.GetAsync($"/api/devices/{Device}/tasks/{task}");
}
