using Gateway.Api.Tests.Gateway;
using static Gateway.Api.Tests.Channels.DeviceWork;

namespace Gateway.Api.Tests.Channels;

/// <summary>What a device's socket says and takes.</summary>
public sealed class DeviceSocketTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    private const string NoSuchCommand = "cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV";

    [Fact]
    public async Task Connect_GoodSecret_IsToldTheConfigurationFirst()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        await using var socket = await TestSocket.ConnectAsync(
            host.Client.BaseAddress!, $"/ws/device?deviceId={device.Id}&secret={host.SecretOf(device)}");
        var config = (await socket.ReceiveAsync()).Is("config_update");
        Assert.Equal(30_000, config.Number("data.heartbeatMs"));
        Assert.Equal(10, config.Number("data.maxInFlight"));
        Assert.Equal(16_384, config.Number("data.outputChunkBytes"));
        Assert.Equal(5, config.Number("data.outputPerSecond"));
    }

    [Fact]
    public async Task Status_Good_IsAcknowledgedAndShown()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        var ack = (await socket.AskAsync("status", new
        {
            timestamp = "2026-01-01T00:00:00Z",
            status = "busy",
            metrics = new { cpu = 12.5 },
            diagnostics = new { note = "ünïcode ✓" },
        })).Is("ack");
        Assert.Equal(30_000, ack.Number("data.nextHeartbeat"));
        Assert.Equal(0, ack.Number("data.pendingCommands"));
        await host.WriteHeartbeatsAsync();
        var shown = await customer.GetAsync($"/api/v1/customer/devices/{device.Id}/status");
        Assert.Equal("busy", shown.Text("device.status"));
        Assert.Equal("ünïcode ✓", shown.Text("device.diagnostics.note"));
    }

    [Fact]
    public async Task Status_Bad_NamesEveryFieldAndStaysOpen()
    {
        await using var socket = await TestSocket.OfDeviceAsync(host, await host.NewDeviceAsync(host.NewCustomer()));
        (await socket.AskAsync("status", new { status = "sleepy", metrics = new { cpu = "hot" } })).IsInvalid("metrics.cpu", "timestamp", "status");
        (await socket.AskAsync("status", new { timestamp = "2026-01-01T00:00:00Z", status = "online" })).Is("ack");
    }

    [Fact]
    public async Task Message_WithoutId_IsAnsweredOnlyWhenItIsWrong()
    {
        await using var socket = await TestSocket.OfDeviceAsync(host, await host.NewDeviceAsync(host.NewCustomer()));
        await socket.SendAsync(new { type = "status", data = new { timestamp = "2026-01-01T00:00:00Z", status = "online" } });
        await socket.SendAsync(new { type = "status" });
        var answer = (await socket.ReceiveAsync()).IsInvalid("timestamp", "status");
        Assert.Null(answer.Find("id"));
    }

    [Theory]
    [InlineData("""{"type":"claim","id":"m-1"}""", "type")]
    [InlineData("""{"id":"m-1"}""", "type")]
    [InlineData("""{"type":1,"id":"m-1"}""", "type")]
    [InlineData("""{"type":"status","id":7}""", "id")]
    [InlineData("""{"type":"status","id":"00000000000000000000000000000000000000000000000000000000000000000"}""", "id")]
    [InlineData("""{"type":"status","data":[]}""", "data")]
    public async Task Message_BadFrame_IsRefusedAndTheSocketStaysOpen(string text, string field)
    {
        await using var socket = await TestSocket.OfDeviceAsync(host, await host.NewDeviceAsync(host.NewCustomer()));
        await socket.SendTextAsync(text);
        (await socket.ReceiveAsync()).IsInvalid(field);
        (await socket.AskAsync("status", new { timestamp = "2026-01-01T00:00:00Z", status = "online" })).Is("ack");
    }

    [Fact]
    public async Task Enqueue_ConnectedDevice_PushesTheCommandAlreadyClaimed()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        var sent = await SendAsync(customer, session, new { type = "dns_lookup", parameters = new { big = 12345678901234567890m }, timeoutMs = 60_000 });
        var command = (await socket.ReceiveAsync()).Is("command");
        Assert.Equal(sent, command.Text("data.id"));
        Assert.Equal("dns_lookup", command.Text("data.type"));
        Assert.Equal("12345678901234567890", command.Find("data.parameters.big")!.Value.GetRawText());
        Assert.Equal(5, command.Number("data.priority"));
        Assert.Equal(1, command.Number("data.attempt"));
        Assert.Equal(60_000, command.Number("data.timeoutMs"));
        Assert.NotEqual("", command.Text("data.claimToken"));
        Assert.Matches(@"^20\d\d-.*Z$", command.Text("data.visibleUntil"));
        Assert.Equal(0, (await device.PostAsync("/api/v1/device/commands/claim", new { limit = 10 })).Count("commands"));
    }

    [Fact]
    public async Task Connect_CommandsWait_TheyArePushedInOrder()
    {
        var (customer, device, session) = await StartAsync(host);
        await SendAsync(customer, session, new { type = "later" });
        await SendAsync(customer, session, new { type = "sooner", priority = 9 });
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        Assert.Equal("sooner", (await socket.ReceiveAsync()).Text("data.type"));
        Assert.Equal("later", (await socket.ReceiveAsync()).Text("data.type"));
    }

    [Fact]
    public async Task Result_OfAPushedCommand_EndsItAndAgainIsAnsweredTheSame()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await SendAsync(customer, session, new { type = "ping" });
        var command = await socket.ReceiveAsync();
        var first = (await socket.AskAsync("command_result", ResultOf(command))).Is("ack");
        var again = (await socket.AskAsync("command_result", ResultOf(command))).Is("ack");
        Assert.True(first.Find("data.success")!.Value.GetBoolean());
        Assert.Equal(first.Body, again.Body);
        var shown = await customer.GetAsync($"/api/v1/customer/sessions/{session}/commands/{command.Text("data.id")}");
        Assert.Equal("completed", shown.Text("command.status"));
        Assert.Equal("pong", shown.Text("command.result.output"));
    }

    [Fact]
    public async Task Result_WrongTokenUnknownCommandOrBadFields_IsRefusedAsOverHttp()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await SendAsync(customer, session, new { type = "ping" });
        var command = await socket.ReceiveAsync();
        (await socket.AskAsync("command_result", ResultOf(command, token: "another"))).IsError("FORBIDDEN");
        (await socket.AskAsync("command_result", ResultOf(command, id: NoSuchCommand))).IsError("NOT_FOUND");
        (await socket.AskAsync("command_result", ResultOf(command, id: "7"))).IsError("NOT_FOUND");
        (await socket.AskAsync("command_result", new { })).IsInvalid("commandId", "claimToken", "status", "executedAt", "duration");
    }

    [Fact]
    public async Task Push_TenInFlight_TheNextComesWithTheResultOfOne()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        for (var i = 0; i < 12; i++) await SendAsync(customer, session, new { type = $"c-{i}" });
        var inFlight = new List<Message>();
        for (var i = 0; i < 10; i++) inFlight.Add((await socket.ReceiveAsync()).Is("command"));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"c-{i}"), inFlight.Select(command => command.Text("data.type")));
        // Nothing but the answers until there is credit.
        (await socket.AskAsync("status", new { timestamp = "2026-01-01T00:00:00Z", status = "busy" })).Is("ack");
        await socket.SendAsync(new { type = "command_result", data = ResultOf(inFlight[3]) });
        Assert.Equal("c-10", (await socket.ReceiveAsync()).Is("command").Text("data.type"));
    }

    [Fact]
    public async Task Extend_PushedCommand_AnswersTheNewEnd()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await SendAsync(customer, session, new { type = "ping" });
        var command = await socket.ReceiveAsync();
        var (commandId, claimToken) = (command.Text("data.id"), command.Text("data.claimToken"));
        var ack = (await socket.AskAsync("extend", new { commandId, claimToken, extensionMs = 300_000 })).Is("ack");
        Assert.Matches(@"^20\d\d-.*Z$", ack.Text("data.visibleUntil"));
        (await socket.AskAsync("extend", new { commandId, claimToken = "x", extensionMs = 1 })).IsError("FORBIDDEN");
        (await socket.AskAsync("extend", new { commandId, claimToken, extensionMs = 0 })).IsInvalid("extensionMs");
    }

    [Fact]
    public async Task Output_GoodAndBad_IsTakenOrRefused()
    {
        await using var socket = await TestSocket.OfDeviceAsync(host, await host.NewDeviceAsync(host.NewCustomer()));
        (await socket.AskAsync("output", new { commandId = NoSuchCommand, claimToken = "t", chunk = -1 })).IsInvalid("text", "chunk", "offset");
        (await socket.AskAsync("output", new { commandId = "7", claimToken = "t", chunk = 0, offset = 0, text = "" })).IsError("NOT_FOUND");
    }

    [Fact]
    public async Task Message_StoreAway_IsRefusedForNowAndTheSocketStaysOpen()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var socket = await TestSocket.OfDeviceAsync(host, device);
        await SendAsync(customer, session, new { type = "ping" });
        var command = await socket.ReceiveAsync();
        host.Queue.FailOnce(_ => true);
        var refused = (await socket.AskAsync("command_result", ResultOf(command))).IsError("SERVICE_UNAVAILABLE");
        Assert.Equal(2_000, refused.Number("data.details.retryAfterMs"));
        (await socket.AskAsync("command_result", ResultOf(command))).Is("ack");
    }
}
