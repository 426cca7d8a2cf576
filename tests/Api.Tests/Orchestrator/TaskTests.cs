using System.Net;
using Gateway.Api.Tests.Gateway;
using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Storage.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Api.Tests.Orchestrator;

/// <summary>Nodes, devices and tasks over REST; what the nodes themselves do is done to the queue here.</summary>
public sealed class TaskTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    private static readonly object Watch = new
    {
        command = "run_script",
        @params = new { script_name = "youtube_watch", duration = 300, options = new { random_delay = true } },
        priority = "normal",
        timeout = 600,
    };

    private static int names;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private INodeStore Nodes => host.Services.GetRequiredService<INodeStore>();

    [Fact]
    public async Task Command_AsTheSpecificationHasIt_IsQueuedAndShownUntilItIsDone()
    {
        var device = await NewDeviceAsync();

        var accepted = (await host.Admin.PostAsync($"/api/devices/{device}/command", Watch)).Is(HttpStatusCode.OK);

        Assert.Equal(["task_id", "status", "device_id", "created_at"], accepted.Json.EnumerateObject().Select(member => member.Name));
        Assert.Matches("^task-[a-z0-9]+$", accepted.Text("task_id"));
        Assert.Equal(("queued", device), (accepted.Text("status"), accepted.Text("device_id")));
        var path = $"/api/devices/{device}/tasks/{accepted.Text("task_id")}";
        var queued = await host.Admin.GetAsync(path);
        Assert.Equal(("queued", "normal", 600, "youtube_watch"), (queued.Text("status"), queued.Text("priority"), queued.Number("timeout"), queued.Text("params.script_name")));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, queued.Find("result")!.Value.ValueKind);

        var claimed = await AttachAsync(device);
        Assert.Equal("running", (await host.Admin.GetAsync(path)).Text("status"));
        Assert.Equal(accepted.Text("task_id"), (await host.Admin.GetAsync($"/api/devices/{device}")).Text("current_task"));

        await FinishAsync(device, claimed, CommandState.Completed, """{"watched_videos":5}""", null);
        var done = await host.Admin.GetAsync(path);
        Assert.Equal(("completed", 5), (done.Text("status"), done.Number("result.watched_videos")));
        Assert.EndsWith("Z", done.Text("completed_at"), StringComparison.Ordinal);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await host.Admin.GetAsync($"/api/devices/{device}")).Find("current_task")!.Value.ValueKind);
    }

    [Theory]
    [InlineData("\"no network\"", "no network")]
    [InlineData("""{"reason":"no network"}""", null)]
    public async Task Task_ThatTheNodeSaysFailed_ShowsItsWords(string error, string? message)
    {
        var device = await NewDeviceAsync();
        var task = await RunAsync(device);
        await FinishAsync(device, await AttachAsync(device), CommandState.Failed, null, error);

        var failed = await host.Admin.GetAsync($"/api/devices/{device}/tasks/{task}");

        Assert.Equal(("failed", "NODE_ERROR"), (failed.Text("status"), failed.Text("error.code")));
        if (message is not null) Assert.Equal(message, failed.Text("error.message"));
        else Assert.Equal("no network", failed.Text("error.details.reason"));
    }

    [Fact]
    public async Task Task_NotFinishedInItsTimeout_FailsWithAClearErrorAndItsLateResultIsRefused()
    {
        var device = await NewDeviceAsync();
        var task = (await host.Admin.PostAsync($"/api/devices/{device}/command", new { command = "wait", timeout = 20 })).Text("task_id");
        var claimed = await AttachAsync(device);
        host.Time.Advance(TimeSpan.FromSeconds(20));

        Assert.Equal(ResultStatus.AlreadyEnded, (await FinishAsync(device, claimed, CommandState.Completed, "{}", null)).Status);
        var failed = await host.Admin.GetAsync($"/api/devices/{device}/tasks/{task}");
        Assert.Equal(("failed", "TIMEOUT"), (failed.Text("status"), failed.Text("error.code")));
    }

    [Fact]
    public async Task Command_NotToBeQueued_NeedsAnIdleDevice()
    {
        var device = await NewDeviceAsync();
        var now = new { command = "wait", queue = false };

        var offline = (await host.Admin.PostAsync($"/api/devices/{device}/command", now)).Fails(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE", "BIZ_001");
        Assert.Matches("^node-", offline.Text("details.node_id"));

        await AttachAsync(device);
        (await host.Admin.PostAsync($"/api/devices/{device}/command", now)).Is(HttpStatusCode.OK);
        (await host.Admin.PostAsync($"/api/devices/{device}/command", now)).Fails(HttpStatusCode.Conflict, "CONFLICT", "BIZ_002");
    }

    [Fact]
    public async Task Command_QueueFull_IsRefusedAndNothingIsDropped()
    {
        await using var small = new GatewayHostOf(new GatewayHost([]) { Limits = QueueLimits.Default with { MaxLength = 2 } });
        await small.Host.InitializeAsync();
        var nodes = small.Host.Services.GetRequiredService<INodeStore>();
        await nodes.SeeAsync(new("node-1", null, null, null), small.Host.Time.GetUtcNow(), Token);
        await nodes.TakeUpAsync("node-1", [new("device-1", null)], small.Host.Time.GetUtcNow(), Token);
        for (var i = 0; i < 2; i++) (await small.Host.Admin.PostAsync("/api/devices/device-1/command", Watch)).Is(HttpStatusCode.OK);

        var full = (await small.Host.Admin.PostAsync("/api/devices/device-1/command", Watch)).Fails(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE", "BIZ_003");

        Assert.True(full.Headers.ContainsKey("Retry-After"));
        Assert.Equal(2, (await small.Host.Admin.GetAsync("/api/devices/device-1/tasks")).Count("tasks"));
    }

    [Fact]
    public async Task Command_SameKey_IsTheSameTaskAndOtherContentAConflict()
    {
        var device = await NewDeviceAsync();
        Task<Reply> Send(string command) => host.Admin.PostAsync($"/api/devices/{device}/command", new { command, idempotency_key = "k" });
        var first = (await Send("wait")).Text("task_id");

        Assert.Equal(first, (await Send("wait")).Text("task_id"));
        var other = (await Send("other")).Fails(HttpStatusCode.Conflict, "CONFLICT", "RES_004");
        Assert.Equal(first, other.Text("details.task_id"));
        Assert.Equal(1, (await host.Admin.GetAsync($"/api/devices/{device}/tasks")).Count("tasks"));
    }

    [Fact]
    public async Task Cancel_QueuedAndRunning_EndsTheTask_AndAnEndedOneIsAConflict()
    {
        var device = await NewDeviceAsync();
        var running = await RunAsync(device);
        var queued = await RunAsync(device);
        var claimed = await AttachAsync(device);
        Task<Reply> Cancel(string task) => host.Admin.PostAsync($"/api/devices/{device}/tasks/{task}/cancel");

        Assert.Equal("cancelled", (await Cancel(queued)).Is(HttpStatusCode.OK).Text("status"));
        Assert.Equal("cancelled", (await Cancel(queued)).Is(HttpStatusCode.OK).Text("status"));
        Assert.Equal("cancelled", (await Cancel(running)).Is(HttpStatusCode.OK).Text("status"));
        Assert.Equal(ResultStatus.AlreadyEnded, (await FinishAsync(device, claimed, CommandState.Completed, "{}", null)).Status);

        var done = await RunAsync(device);
        var head = await host.Queue.ReadHeadAsync(device, TimeSpan.Zero, Token);
        await FinishAsync(device, ClaimedCommand.Of(Assert.Single(head.Claimed), "{}"), CommandState.Completed, "{}", null);
        (await Cancel(done)).Fails(HttpStatusCode.Conflict, "CONFLICT", "BIZ_005");
        (await Cancel("task-01jgfjjz00000000000000000z")).Fails(HttpStatusCode.NotFound, "NOT_FOUND", "RES_003");
        (await host.Admin.GetAsync($"/api/devices/{device}/tasks/nonsense")).Fails(HttpStatusCode.NotFound, "NOT_FOUND", "RES_003");
    }

    [Fact]
    public async Task Tasks_ByPage_AreTheNewestFirstAndOfTheStatusAskedFor()
    {
        var device = await NewDeviceAsync();
        var tasks = new List<string>();
        for (var i = 0; i < 5; i++) tasks.Add(await RunAsync(device));
        await host.Admin.PostAsync($"/api/devices/{device}/tasks/{tasks[2]}/cancel");

        var page = await host.Admin.GetAsync($"/api/devices/{device}/tasks?limit=3");
        Assert.Equal(tasks[^3..].AsEnumerable().Reverse(), page.Json.GetProperty("tasks").EnumerateArray().Select(task => task.GetProperty("id").GetString()));
        var rest = await host.Admin.GetAsync($"/api/devices/{device}/tasks?limit=3&before={page.Text("next_before")}");
        Assert.Equal(2, rest.Count("tasks"));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, rest.Find("next_before")!.Value.ValueKind);
        Assert.Equal(tasks[2], (await host.Admin.GetAsync($"/api/devices/{device}/tasks?status=cancelled")).Text("tasks.0.id"));
        (await host.Admin.GetAsync($"/api/devices/{device}/tasks?status=done&before=x&limit=0"))
            .Rejects("VAL_004", "status:invalid", "before:invalid", "limit:invalid");
    }

    [Theory]
    [InlineData("{}", "VAL_002", "command:missing")]
    [InlineData("""{"command":7}""", "VAL_003", "command:type")]
    [InlineData("""{"command":"a b","params":[],"priority":"urgent","timeout":-1,"queue":"yes"}""", "VAL_004", "command:invalid", "params:type", "priority:invalid", "timeout:invalid", "queue:type")]
    [InlineData("""{"command":"wait","timeout":86401}""", "VAL_004", "timeout:invalid")]
    [InlineData("""{"command":"wait","timeout":1.5}""", "VAL_003", "timeout:type")]
    public async Task Command_WithMistakes_IsToldAllOfThem(string body, string code, params string[] mistakes)
    {
        var device = await NewDeviceAsync();
        (await host.Admin.PostRawAsync($"/api/devices/{device}/command", body)).Rejects(code, mistakes);
        Assert.Equal(0, (await host.Admin.GetAsync($"/api/devices/{device}/tasks")).Count("tasks"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("""{"command":"a","command":"b"}""")]
    public async Task Command_ThatIsNoJsonObject_IsABadRequest(string body)
    {
        var device = await NewDeviceAsync();
        (await host.Admin.PostRawAsync($"/api/devices/{device}/command", body)).Fails(HttpStatusCode.BadRequest, "BAD_REQUEST", "VAL_001");
        (await host.Admin.PostRawAsync($"/api/devices/{device}/command", body, "text/plain")).Fails(HttpStatusCode.UnsupportedMediaType, "BAD_REQUEST", "REQ_004");
    }

    [Fact]
    public async Task Command_TooLarge_IsRefused()
    {
        var device = await NewDeviceAsync();
        var large = new string('x', 257 * 1024);
        (await host.Admin.PostAsync($"/api/devices/{device}/command", new { command = "wait", @params = new { large } })).Rejects("VAL_004", "params:invalid");
        var larger = new string('x', 1024 * 1024);
        (await host.Admin.PostAsync($"/api/devices/{device}/command", new { command = "wait", @params = new { larger } }))
            .Fails(HttpStatusCode.RequestEntityTooLarge, "BAD_REQUEST", "REQ_003");
    }

    [Fact]
    public async Task Nodes_ListAndDetail_AreAsTheSpecificationHasThem()
    {
        var node = $"node-{Interlocked.Increment(ref names)}";
        await Nodes.SeeAsync(new(node, "Seoul Node 1", "100.64.0.1", "1.0.0"), host.Time.GetUtcNow(), Token);
        await Nodes.TakeUpAsync(node, [new($"device-{node[5..]}", "R58M12345")], host.Time.GetUtcNow(), Token);
        var heartbeats = host.Services.GetRequiredService<global::Gateway.Storage.Devices.HeartbeatBatcher>();
        heartbeats.Add(new(node, host.Time.GetUtcNow(), "online", """{"cpu":45,"memory":60,"disk":30,"uptime":259200}""", null));
        heartbeats.Add(new($"device-{node[5..]}", host.Time.GetUtcNow(), "busy", null, null));
        await host.WriteHeartbeatsAsync();

        var list = await host.Admin.GetAsync("/api/nodes?status=online&limit=100");
        var shown = list.Json.GetProperty("nodes").EnumerateArray().Single(item => item.GetProperty("id").GetString() == node);
        Assert.Equal(["id", "name", "status", "device_count", "last_heartbeat", "ip", "version"], shown.EnumerateObject().Select(member => member.Name));
        Assert.Equal((1, "100.64.0.1"), (shown.GetProperty("device_count").GetInt32(), shown.GetProperty("ip").GetString()));
        Assert.Equal((100, 0), (list.Number("limit"), list.Number("offset")));

        var detail = await host.Admin.GetAsync($"/api/nodes/{node}");
        Assert.Equal(("Seoul Node 1", "online", 45, 60, 72), (detail.Text("name"), detail.Text("status"), detail.Number("metrics.cpu_usage"), detail.Number("metrics.memory_usage"), detail.Number("metrics.uptime_hours")));
        Assert.Equal(("R58M12345", "active"), (detail.Text("devices.0.serial"), detail.Text("devices.0.status")));

        var devices = await host.Admin.GetAsync($"/api/devices?node_id={node}&status=active");
        Assert.Equal((1, node), (devices.Number("total"), devices.Text("devices.0.node_id")));
        (await host.Admin.GetAsync("/api/nodes?status=up&limit=101&offset=-1")).Rejects("VAL_004", "status:invalid", "limit:invalid", "offset:invalid");
        (await host.Admin.GetAsync("/api/devices?node_id=x&status=online")).Rejects("VAL_004", "node_id:invalid", "status:invalid");
    }

    [Fact]
    public async Task Queue_Away_Is503InTheSurfacesFormat()
    {
        await using var broken = new GatewayHostOf(new GatewayHost([]));
        await broken.Host.InitializeAsync();
        var nodes = broken.Host.Services.GetRequiredService<INodeStore>();
        await nodes.SeeAsync(new("node-1", null, null, null), broken.Host.Time.GetUtcNow(), Token);
        await nodes.TakeUpAsync("node-1", [new("device-1", null)], broken.Host.Time.GetUtcNow(), Token);
        broken.Host.Queue.Fault = new global::Gateway.Queue.QueueUnavailableException("secret detail");

        var reply = (await broken.Host.Admin.PostAsync("/api/devices/device-1/command", Watch)).Fails(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE", "SRV_002");
        Assert.DoesNotContain("secret detail", reply.Body, StringComparison.Ordinal);
        Assert.Contains(broken.Host.Log.Texts, text => text.Contains(reply.Text("request_id"), StringComparison.Ordinal));

        broken.Host.Queue.Fault = new InvalidOperationException("secret detail");
        Assert.DoesNotContain(
            "secret detail",
            (await broken.Host.Admin.PostAsync("/api/devices/device-1/command", Watch)).Fails(HttpStatusCode.InternalServerError, "INTERNAL_ERROR", "SRV_001").Body,
            StringComparison.Ordinal);
    }

    private async Task<string> NewDeviceAsync()
    {
        var number = Interlocked.Increment(ref names);
        await Nodes.SeeAsync(new($"node-{number}", null, null, null), host.Time.GetUtcNow(), Token);
        await Nodes.TakeUpAsync($"node-{number}", [new($"device-{number}", null)], host.Time.GetUtcNow(), Token);
        return $"device-{number}";
    }

    private async Task<string> RunAsync(string device) =>
        (await host.Admin.PostAsync($"/api/devices/{device}/command", new { command = "wait" })).Is(HttpStatusCode.OK).Text("task_id");

    /// <summary>Attaches a channel as a node's socket does; the command that it is given, if any.</summary>
    private async Task<ClaimedCommand> AttachAsync(string device)
    {
        await host.Queue.ExecuteAsync(device, new AttachChannel(new("another", 1), $"conn_{device}") { Credit = 1, Visibility = TimeSpan.FromSeconds(30) }, Token);
        return (await host.Queue.ReadClaimsAsync(device, $"conn_{device}", Token)).FirstOrDefault()!;
    }

    private Task<ResultOutcome> FinishAsync(string device, ClaimedCommand claimed, CommandState state, string? result, string? error) => host.Queue.ExecuteAsync(
        device,
        new SubmitResult
        {
            CommandId = claimed.Id,
            Token = claimed.Token,
            State = state,
            Status = state == CommandState.Completed ? "success" : "failure",
            Output = result,
            Error = error,
            ExecutedAt = 0,
            DurationMs = 0,
            By = $"device:{device}",
        },
        Token);

    /// <summary>A host of one test.</summary>
    private sealed class GatewayHostOf(GatewayHost host) : IAsyncDisposable
    {
        public GatewayHost Host => host;

        public ValueTask DisposeAsync() => host.DisposeAsync();
    }
}
