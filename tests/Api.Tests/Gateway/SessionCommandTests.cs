using System.Net;
using System.Net.Http.Json;
using Gateway.Core.Queue;

namespace Gateway.Api.Tests.Gateway;

/// <summary>What a customer does with commands: send, look at, cancel, explain.</summary>
public sealed class SessionCommandTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task Send_Command_AnswersItAndShowsItAtOnce()
    {
        var (customer, _, session) = await StartAsync();
        var sent = (await customer.PostAsync(session, new { type = "tcp_check", parameters = new { port = 443, host = "a" }, priority = 7, timeoutMs = 60_000 }))
            .Is(HttpStatusCode.Created);
        Assert.Matches("^cmd_[0-9A-Z]{26}$", sent.Text("command.id"));
        Assert.Equal("tcp_check", sent.Text("command.type"));
        Assert.Equal("queued", sent.Text("command.status"));
        Assert.Equal(7, sent.Number("command.priority"));
        Assert.Equal("2026-01-01T04:00:00.000Z", sent.Text("command.expiresAt"));
        Assert.False(sent.Find("command.requiresApproval")!.Value.GetBoolean());

        var view = (await customer.GetAsync($"{session}/{sent.Text("command.id")}")).Is(HttpStatusCode.OK);
        foreach (var member in (string[])["id", "sessionId", "type", "status", "createdAt", "expiresAt", "digest"])
            Assert.Equal(sent.Text($"command.{member}"), view.Text($"command.{member}"));
        Assert.Equal("""{"host":"a","port":443}""", view.Find("command.parameters")!.Value.GetRawText());
        Assert.Equal(60_000, view.Number("command.timeoutMs"));
        Assert.Equal($"customer:{customer.Id}", view.Text("command.createdBy"));
    }

    [Fact]
    public async Task Send_WithExpiry_ExpiresThen()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var (customer, device, session) = await StartAsync(own);
        var sent = await customer.PostAsync(session, new { type = "ping", expiresInMs = 60_000 });
        Assert.Equal("2026-01-01T00:01:00.000Z", sent.Text("command.expiresAt"));
        own.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(0, (await device.PostAsync("/api/v1/device/commands/claim")).Count("commands"));
        var view = await customer.GetAsync($"{session}/{sent.Text("command.id")}");
        Assert.Equal("expired", view.Text("command.status"));
        var explained = await customer.GetAsync($"{session}/{sent.Text("command.id")}/explain");
        Assert.Equal("expired", explained.Text("reasons.0.code"));
    }

    [Fact]
    public async Task Send_SameKeyTwice_IsOneCommand()
    {
        var (customer, device, session) = await StartAsync();
        var first = (await customer.PostAsync(session, new { type = "ping", parameters = new { a = 1, b = 2 }, idempotencyKey = "k" })).Is(HttpStatusCode.Created);
        var second = (await customer.PostRawAsync(session, """{"idempotencyKey":"k","parameters":{"b":2,"a":1},"type":"ping"}""")).Is(HttpStatusCode.OK);
        Assert.Equal(first.Body, second.Body);
        var byHeader = await customer.SendAsync(
            HttpMethod.Post, session, JsonContent.Create(new { type = "ping", parameters = new { a = 1, b = 2 } }), ("Idempotency-Key", "k"));
        Assert.Equal(first.Text("command.id"), byHeader.Is(HttpStatusCode.OK).Text("command.id"));

        await device.PostAsync("/api/v1/device/commands/claim");
        Assert.Equal("claimed", (await customer.PostAsync(session, new { type = "ping", parameters = new { a = 1, b = 2 }, idempotencyKey = "k" })).Text("command.status"));
        var other = (await customer.PostAsync(session, new { type = "pong", idempotencyKey = "k" })).IsError(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(first.Text("command.id"), other.Text("error.details.commandId"));
    }

    [Fact]
    public async Task Send_SameKeyAtOnce_IsOneCommand()
    {
        var (customer, _, session) = await StartAsync();
        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            customer.PostAsync(session, new { type = "ping", idempotencyKey = "once" })));
        Assert.Single(replies, reply => reply.Status == HttpStatusCode.Created);
        Assert.Single(replies.Select(reply => reply.Text("command.id")).Distinct());
    }

    [Theory]
    [InlineData("")]
    [InlineData("other")]
    public async Task Send_BadKeyHeader_Answers400(string header)
    {
        var (customer, _, session) = await StartAsync();
        var reply = await customer.SendAsync(
            HttpMethod.Post, session, JsonContent.Create(new { type = "ping", idempotencyKey = "k" }), ("Idempotency-Key", header));
        reply.IsInvalid(header.Length == 0 ? "Idempotency-Key" : "idempotencyKey");
    }

    [Theory]
    [InlineData("""{}""", "type")]
    [InlineData("""{"type":""}""", "type")]
    [InlineData("""{"type":"rm -rf"}""", "type")]
    [InlineData("""{"type":"ping","priority":10}""", "priority")]
    [InlineData("""{"type":"ping","priority":-1}""", "priority")]
    [InlineData("""{"type":"ping","requiresApproval":"yes"}""", "requiresApproval")]
    [InlineData("""{"type":"ping","timeoutMs":999}""", "timeoutMs")]
    [InlineData("""{"type":"ping","expiresInMs":0}""", "expiresInMs")]
    [InlineData("""{"type":"ping","idempotencyKey":""}""", "idempotencyKey")]
    public async Task Send_BadField_Answers400(string body, string field)
    {
        var (customer, _, session) = await StartAsync();
        (await customer.PostRawAsync(session, body)).IsInvalid(field);
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public async Task Send_ParametersNestedSoDeep_AreTakenUpTo32Levels(int levels, bool taken)
    {
        var (customer, device, session) = await StartAsync();
        var nested = new string('[', levels) + new string(']', levels);
        var reply = await customer.PostRawAsync(session, $$"""{"type":"ping","parameters":{{nested}}}""");
        if (!taken)
        {
            reply.IsInvalid("parameters");
            return;
        }

        reply.Is(HttpStatusCode.Created);
        Assert.Equal(nested, (await device.PostAsync("/api/v1/device/commands/claim")).Find("commands.0.parameters")!.Value.GetRawText());
    }

    [Fact]
    public async Task Send_ToAFullQueue_Answers503AndKeepsTheRest()
    {
        await using var own = new GatewayHost { Limits = QueueLimits.Default with { MaxSessionCommands = 1 } };
        await own.InitializeAsync();
        var (customer, _, session) = await StartAsync(own);
        await customer.PostAsync(session, new { type = "ping" });
        var refused = (await customer.PostAsync(session, new { type = "ping" })).IsError(HttpStatusCode.ServiceUnavailable, "QUEUE_FULL");
        Assert.Equal("2", refused.Headers["Retry-After"]);
    }

    [Fact]
    public async Task Cancel_WaitingCommand_EndsItAndAgainIsTheSame()
    {
        var (customer, device, session) = await StartAsync();
        var id = (await customer.PostAsync(session, new { type = "ping" })).Text("command.id");
        var cancelled = (await customer.DeleteAsync($"{session}/{id}")).Is(HttpStatusCode.OK);
        Assert.Equal("cancelled", cancelled.Text("command.status"));
        Assert.Equal(cancelled.Body, (await customer.DeleteAsync($"{session}/{id}")).Is(HttpStatusCode.OK).Body);
        Assert.Equal("cancelled", (await customer.GetAsync($"{session}/{id}")).Text("command.status"));
        Assert.Equal(0, (await device.PostAsync("/api/v1/device/commands/claim")).Count("commands"));
    }

    [Fact]
    public async Task Cancel_ClaimedCommand_RefusesItsResult()
    {
        var (customer, device, session) = await StartAsync();
        var id = (await customer.PostAsync(session, new { type = "ping" })).Text("command.id");
        var token = (await device.PostAsync("/api/v1/device/commands/claim")).Text("commands.0.claimToken");
        (await customer.DeleteAsync($"{session}/{id}")).Is(HttpStatusCode.OK);
        var late = (await CompleteAsync(device, id, token)).IsError(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal("cancelled", late.Text("error.details.status"));
    }

    [Fact]
    public async Task Cancel_EndedCommand_Answers409()
    {
        var (customer, device, session) = await StartAsync();
        var id = (await customer.PostAsync(session, new { type = "ping" })).Text("command.id");
        await CompleteAsync(device, id, (await device.PostAsync("/api/v1/device/commands/claim")).Text("commands.0.claimToken"));
        var refused = (await customer.DeleteAsync($"{session}/{id}")).IsError(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal("completed", refused.Text("error.details.status"));
    }

    [Fact]
    public async Task Command_UnknownIllFormedOrOfAnotherSession_Answers404()
    {
        var (customer, device, first) = await StartAsync();
        var id = (await customer.PostAsync(first, new { type = "ping" })).Text("command.id");
        await customer.PostAsync(first.Replace("/commands", "/close", StringComparison.Ordinal));
        var second = $"/api/v1/customer/sessions/{await GatewayHost.OpenSessionAsync(customer, device)}/commands";
        foreach (var wrong in (string[])[id, "cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV", "cmd_1", "x"])
        {
            (await customer.GetAsync($"{second}/{wrong}")).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
            (await customer.DeleteAsync($"{second}/{wrong}")).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
            (await customer.GetAsync($"{second}/{wrong}/explain")).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        }
    }

    [Fact]
    public async Task Explain_WaitingBehindAnotherOnANeverSeenDevice_SaysSo()
    {
        var (customer, _, session) = await StartAsync();
        var first = (await customer.PostAsync(session, new { type = "ping", priority = 9 })).Text("command.id");
        var second = (await customer.PostAsync(session, new { type = "ping" })).Text("command.id");
        var explained = (await customer.GetAsync($"{session}/{second}/explain")).Is(HttpStatusCode.OK);
        Assert.Equal(second, explained.Text("command.id"));
        Assert.Equal("queued", explained.Text("command.status"));
        Assert.Equal(1, explained.Number("ahead"));
        Assert.Equal("priority", explained.Text("reasons.0.code"));
        Assert.Equal("offline", explained.Text("reasons.1.code"));
        Assert.Null(explained.Find("nextAt"));
        Assert.Equal(0, (await customer.GetAsync($"{session}/{first}/explain")).Number("ahead"));
    }

    [Fact]
    public async Task Explain_OnlineDevice_SaysReadyThenClaimHeld()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var (customer, device, session) = await StartAsync(own);
        await device.PostAsync("/api/v1/device/heartbeat", new { timestamp = "2026-01-01T00:00:00Z", status = "online" });
        await own.WriteHeartbeatsAsync();
        var id = (await customer.PostAsync(session, new { type = "ping" })).Text("command.id");
        Assert.Equal("ready", (await customer.GetAsync($"{session}/{id}/explain")).Text("reasons.0.code"));
        await device.PostAsync("/api/v1/device/commands/claim", new { visibilityTimeout = 60_000 });
        var held = await customer.GetAsync($"{session}/{id}/explain");
        Assert.Equal("claim_held", held.Text("reasons.0.code"));
        Assert.Equal("2026-01-01T00:01:00.000Z", held.Text("nextAt"));
        own.Time.Advance(TimeSpan.FromMinutes(2));
        var offline = await customer.GetAsync($"{session}/{id}/explain");
        Assert.Contains("2026-01-01T00:01:30Z", offline.Body, StringComparison.Ordinal);
    }

    private Task<(Caller Customer, Caller Device, string Commands)> StartAsync() => StartAsync(host);

    private static async Task<(Caller Customer, Caller Device, string Commands)> StartAsync(GatewayHost on)
    {
        var customer = on.NewCustomer();
        var device = await on.NewDeviceAsync(customer);
        return (customer, device, $"/api/v1/customer/sessions/{await GatewayHost.OpenSessionAsync(customer, device)}/commands");
    }

    private static Task<Reply> CompleteAsync(Caller device, string id, string token) =>
        device.PostAsync($"/api/v1/device/commands/{id}/result", new { claimToken = token, status = "success", executedAt = "2026-01-01T00:00:00Z", duration = 1 });
}
