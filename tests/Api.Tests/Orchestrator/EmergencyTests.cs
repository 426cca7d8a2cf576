using System.Net;
using Gateway.Api.Tests.Channels;
using Gateway.Api.Tests.Gateway;
using Gateway.Core.Queue.Operations;
using Gateway.Storage.Audit;
using Gateway.Storage.Emergencies;
using Gateway.Storage.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Api.Tests.Orchestrator;

/// <summary><c>/api/emergency</c>: what is asked for, what comes of it, and the proof.</summary>
public sealed class EmergencyTests : IAsyncLifetime
{
    private const string Node = "node-001", Device = "device-001", Other = "device-002";
    private const string SoftReset = "/api/emergency/soft-reset", ServiceReset = "/api/emergency/service-reset", ConfirmCode = "/api/emergency/confirm-code";

    private readonly GatewayHost host = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private IServiceResets Restarts => host.Services.GetRequiredService<IServiceResets>();

    public async ValueTask InitializeAsync()
    {
        await host.InitializeAsync();
        await Wait.UntilAsync("what runs in the background", () => host.Time.ArmedTimers >= 4);
    }

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task SoftReset_OfTheOrchestrator_TakesTasksBack_TellsTheNode_AndShowsTheProof()
    {
        await using var node = await StartAsync(Device, Other);
        var task = await RunAsync(Device);
        await node.TakeAsync();

        var begun = await ResetAsync("orchestrator");

        Assert.Equal(["action", "status", "timestamp", "estimated_recovery", "emergency_id"], begun.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("soft_reset", "initiated", "30s"), (begun.Text("action"), begun.Text("status"), begun.Text("estimated_recovery")));
        var id = begun.Text("emergency_id");
        Assert.Matches("^emg_[0-9A-Z]{26}$", id);
        Assert.Equal(task, (await node.CalledAsync("cancel")).Text("params.task_id"));
        var reset = await node.CalledAsync("reset");
        Assert.Equal((id, 1, "slow", task), (reset.Text("params.emergency_id"), reset.Number("params.level"), reset.Text("params.reason"), reset.Text("params.tasks.0")));
        await node.AnswerAsync(reset, new { stopped = 1 });
        Assert.Equal(1012, await node.Socket.ClosedAsync());

        var shown = await CompletedAsync(id);
        Assert.Equal(("soft_reset", "orchestrator", "slow"), (shown.Text("action"), shown.Text("target"), shown.Text("reason")));
        Assert.Equal((1, task, Device, "queued"), (shown.Count("released"), shown.Text("released.0.task_id"), shown.Text("released.0.device_id"), shown.Text("released.0.status")));
        Assert.Equal((Node, "confirmed"), (shown.Text("nodes.0.node_id"), shown.Text("nodes.0.state")));
        Assert.NotEqual("", shown.Text("nodes.0.notified_at") + shown.Text("nodes.0.confirmed_at"));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, shown.Find("nodes.0.returned_at")!.Value.ValueKind);
        Assert.True(shown.Number("duration_ms") >= 0);

        await using var back = await StartAsync();
        await back.TellAsync("heartbeat", Beat(Device));
        Assert.Equal((task, 2), await OfferedAsync(back));
        Assert.NotEqual("", (await ShowAsync(id)).Text("nodes.0.returned_at"));
        await back.DoAsync("task_result", new { task_id = task, status = "completed" });
    }

    [Fact]
    public async Task SoftReset_NodeThatRefusesOrIsSilent_IsClosedAllTheSameAndSaidToHaveRefused()
    {
        await using var refusing = await StartAsync(Device);
        var first = (await ResetAsync(Node)).Text("emergency_id");
        await refusing.RefuseAsync(await refusing.CalledAsync("reset"), -32000, "no");
        Assert.Equal(1012, await refusing.Socket.ClosedAsync());
        var refused = await CompletedAsync(first);
        Assert.Equal("refused", refused.Text("nodes.0.state"));
        Assert.NotEqual("", refused.Text("nodes.0.confirmed_at"));

        await using var silent = await StartAsync(Device);
        var second = (await ResetAsync(Node)).Text("emergency_id");
        await silent.CalledAsync("reset");
        host.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1012, await silent.Socket.ClosedAsync());
        var shown = await CompletedAsync(second);
        Assert.Equal("refused", shown.Text("nodes.0.state"));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, shown.Find("nodes.0.confirmed_at")!.Value.ValueKind);
    }

    [Fact]
    public async Task SoftReset_NodeThatIsAway_IsOfflineAndReturnsLater()
    {
        await host.Services.GetRequiredService<INodeStore>().SeeAsync(new(Node, null, null, null), host.Time.GetUtcNow(), Token);
        var id = (await ResetAsync(Node)).Text("emergency_id");
        await Wait.UntilAsync("the release", async () => (await host.Services.GetRequiredService<IEmergencyStore>().FindAsync(id, Token))!.ReleasedAt is not null);
        Assert.Equal(("initiated", Node), ((await ShowAsync(id)).Text("status"), (await ShowAsync(id)).Text("missing.0")));

        host.Time.Advance(TimeSpan.FromSeconds(11));

        var shown = await CompletedAsync(id);
        Assert.Equal(("offline", 0), (shown.Text("nodes.0.state"), shown.Count("missing")));
        await using var back = await StartAsync(Device);
        Assert.NotEqual("", (await ShowAsync(id)).Text("nodes.0.returned_at"));
    }

    [Fact]
    public async Task SoftReset_OfADevice_TakesBackItsTaskAlone_AndItIsAttachedWithTheNextHeartbeat()
    {
        await using var node = await StartAsync(Device, Other);
        var task = await RunAsync(Device);
        await node.TakeAsync();
        var others = await RunAsync(Other);
        await node.TakeAsync();

        var id = (await ResetAsync(Device)).Text("emergency_id");

        Assert.Equal(task, (await node.CalledAsync("cancel")).Text("params.task_id"));
        var shown = await CompletedAsync(id);
        Assert.Equal((1, task, 0), (shown.Count("released"), shown.Text("released.0.task_id"), shown.Count("nodes")));
        TestNode.Fails(await node.AskAsync("task_result", new { task_id = others, status = "failed", attempt = 2 }), -32003);
        await node.DoAsync("task_result", new { task_id = others, status = "completed" });
        await node.TellAsync("heartbeat", Beat(Device, Other));
        Assert.Equal((task, 2), await OfferedAsync(node));
        await node.DoAsync("task_result", new { task_id = task, status = "completed", attempt = 2 });
    }

    [Fact]
    public async Task SoftReset_NodeOnAnotherReplica_IsToldByTheOneThatHoldsItsSocket()
    {
        await using var replica = await host.StartReplicaAsync();
        await using var node = await TestNode.ConnectAsync(replica, Node);
        await node.BeatAsync();
        var id = (await ResetAsync(Node)).Text("emergency_id");
        await Wait.UntilAsync("the release", async () => (await host.Services.GetRequiredService<IEmergencyStore>().FindAsync(id, Token))!.ReleasedAt is not null);

        host.Time.Advance(TimeSpan.FromSeconds(1));

        await node.AnswerAsync(await node.CalledAsync("reset"), true);
        Assert.Equal(1012, await node.Socket.ClosedAsync());
        Assert.Equal("confirmed", (await CompletedAsync(id)).Text("nodes.0.state"));
    }

    [Fact]
    public async Task SoftReset_QueueAway_GoesOnWhenItIsBack()
    {
        await using var node = await StartAsync(Device);
        var task = await RunAsync(Device);
        await node.TakeAsync();
        host.Queue.FailOnce(operation => operation is ReturnClaims);
        var id = (await ResetAsync(Node)).Text("emergency_id");
        await Wait.UntilAsync("the failure", () => host.Log.Texts.Any(text => text.Contains("tried again each second", StringComparison.Ordinal)));

        host.Time.Advance(TimeSpan.FromSeconds(1));

        await node.CalledAsync("cancel");
        await node.AnswerAsync(await node.CalledAsync("reset"), true);
        Assert.Equal(task, (await CompletedAsync(id)).Text("released.0.task_id"));
    }

    [Fact]
    public async Task ServiceReset_WithTheCode_TakesEverythingBack_AndWaitsForThePrograms()
    {
        await using var node = await StartAsync(Device);
        var task = await RunAsync(Device);
        await node.TakeAsync();
        var (customer, device, session) = await DeviceWork.StartAsync(host);
        await using var pi = await TestSocket.OfDeviceAsync(host, device);
        var command = await DeviceWork.SendAsync(customer, session, new { type = "ping" });
        (await pi.ReceiveAsync()).Is("command");
        var issued = (await host.Admin.PostAsync(ConfirmCode)).Is(HttpStatusCode.OK);
        Assert.Matches("^[A-HJKMNP-Z2-9]{6}$", issued.Text("confirm_code"));
        Assert.Equal("no-store", issued.Headers["Cache-Control"]);

        var begun = (await ServiceResetAsync(issued.Text("confirm_code").ToLowerInvariant())).Is(HttpStatusCode.OK);

        Assert.Equal(
            ["action", "status", "confirm_code", "approver", "timestamp", "estimated_recovery", "emergency_id"],
            begun.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("service_reset", "initiated", "orion", "2m"), (begun.Text("action"), begun.Text("status"), begun.Text("approver"), begun.Text("estimated_recovery")));
        var id = begun.Text("emergency_id");
        await node.CalledAsync("cancel");
        var reset = await node.CalledAsync("reset");
        Assert.Equal(2, reset.Number("params.level"));
        await node.AnswerAsync(reset, true);
        Assert.Equal(1012, await node.Socket.ClosedAsync());
        Assert.Equal(1012, await pi.ClosedAsync());
        var released = await UntilAsync(id, shown => shown.Count("released") == 2 && shown.Text("nodes.0.state") == "confirmed");
        Assert.Equal([task, command], released.Json.GetProperty("released").EnumerateArray().Select(item => item.GetProperty("task_id").GetString()!).OrderDescending(StringComparer.Ordinal));

        await Restarts.NoteSeenAsync(id, "api-1", "gateway-api", host.Time.GetUtcNow(), Token);
        host.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(("initiated", "api-1"), ((await ShowAsync(id)).Text("status"), (await ShowAsync(id)).Text("missing.0")));
        await Restarts.NoteRestartedAsync("api-1", host.Time.GetUtcNow(), Token);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        var shown = await CompletedAsync(id);
        Assert.Equal(("orion", "api-1", "gateway-api"), (shown.Text("approver"), shown.Text("replicas.0.replica"), shown.Text("replicas.0.app")));
        Assert.InRange(shown.Number("duration_ms"), 4_000, 5_000);
    }

    [Fact]
    public async Task ServiceReset_AProgramThatDoesNotComeBack_IsSaidToBeMissing()
    {
        var id = (await ServiceResetAsync(await CodeAsync())).Is(HttpStatusCode.OK).Text("emergency_id");
        await Restarts.NoteSeenAsync(id, "api-1", "gateway-api", host.Time.GetUtcNow(), Token);
        await Wait.UntilAsync("the release", async () => (await host.Services.GetRequiredService<IEmergencyStore>().FindAsync(id, Token))!.ReleasedAt is not null);

        host.Time.Advance(TimeSpan.FromMinutes(2) + TimeSpan.FromSeconds(1));

        var shown = await UntilAsync(id, shown => shown.Text("status") == "incomplete");
        Assert.Equal("api-1", shown.Text("missing.0"));
        await Restarts.NoteRestartedAsync("api-1", host.Time.GetUtcNow(), Token);
        Assert.Equal("completed", (await ShowAsync(id)).Text("status"));
    }

    [Fact]
    public async Task ServiceReset_WithoutAGoodCode_IsNotAllowed()
    {
        var code = await CodeAsync();
        var late = await CodeAsync();
        (await ServiceResetAsync(code)).Is(HttpStatusCode.OK);
        (await ServiceResetAsync(code)).Fails(HttpStatusCode.Forbidden, "FORBIDDEN", "BIZ_004");
        (await ServiceResetAsync("AAAAA0")).Fails(HttpStatusCode.Forbidden, "FORBIDDEN", "BIZ_004");
        host.Time.Advance(TimeSpan.FromMinutes(5));
        (await ServiceResetAsync(late)).Fails(HttpStatusCode.Forbidden, "FORBIDDEN", "BIZ_004");

        var audit = await host.Services.GetRequiredService<IAuditLog>().ListAsync(null, 10, Token);
        Assert.Equal(
            ["emergency.refused", "emergency.refused", "emergency.refused", "emergency.service_reset", "emergency.confirm_code", "emergency.confirm_code"],
            audit.Select(entry => entry.Action));
        Assert.All(audit, entry => Assert.Equal("orchestrator:admin", entry.Actor));
        Assert.Contains("orion", audit[3].DetailJson, StringComparison.Ordinal);
        Assert.DoesNotContain(audit, entry => entry.DetailJson!.Contains(code, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SoftReset, "{}", "VAL_002", "target:missing", "reason:missing")]
    [InlineData(SoftReset, """{"target":7,"reason":""}""", "VAL_003", "target:type", "reason:invalid")]
    [InlineData(SoftReset, """{"target":"everything","reason":"x"}""", "VAL_004", "target:invalid")]
    [InlineData(ServiceReset, "{}", "VAL_002", "confirm_code:missing", "reason:missing", "approver:missing")]
    [InlineData(ServiceReset, """{"confirm_code":"A3B2C","reason":"x","approver":1}""", "VAL_004", "confirm_code:invalid", "approver:type")]
    public async Task Reset_WithMistakes_IsToldAllOfThem(string path, string body, string code, params string[] mistakes) =>
        (await host.Admin.PostRawAsync(path, body)).Rejects(code, mistakes);

    [Fact]
    public async Task Reset_OfWhatIsNotThere_IsNotFound()
    {
        (await host.Admin.PostRawAsync(SoftReset, "[]")).Fails(HttpStatusCode.BadRequest, "BAD_REQUEST", "VAL_001");
        (await host.Admin.PostAsync(SoftReset, new { target = "node-404", reason = "x" })).Fails(HttpStatusCode.NotFound, "NOT_FOUND", "RES_001");
        (await host.Admin.PostAsync(SoftReset, new { target = "device-404", reason = "x" })).Fails(HttpStatusCode.NotFound, "NOT_FOUND", "RES_002");
        (await host.Admin.GetAsync("/api/emergency/emg_01JGFJJZ00000000000000000Z")).Fails(HttpStatusCode.NotFound, "NOT_FOUND", "RES_005");
        (await host.Admin.GetAsync("/api/emergency/nonsense")).Fails(HttpStatusCode.NotFound, "NOT_FOUND", "RES_005");
        Assert.Empty(await host.Services.GetRequiredService<IEmergencyStore>().ListOpenAsync(Token));
    }

    [Fact]
    public async Task Limit_FiveActionsInTenMinutes_WrongCodesCountAndStrangersDoNot()
    {
        var limited = new GatewayHost(new() { ["Gateway:RateLimits:OrchestratorEmergencyPerTenMinutes"] = "5" });
        await limited.InitializeAsync();
        try
        {
            var replica = await limited.StartReplicaAsync();
            for (var i = 0; i < 6; i++) (await limited.Anonymous.PostAsync(ConfirmCode)).Is(HttpStatusCode.Unauthorized);
            (await limited.Admin.PostAsync(ConfirmCode)).Is(HttpStatusCode.OK);
            for (var i = 0; i < 3; i++)
                (await replica.Admin.PostAsync(ServiceReset, new { confirm_code = "AAAAAA", reason = "x", approver = "y" })).Is(HttpStatusCode.Forbidden);
            var last = (await limited.Admin.PostAsync(SoftReset, new { target = "orchestrator", reason = "x" })).Is(HttpStatusCode.OK);
            Assert.Equal(("5", "0"), (last.Headers["X-RateLimit-Limit"], last.Headers["X-RateLimit-Remaining"]));

            var exceeded = (await limited.Admin.PostAsync(ConfirmCode)).Fails(HttpStatusCode.TooManyRequests, "RATE_LIMITED", "RATE_001");
            Assert.Equal((5, "10m"), (exceeded.Number("details.limit"), exceeded.Text("details.window")));
            Assert.True(exceeded.Headers.ContainsKey("Retry-After"));
            (await replica.Admin.PostAsync(SoftReset, new { target = "orchestrator", reason = "x" })).Is(HttpStatusCode.TooManyRequests);
            (await limited.Admin.GetAsync($"/api/emergency/{last.Text("emergency_id")}")).Is(HttpStatusCode.OK);
            await replica.DisposeAsync();
        }
        finally
        {
            await limited.DisposeAsync();
        }
    }

    private async Task<TestNode> StartAsync(params string[] devices)
    {
        var node = await TestNode.ConnectAsync(host, Node);
        if (devices.Length > 0) await node.BeatAsync(devices);
        return node;
    }

    private static object Beat(params string[] devices) => new
    {
        node_id = Node,
        timestamp = "2026-01-04T12:00:00Z",
        metrics = new { cpu = 45, memory = 60, disk = 30 },
        devices = devices.Select(device => new { id = device, status = "idle" }),
    };

    private static async Task<(string Task, int Attempt)> OfferedAsync(TestNode node)
    {
        var execute = await node.TakeAsync();
        return (execute.Text("params.task_id"), (int)execute.Number("params.attempt"));
    }

    private async Task<string> RunAsync(string device) =>
        (await host.Admin.PostAsync($"/api/devices/{device}/command", new { command = "wait" })).Is(HttpStatusCode.OK).Text("task_id");

    private async Task<Reply> ResetAsync(string target) =>
        (await host.Admin.PostAsync(SoftReset, new { target, reason = "slow" })).Is(HttpStatusCode.OK);

    private async Task<string> CodeAsync() => (await host.Admin.PostAsync(ConfirmCode)).Is(HttpStatusCode.OK).Text("confirm_code");

    private Task<Reply> ServiceResetAsync(string code) =>
        host.Admin.PostAsync(ServiceReset, new { confirm_code = code, reason = "L1 failed", approver = "orion" });

    private async Task<Reply> ShowAsync(string id) => (await host.Admin.GetAsync($"/api/emergency/{id}")).Is(HttpStatusCode.OK);

    private Task<Reply> CompletedAsync(string id) => UntilAsync(id, shown => shown.Text("status") == "completed");

    private async Task<Reply> UntilAsync(string id, Predicate<Reply> isSo)
    {
        Reply? shown = null;
        await Wait.UntilAsync("the action", async () => isSo(shown = await ShowAsync(id)));
        return shown!;
    }
}
