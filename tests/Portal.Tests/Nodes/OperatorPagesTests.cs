using Gateway.Portal.Tests.Kit;

namespace Gateway.Portal.Tests.Nodes;

public sealed class OperatorPagesTests
{
    private const string Nodes = "GET /api/nodes", Devices = "GET /api/devices";

    [Fact]
    public async Task Nodes_WithDevices_ShowsEachUnderItsNodeWithItsState()
    {
        await using var host = await SignedInAsync();
        PrepareFarm(host);
        var (_, html) = await host.GetAsync("/nodes");
        Assert.Contains("1 of 2 nodes online, 3 devices", html, StringComparison.Ordinal);
        Assert.Contains("Seoul <1>", html, StringComparison.Ordinal);
        Assert.Contains("10.0.0.7", html, StringComparison.Ordinal);
        Assert.Contains("version 1.4.0", html, StringComparison.Ordinal);
        Assert.Contains("30 s ago", html, StringComparison.Ordinal);
        Assert.Contains("/nodes/devices/device-2", html, StringComparison.Ordinal);
        Assert.Contains("Select device-3", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nodes?status=idle", "device-2", "device-1")]
    [InlineData("/nodes?search=r58", "device-1", "device-2")]
    [InlineData("/nodes?search=nothing", "No device matches", "device-1")]
    public async Task Nodes_ByStateAndWords_ShowsWhatMatches(string path, string shown, string hidden)
    {
        await using var host = await SignedInAsync();
        PrepareFarm(host);
        var (_, html) = await host.GetAsync(path);
        Assert.Contains(shown, html, StringComparison.Ordinal);
        Assert.DoesNotContain(hidden, html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nodes_WithoutAny_SaysHowOneComes()
    {
        await using var host = await SignedInAsync();
        host.Gateway.Answer(Devices, new { devices = Array.Empty<object>(), total = 0 });
        Assert.Contains("No nodes yet", (await host.GetAsync("/nodes")).Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, "RATE_001", "The 100 requests in 1m that this token has are used up. It goes on in 45 s.")]
    [InlineData(401, "AUTH_001", "/nodes/sign-in?returnUrl=%2Fnodes")]
    [InlineData(503, "SRV_002", "Try again")]
    public async Task Nodes_WhileTheApiRefuses_SaysWhyAndWhatToDo(int status, string code, string said)
    {
        await using var host = await SignedInAsync();
        host.Gateway.RefuseOperator(Nodes, status, code, "Temporarily unavailable", new { limit = 100, window = "1m", retry_after = 45 });
        Assert.Contains(said, (await host.GetAsync("/nodes")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_OfOneToken_ShareALook()
    {
        await using var host = await SignedInAsync();
        PrepareFarm(host);
        await Task.WhenAll(host.GetAsync("/nodes"), host.GetAsync("/nodes"));
        await host.GetAsync("/nodes");
        Assert.InRange(host.Gateway.To(Devices).Count, 1, 2);
        await host.SignInOperatorAsync("another-token-0123456789-0123456789");
        PrepareFarm(host);
        await host.GetAsync("/nodes");
        Assert.Equal("Bearer another-token-0123456789-0123456789", host.Gateway.To(Devices)[^1].Authorization);
    }

    [Fact]
    public async Task Device_WithTasks_ShowsItsQueueInOrderAndWhatBecameOfTheOthers()
    {
        await using var host = await SignedInAsync();
        PrepareFarm(host);
        host.Gateway.Answer($"{Devices}/device-1", Device(host, "device-1", "active", "R58", "task-running"));
        host.Gateway.Answer($"{Devices}/device-1/tasks", new
        {
            tasks = new[]
            {
                Work(host, "task-late", "scan", "queued", "normal"),
                Work(host, "task-urgent", "ping", "queued", "high"),
                Work(host, "task-running", "disk_usage", "running", "low"),
                Work(host, "task-bad", "restart_service", "failed", "normal", error: new { code = "TIMEOUT", message = "It took longer than 600 s." }),
                Work(host, "task-done", "system_info", "completed", "normal", result: new { hostname = "<phone>" }),
            },
            next_before = "task-done",
        });
        var (_, html) = await host.GetAsync("/nodes/devices/device-1");
        string[] inOrder = ["task-running", "task-urgent", "task-late", "TIMEOUT:", "It took longer than 600 s.", "<phone>", "There are more tasks"];
        var at = inOrder.Select(text => html.IndexOf(text, StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(-1, at);
        Assert.Equal(at.Order(), at);
        Assert.Contains("Run a command", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nodes/devices/device-9", "There is no such device")]
    [InlineData("/nodes/runs/portal-9", "This command is not known here")]
    [InlineData("/nodes/emergencies/emg_9", "There is no such emergency action")]
    public async Task Page_OfWhatIsNotThere_SaysSo(string path, string said)
    {
        await using var host = await SignedInAsync();
        Assert.Contains(said, (await host.GetAsync(path)).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Emergency_OfTheService_ShowsWhatCameOfIt()
    {
        await using var host = await SignedInAsync();
        var began = host.Time.GetUtcNow();
        host.Gateway.Answer("GET /api/emergency/emg_1", new
        {
            emergency_id = "emg_1",
            action = "service_reset",
            target = "service",
            reason = "L1 failed",
            approver = "orion",
            status = "initiated",
            requested_at = began,
            released = new[] { new { task_id = "task-1", device_id = "device-1", status = "queued" }, new { task_id = "cmd_2", device_id = "pi-1", status = "failed" } },
            nodes = new object[]
            {
                new { node_id = "node-1", state = "confirmed", notified_at = began, confirmed_at = began.AddMilliseconds(80), returned_at = began.AddSeconds(3) },
                new { node_id = "node-2", state = "pending" },
            },
            replicas = new[] { new { replica = "api-1", app = "gateway-api", seen_at = began, restarted_at = began.AddSeconds(2) } },
            missing = new[] { "node-2" },
        });
        var (_, html) = await host.GetAsync("/nodes/emergencies/emg_1");
        string[] said =
        [
            "Reset of the service", "Under way", "Still waited for: node-2", "L1 failed", "orion", "task-1", "queued again", "it may not run twice",
            "1 of 2 confirmed", "answered in 80 ms, back after 3 s", "Told, no answer yet", "1 of 1 restarted", "up again after 2 s",
        ];
        foreach (var text in said) Assert.Contains(text, html, StringComparison.Ordinal);
        Assert.DoesNotContain("/nodes/devices/pi-1", html, StringComparison.Ordinal);
    }

    private static async Task<PortalHost> SignedInAsync()
    {
        var host = await PortalHost.StartAsync();
        await host.SignInOperatorAsync();
        return host;
    }

    private static void PrepareFarm(PortalHost host)
    {
        host.Gateway.Answer(Nodes, new
        {
            nodes = new object[]
            {
                new { id = "node-1", name = "Seoul <1>", status = "online", device_count = 2, last_heartbeat = host.Time.GetUtcNow().AddSeconds(-30), ip = "10.0.0.7", version = "1.4.0" },
                new { id = "node-2", name = "node-2", status = "offline", device_count = 1 },
            },
            total = 2,
        });
        host.Gateway.Answer(Devices, new
        {
            devices = new[]
            {
                Device(host, "device-1", "active", "R58", "task-1"), Device(host, "device-2", "idle", "R59", null), Device(host, "device-3", "offline", "X01", null, "node-2"),
            },
            total = 3,
        });
    }

    private static object Device(PortalHost host, string id, string status, string serial, string? task, string node = "node-1") =>
        new { id, serial, status, node_id = node, current_task = task, last_seen = host.Time.GetUtcNow() };

    private static object Work(PortalHost host, string id, string command, string status, string priority, object? result = null, object? error = null) => new
    {
        id,
        device_id = "device-1",
        command,
        @params = new { },
        status,
        priority,
        timeout = 600,
        attempt = 1,
        created_at = host.Time.GetUtcNow(),
        result,
        error,
    };
}
