using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gateway.Api.Tests.Gateway;

/// <summary>What a device does with commands: claim, extend, result.</summary>
public sealed class DeviceCommandTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    private const string Claim = "/api/v1/device/commands/claim";

    [Fact]
    public async Task Claim_WaitingCommand_AnswersItWithATokenOnce()
    {
        var (customer, device, session) = await StartAsync();
        var sent = await SendAsync(customer, session, new { type = "dns_lookup", parameters = new { name = "example.org", big = 12345678901234567890m } });

        var claimed = (await device.PostAsync(Claim, new { limit = 10, visibilityTimeout = 60_000 })).Is(HttpStatusCode.OK);
        Assert.Equal(1, claimed.Count("commands"));
        Assert.Equal(sent, claimed.Text("commands.0.id"));
        Assert.Equal("dns_lookup", claimed.Text("commands.0.type"));
        Assert.Equal("example.org", claimed.Text("commands.0.parameters.name"));
        Assert.Equal("12345678901234567890", claimed.Find("commands.0.parameters.big")!.Value.GetRawText());
        Assert.Equal(5, claimed.Number("commands.0.priority"));
        Assert.Equal(1, claimed.Number("commands.0.attempt"));
        Assert.Equal(43, claimed.Text("commands.0.claimToken").Length);
        Assert.Equal("2026-01-01T00:01:00.000Z", claimed.Text("commands.0.visibleUntil"));
        Assert.Equal(0, (await device.PostAsync(Claim, new { limit = 10 })).Count("commands"));
    }

    [Fact]
    public async Task Claim_NoBody_TakesTheDefaults()
    {
        var (customer, device, session) = await StartAsync();
        await SendAsync(customer, session, new { type = "one" });
        await SendAsync(customer, session, new { type = "two", priority = 9 });
        var claimed = (await device.PostAsync(Claim)).Is(HttpStatusCode.OK);
        Assert.Equal(1, claimed.Count("commands"));
        Assert.Equal("two", claimed.Text("commands.0.type"));
        Assert.Equal("2026-01-01T00:05:00.000Z", claimed.Text("commands.0.visibleUntil"));
    }

    [Fact]
    public async Task Claim_SameRequestIdAgain_AnswersTheSameClaim()
    {
        var (customer, device, session) = await StartAsync();
        await SendAsync(customer, session, new { type = "one" });
        await SendAsync(customer, session, new { type = "two" });
        var first = (await device.PostAsync(Claim, new { requestId = "r-1" })).Is(HttpStatusCode.OK);
        var again = (await device.PostAsync(Claim, new { requestId = "r-1" })).Is(HttpStatusCode.OK);
        var next = (await device.PostAsync(Claim, new { requestId = "r-2" })).Is(HttpStatusCode.OK);
        Assert.Equal(first.Text("commands.0.claimToken"), again.Text("commands.0.claimToken"));
        Assert.Equal("two", next.Text("commands.0.type"));
    }

    [Fact]
    public async Task Claim_WithWait_AnswersWhenACommandComes()
    {
        var (customer, device, session) = await StartAsync();
        var poll = device.PostAsync(Claim, new { waitMs = 20_000 });
        await host.Queue.PollWaitsAsync();
        Assert.False(poll.IsCompleted);
        var sent = await SendAsync(customer, session, new { type = "ping" });
        Assert.Equal(sent, (await poll).Text("commands.0.id"));
    }

    [Fact]
    public async Task Claim_WithWaitForNothing_AnswersEmptyWhenTheTimeIsUp()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var device = await own.NewDeviceAsync(own.NewCustomer());
        var poll = device.PostAsync(Claim, new { waitMs = 5_000 });
        await own.Queue.PollWaitsAsync();
        own.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(0, (await poll).Is(HttpStatusCode.OK).Count("commands"));
    }

    [Fact]
    public async Task Claim_WhileTheServerStops_AnswersEmptyAtOnce()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var device = await own.NewDeviceAsync(own.NewCustomer());
        var poll = device.PostAsync(Claim, new { waitMs = 20_000 });
        await own.Queue.PollWaitsAsync();
        own.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.Equal(0, (await poll).Is(HttpStatusCode.OK).Count("commands"));
    }

    [Theory]
    [InlineData("""{"limit":0}""", "limit")]
    [InlineData("""{"limit":11}""", "limit")]
    [InlineData("""{"limit":1.5}""", "limit")]
    [InlineData("""{"limit":"1"}""", "limit")]
    [InlineData("""{"limit":99999999999999999999}""", "limit")]
    [InlineData("""{"visibilityTimeout":999}""", "visibilityTimeout")]
    [InlineData("""{"visibilityTimeout":43200001}""", "visibilityTimeout")]
    [InlineData("""{"requestId":""}""", "requestId")]
    [InlineData("""{"requestId":7}""", "requestId")]
    [InlineData("""{"waitMs":-1}""", "waitMs")]
    [InlineData("""{"waitMs":20001}""", "waitMs")]
    public async Task Claim_BadField_Answers400(string body, string field)
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        (await device.PostRawAsync(Claim, body)).IsInvalid(field);
    }

    [Fact]
    public async Task Extend_LiveClaim_LastsFromNow()
    {
        var (customer, device, session) = await StartAsync();
        await SendAsync(customer, session, new { type = "ping" });
        var (id, token) = await ClaimAsync(device, 60_000);
        var extended = (await device.PostAsync($"/api/v1/device/commands/{id}/extend", new { claimToken = token, extensionMs = 300_000 })).Is(HttpStatusCode.OK);
        Assert.True(extended.Find("success")!.Value.GetBoolean());
        Assert.Equal("2026-01-01T00:05:00.000Z", extended.Text("visibleUntil"));
    }

    [Fact]
    public async Task Extend_WrongTokenEndedOrUnknownCommand_Answers403Or404()
    {
        var (customer, device, session) = await StartAsync();
        await SendAsync(customer, session, new { type = "ping" });
        var (id, token) = await ClaimAsync(device);
        object Body(string with) => new { claimToken = with, extensionMs = 1000 };

        (await device.PostAsync($"/api/v1/device/commands/{id}/extend", Body("wrong"))).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await device.PostAsync("/api/v1/device/commands/cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV/extend", Body(token))).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        (await device.PostAsync("/api/v1/device/commands/7/extend", Body(token))).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        await ResultAsync(device, id, token);
        var ended = (await device.PostAsync($"/api/v1/device/commands/{id}/extend", Body(token))).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal("completed", ended.Text("error.details.status"));
    }

    [Fact]
    public async Task Extend_ExpiredClaim_Answers403()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var (customer, device, session) = await StartAsync(own);
        await SendAsync(customer, session, new { type = "ping" });
        var (id, token) = await ClaimAsync(device, 1_000);
        own.Time.Advance(TimeSpan.FromSeconds(1));
        (await device.PostAsync($"/api/v1/device/commands/{id}/extend", new { claimToken = token, extensionMs = 1000 }))
            .IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await ResultAsync(device, id, token)).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
    }

    [Theory]
    [InlineData("""{"claimToken":"t","extensionMs":300001}""", "extensionMs")]
    [InlineData("""{"claimToken":"t","extensionMs":0}""", "extensionMs")]
    [InlineData("""{"claimToken":"","extensionMs":1}""", "claimToken")]
    [InlineData("""{"claimToken":5,"extensionMs":1}""", "claimToken")]
    public async Task Extend_BadField_Answers400(string body, string field)
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        (await device.PostRawAsync("/api/v1/device/commands/cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV/extend", body)).IsInvalid(field);
    }

    [Theory]
    [InlineData("success", "completed")]
    [InlineData("failure", "failed")]
    [InlineData("timeout", "timed_out")]
    public async Task Result_OfEachStatus_IsInTheSessionAtOnce(string status, string state)
    {
        var (customer, device, session) = await StartAsync();
        await SendAsync(customer, session, new { type = "ping" });
        var (id, token) = await ClaimAsync(device);
        var answer = (await device.PostAsync($"/api/v1/device/commands/{id}/result", new
        {
            claimToken = token,
            status,
            output = "out\0put",
            error = "err",
            executedAt = "2026-01-01T01:00:00.5+01:00",
            duration = 12.25,
        })).Is(HttpStatusCode.OK);
        Assert.True(answer.Find("success")!.Value.GetBoolean());
        Assert.Null(answer.Find("nextCommand"));

        var view = (await customer.GetAsync($"/api/v1/customer/sessions/{session}")).Is(HttpStatusCode.OK);
        Assert.Equal(state, view.Text("session.commands.0.status"));
        Assert.Equal(status, view.Text("session.commands.0.result.status"));
        Assert.Equal("out\uFFFDput", view.Text("session.commands.0.result.output"));
        Assert.Equal("err", view.Text("session.commands.0.result.error"));
        Assert.Equal("2026-01-01T00:00:00.500Z", view.Text("session.commands.0.result.executedAt"));
        Assert.Equal(12.25, view.Number("session.commands.0.result.duration"));
    }

    [Fact]
    public async Task Result_WithMoreWaiting_NamesTheNextCommand()
    {
        var (customer, device, session) = await StartAsync();
        await SendAsync(customer, session, new { type = "one" });
        var second = await SendAsync(customer, session, new { type = "two" });
        var (id, token) = await ClaimAsync(device);
        Assert.Equal(second, (await ResultAsync(device, id, token)).Text("nextCommand.id"));
    }

    [Fact]
    public async Task Result_Repeated_AnswersTheSameAndAnotherOne409()
    {
        var (customer, device, session) = await StartAsync();
        await SendAsync(customer, session, new { type = "ping" });
        var (id, token) = await ClaimAsync(device);
        var first = (await ResultAsync(device, id, token)).Is(HttpStatusCode.OK);
        await customer.GetAsync($"/api/v1/customer/sessions/{session}");

        var repeated = (await ResultAsync(device, id, token)).Is(HttpStatusCode.OK);
        Assert.Equal(first.Body, repeated.Body);
        var other = (await ResultAsync(device, id, token, "another")).IsError(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal("completed", other.Text("error.details.status"));
    }

    [Fact]
    public async Task Result_WrongTokenOrUnknownOrOthersCommand_Answers403Or404()
    {
        var (customer, device, session) = await StartAsync();
        var stranger = await host.NewDeviceAsync(customer);
        await SendAsync(customer, session, new { type = "ping" });
        var (id, token) = await ClaimAsync(device);
        (await ResultAsync(device, id, "wrong")).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await ResultAsync(device, "cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV", token)).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        (await ResultAsync(device, "cmd_short", token)).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        (await ResultAsync(stranger, id, token)).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task Result_OfExactly1MiB_IsTakenAndOneByteMoreAnswers413()
    {
        var (customer, device, session) = await StartAsync();
        await SendAsync(customer, session, new { type = "log_tail" });
        var (id, token) = await ClaimAsync(device);
        string Body(int size)
        {
            var start = $$"""{"claimToken":"{{token}}","status":"success","executedAt":"2026-01-01T00:00:00Z","duration":1,"output":""" + "\"";
            return start + new string('o', size - Encoding.UTF8.GetByteCount(start) - 2) + "\"}";
        }

        (await device.PostRawAsync($"/api/v1/device/commands/{id}/result", Body((1024 * 1024) + 1)))
            .IsError(HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
        (await device.PostRawAsync($"/api/v1/device/commands/{id}/result", Body(1024 * 1024))).Is(HttpStatusCode.OK);
        var view = await customer.GetAsync($"/api/v1/customer/sessions/{session}");
        Assert.InRange(view.Text("session.commands.0.result.output").Length, 1_000_000, 1024 * 1024);
    }

    [Theory]
    [InlineData("""{"status":"success","executedAt":"2026-01-01T00:00:00Z","duration":1}""", "claimToken")]
    [InlineData("""{"claimToken":"t","status":"done","executedAt":"2026-01-01T00:00:00Z","duration":1}""", "status")]
    [InlineData("""{"claimToken":"t","status":"success","executedAt":"yesterday","duration":1}""", "executedAt")]
    [InlineData("""{"claimToken":"t","status":"success","executedAt":"2026-01-01T00:00:00Z","duration":-1}""", "duration")]
    [InlineData("""{"claimToken":"t","status":"success","executedAt":"2026-01-01T00:00:00Z","duration":1e400}""", "duration")]
    [InlineData("""{"claimToken":"t","status":"success","executedAt":"2026-01-01T00:00:00Z","duration":"1"}""", "duration")]
    [InlineData("""{"claimToken":"t","status":"success","executedAt":"2026-01-01T00:00:00Z","duration":1,"output":{}}""", "output")]
    public async Task Result_BadField_Answers400(string body, string field)
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        (await device.PostRawAsync("/api/v1/device/commands/cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV/result", body)).IsInvalid(field);
    }

    [Fact]
    public async Task Result_WithoutAnything_NamesEveryMissingField()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        (await device.PostRawAsync("/api/v1/device/commands/cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV/result", "{}"))
            .IsInvalid("claimToken", "status", "executedAt", "duration");
    }

    [Theory]
    [InlineData("restart_service", null)]
    [InlineData("run_script", null)]
    [InlineData("flash", "flash")]
    public async Task Command_OfATypeThatMustNotRunTwice_EndsAsUnknown(string type, string? configured)
    {
        await using var own = new GatewayHost(configured is null ? [] : new() { ["Gateway:Commands:AtMostOnceTypes:0"] = configured });
        await own.InitializeAsync();
        var (customer, device, session) = await StartAsync(own);
        await SendAsync(customer, session, new { type });
        var (id, token) = await ClaimAsync(device, 1_000);
        own.Time.Advance(TimeSpan.FromSeconds(1));
        var late = (await ResultAsync(device, id, token)).IsError(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal("unknown", late.Text("error.details.status"));
    }

    private Task<(Caller Customer, Caller Device, string Session)> StartAsync() => StartAsync(host);

    private static async Task<(Caller Customer, Caller Device, string Session)> StartAsync(GatewayHost on)
    {
        var customer = on.NewCustomer();
        var device = await on.NewDeviceAsync(customer);
        return (customer, device, await GatewayHost.OpenSessionAsync(customer, device));
    }

    private static async Task<string> SendAsync(Caller customer, string session, object command) =>
        (await customer.PostAsync($"/api/v1/customer/sessions/{session}/commands", command)).Is(HttpStatusCode.Created).Text("command.id");

    private static async Task<(string Id, string Token)> ClaimAsync(Caller device, int visibility = 300_000)
    {
        var claimed = await device.PostAsync(Claim, new { visibilityTimeout = visibility });
        return (claimed.Text("commands.0.id"), claimed.Text("commands.0.claimToken"));
    }

    private static Task<Reply> ResultAsync(Caller device, string id, string token, string output = "pong") =>
        device.PostAsync($"/api/v1/device/commands/{id}/result", new
        {
            claimToken = token,
            status = "success",
            output,
            executedAt = "2026-01-01T00:00:00.000Z",
            duration = 5,
        });
}
