using System.Net;
using System.Text.Json;

namespace Gateway.Api.Tests.Gateway;

public sealed class DeviceStatusTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    private const string Heartbeat = "/api/v1/device/heartbeat", Devices = "/api/v1/customer/devices";

    [Fact]
    public async Task Heartbeat_WithMetrics_IsShownInTheStatus()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        var answer = (await device.PostAsync(Heartbeat, new
        {
            timestamp = "2026-01-01T00:00:00+00:00",
            status = "busy",
            metrics = new { cpu = 12.5, memory = 40, uptime = 1000, load1 = 0.1 },
            diagnostics = new { note = "ünïcode ✓" },
        })).Is(HttpStatusCode.OK);
        Assert.True(answer.Find("success")!.Value.GetBoolean());
        Assert.Equal(30_000, answer.Number("nextHeartbeat"));
        Assert.Equal(0, answer.Number("pendingCommands"));

        await host.WriteHeartbeatsAsync();
        var status = (await customer.GetAsync($"{Devices}/{device.Id}/status")).Is(HttpStatusCode.OK);
        Assert.Equal("busy", status.Text("device.status"));
        Assert.Equal(device.Id, status.Text("device.id"));
        Assert.Matches(@"^2026-01-01T\d\d:\d\d:\d\d\.\d{3}Z$", status.Text("device.lastHeartbeat"));
        Assert.Equal(12.5, status.Number("device.metrics.cpu"));
        Assert.Equal("ünïcode ✓", status.Text("device.diagnostics.note"));
        Assert.Null(status.Find("device.activeSession"));
    }

    [Fact]
    public async Task Heartbeat_WithCommandsWaiting_CountsThem()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        var session = await GatewayHost.OpenSessionAsync(customer, device);
        await customer.PostAsync($"/api/v1/customer/sessions/{session}/commands", new { type = "ping" });
        var answer = await device.PostAsync(Heartbeat, new { timestamp = "2026-01-01T00:00:00.123456789Z", status = "online" });
        Assert.Equal(1, answer.Number("pendingCommands"));
        var status = await customer.GetAsync($"{Devices}/{device.Id}/status");
        Assert.Equal(session, status.Text("device.activeSession"));
        Assert.Equal(1, status.Number("device.pendingCommands"));
    }

    [Fact]
    public async Task List_BySearch_ShowsTheCustomersDevicesThatMatch()
    {
        var customer = host.NewCustomer();
        var id = host.NewName("pi");
        await customer.PostAsync($"{Devices}/provision", new { deviceId = id, name = "Front Door" });
        await customer.PostAsync($"{Devices}/provision", new { deviceId = host.NewName("pi") });
        var found = (await customer.GetAsync($"{Devices}?search=front%20d&status=offline")).Is(HttpStatusCode.OK);
        Assert.Equal((id, 1), (found.Text("devices.0.id"), (int)found.Number("total")));
        Assert.Equal(2, (await customer.GetAsync($"{Devices}?search=")).Is(HttpStatusCode.OK).Count("devices"));
        (await customer.GetAsync($"{Devices}?search={new string('a', 257)}")).IsInvalid("search");
    }

    [Fact]
    public async Task Status_NeverSeenDevice_IsOfflineWithNulls()
    {
        var customer = host.NewCustomer();
        var id = host.NewName("pi");
        await customer.PostAsync($"{Devices}/provision", new { deviceId = id });
        var status = (await customer.GetAsync($"{Devices}/{id}/status")).Is(HttpStatusCode.OK);
        Assert.Equal("offline", status.Text("device.status"));
        Assert.Equal("provisioned", status.Text("device.lifecycle"));
        Assert.Equal(JsonValueKind.Null, status.Find("device.lastHeartbeat")!.Value.ValueKind);
        Assert.Equal(JsonValueKind.Null, status.Find("device.metrics")!.Value.ValueKind);
        Assert.Equal(JsonValueKind.Null, status.Find("device.diagnostics")!.Value.ValueKind);
    }

    [Fact]
    public async Task Status_NinetySecondsAfterTheLastHeartbeat_IsOffline()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var customer = own.NewCustomer();
        var device = await own.NewDeviceAsync(customer);
        await device.PostAsync(Heartbeat, new { timestamp = "2026-01-01T00:00:00Z", status = "online" });
        await own.WriteHeartbeatsAsync();

        own.Time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal("online", (await customer.GetAsync($"{Devices}/{device.Id}/status")).Text("device.status"));
        own.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("offline", (await customer.GetAsync($"{Devices}/{device.Id}/status")).Text("device.status"));
        Assert.Equal("offline", (await customer.GetAsync(Devices)).Text("devices.0.status"));
    }

    [Fact]
    public async Task List_ByPageAndStatus_ShowsTheCustomersOwn()
    {
        var customer = host.NewCustomer();
        var online = await host.NewDeviceAsync(customer);
        await host.NewDeviceAsync(customer);
        await customer.PostAsync($"{Devices}/provision", new { deviceId = host.NewName("pi"), name = "AAA first", location = "Hall" });
        await host.NewDeviceAsync(host.NewCustomer());
        await online.PostAsync(Heartbeat, new { timestamp = "2026-01-01T00:00:00Z", status = "online" });
        await host.WriteHeartbeatsAsync();

        var all = (await customer.GetAsync(Devices)).Is(HttpStatusCode.OK);
        Assert.Equal(3, all.Number("total"));
        Assert.Equal(3, all.Count("devices"));
        Assert.Equal("AAA first", all.Text("devices.0.name"));
        Assert.Equal("Hall", all.Text("devices.0.location"));
        Assert.Equal(JsonValueKind.Null, all.Find("devices.0.lastSeen")!.Value.ValueKind);
        var second = await customer.GetAsync($"{Devices}?status=all&limit=1&offset=1");
        Assert.Equal(3, second.Number("total"));
        Assert.Equal(all.Text("devices.1.id"), second.Text("devices.0.id"));
        var seen = await customer.GetAsync($"{Devices}?status=online");
        Assert.Equal(online.Id, seen.Text("devices.0.id"));
        Assert.Equal(1, seen.Number("total"));
        Assert.Equal(2, (await customer.GetAsync($"{Devices}?status=offline")).Number("total"));
    }

    [Theory]
    [InlineData("status=sleeping", "status")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=501", "limit")]
    [InlineData("limit=ten", "limit")]
    [InlineData("offset=-1", "offset")]
    [InlineData("limit=1&limit=2", "limit")]
    [InlineData("offset=99999999999999999999", "offset")]
    public async Task List_BadQuery_Answers400(string query, string field) =>
        (await host.NewCustomer().GetAsync($"{Devices}?{query}")).IsInvalid(field);

    [Fact]
    public async Task List_EveryMistakeInTheQuery_IsNamed() =>
        (await host.NewCustomer().GetAsync($"{Devices}?status=x&limit=x&offset=x")).IsInvalid("status", "limit", "offset");

    [Theory]
    [InlineData("""{"status":"online"}""", "timestamp")]
    [InlineData("""{"timestamp":"2026-01-01T00:00:00","status":"online"}""", "timestamp")]
    [InlineData("""{"timestamp":"2026-13-01T00:00:00Z","status":"online"}""", "timestamp")]
    [InlineData("""{"timestamp":1767225600,"status":"online"}""", "timestamp")]
    [InlineData("""{"timestamp":"2026-01-01T00:00:00Z","status":"offline"}""", "status")]
    [InlineData("""{"timestamp":"2026-01-01T00:00:00Z","status":7}""", "status")]
    [InlineData("""{"timestamp":"2026-01-01T00:00:00Z","status":"online","metrics":[]}""", "metrics")]
    [InlineData("""{"timestamp":"2026-01-01T00:00:00Z","status":"online","metrics":{"cpu":"high"}}""", "metrics.cpu")]
    [InlineData("""{"timestamp":"2026-01-01T00:00:00Z","status":"online","metrics":{"uptime":1e400}}""", "metrics.uptime")]
    [InlineData("""{"timestamp":"2026-01-01T00:00:00Z","status":"online","metrics":{"disks":[{"used":-1e999}]}}""", "metrics.disks.0.used")]
    public async Task Heartbeat_BadField_Answers400(string body, string field)
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        (await device.PostRawAsync(Heartbeat, body)).IsInvalid(field);
    }

    [Fact]
    public async Task Heartbeat_MetricsAndDiagnosticsOver64KiB_Answers400()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        string Body(int diagnostics) =>
            $$"""{"timestamp":"2026-01-01T00:00:00Z","status":"online","metrics":{"cpu":1},"diagnostics":"{{new string('d', diagnostics)}}"}""";
        const int Room = (64 * 1024) - 9 - 2;
        (await device.PostRawAsync(Heartbeat, Body(Room))).Is(HttpStatusCode.OK);
        (await device.PostRawAsync(Heartbeat, Body(Room + 1))).IsInvalid("diagnostics");
    }

    [Fact]
    public async Task Heartbeat_WhileTheQueueIsDown_IsTakenWithoutACount()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var device = await own.NewDeviceAsync(own.NewCustomer());
        own.Queue.Fault = new global::Gateway.Queue.QueueUnavailableException();
        var answer = (await device.PostAsync(Heartbeat, new { timestamp = "2026-01-01T00:00:00Z", status = "online" })).Is(HttpStatusCode.OK);
        Assert.Null(answer.Find("pendingCommands"));
    }

    [Fact]
    public async Task Heartbeat_WhileTheStoreIsDown_Answers503WithRetryAfter()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var device = await own.NewDeviceAsync(own.NewCustomer());
        own.Credentials.IsDown = true;
        own.Time.Advance(TimeSpan.FromSeconds(5));
        var answer = (await device.PostAsync(Heartbeat, new { timestamp = "2026-01-01T00:00:00Z", status = "online" }))
            .IsError(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
        Assert.Equal("2", answer.Headers["Retry-After"]);
    }
}
