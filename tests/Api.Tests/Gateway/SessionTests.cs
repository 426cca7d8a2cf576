using System.Net;
using Gateway.Queue;
using Gateway.Storage.Audit;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Api.Tests.Gateway;

public sealed class SessionTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    private const string Sessions = "/api/v1/customer/sessions";

    [Theory]
    [InlineData("diagnostic")]
    [InlineData("remediation")]
    public async Task Open_OwnDevice_AnswersAnActiveSessionThatTheNextCallShows(string type)
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        var opened = (await customer.PostAsync(Sessions, new { deviceId = device.Id, type, description = "Why is it slow?" })).Is(HttpStatusCode.Created);
        Assert.Matches("^sess_[0-9A-Z]{26}$", opened.Text("session.id"));
        Assert.Equal(device.Id, opened.Text("session.deviceId"));
        Assert.Equal("active", opened.Text("session.status"));
        Assert.Equal("2026-01-01T00:00:00.000Z", opened.Text("session.createdAt"));
        Assert.Equal("2026-01-01T04:00:00.000Z", opened.Text("session.expiresAt"));

        var view = (await customer.GetAsync($"{Sessions}/{opened.Text("session.id")}")).Is(HttpStatusCode.OK);
        Assert.Equal(opened.Text("session.id"), view.Text("session.id"));
        Assert.Equal("active", view.Text("session.status"));
        Assert.Equal("Why is it slow?", view.Text("session.description"));
        Assert.Equal(opened.Text("session.createdAt"), view.Text("session.createdAt"));
        Assert.Equal(0, view.Count("session.commands"));
    }

    [Fact]
    public async Task List_OfADevice_ShowsItsSessionsTheNewestFirst()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var customer = own.NewCustomer();
        var device = await own.NewDeviceAsync(customer);
        var opened = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            opened.Insert(0, await GatewayHost.OpenSessionAsync(customer, device, i == 2 ? "remediation" : "diagnostic"));
            own.Time.Advance(TimeSpan.FromMilliseconds(2));
            if (i < 2) await customer.PostAsync($"{Sessions}/{opened[0]}/close");
        }

        var page = (await customer.GetAsync($"{Sessions}?deviceId={device.Id}&limit=2")).Is(HttpStatusCode.OK);
        Assert.Equal((opened[0], "active", "remediation"), (page.Text("sessions.0.id"), page.Text("sessions.0.status"), page.Text("sessions.0.type")));
        Assert.Equal((opened[1], "closed"), (page.Text("sessions.1.id"), page.Text("sessions.1.status")));
        Assert.Equal(opened[1], page.Text("nextBefore"));
        var rest = (await customer.GetAsync($"{Sessions}?deviceId={device.Id}&before={opened[1]}")).Is(HttpStatusCode.OK);
        Assert.Equal(opened[2], rest.Text("sessions.0.id"));
        Assert.Equal(1, rest.Count("sessions"));
        Assert.Null(rest.Find("nextBefore"));
    }

    [Fact]
    public async Task List_OfNoOrAnothersDevice_IsRefused()
    {
        var customer = host.NewCustomer();
        var theirs = await host.NewDeviceAsync(host.NewCustomer());
        (await customer.GetAsync(Sessions)).IsInvalid("deviceId");
        (await customer.GetAsync($"{Sessions}?deviceId={theirs.Id}&limit=0&before=x")).IsInvalid("limit", "before");
        (await customer.GetAsync($"{Sessions}?deviceId={theirs.Id}")).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await customer.GetAsync($"{Sessions}?deviceId={host.NewName("ghost")}")).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task Open_WhileOneIsActive_Answers409WithItsId()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        var session = await GatewayHost.OpenSessionAsync(customer, device);
        var again = (await customer.PostAsync(Sessions, new { deviceId = device.Id, type = "diagnostic" })).IsError(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal(session, again.Text("error.details.sessionId"));
    }

    [Fact]
    public async Task Open_UnknownOrOthersDevice_Answers404Or403()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        var customer = host.NewCustomer();
        (await customer.PostAsync(Sessions, new { deviceId = host.NewName("ghost"), type = "diagnostic" })).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        var theirs = (await customer.PostAsync(Sessions, new { deviceId = device.Id, type = "diagnostic" })).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal("Device not owned by customer", theirs.Text("error.message"));
    }

    [Theory]
    [InlineData("""{"deviceId":"a/b","type":"diagnostic"}""", "deviceId")]
    [InlineData("""{"deviceId":"..","type":"diagnostic"}""", "deviceId")]
    [InlineData("""{"deviceId":"a","type":"chat"}""", "type")]
    [InlineData("""{"deviceId":"a","type":null}""", "type")]
    [InlineData("""{"deviceId":"a","type":"diagnostic","description":["no"]}""", "description")]
    [InlineData("""{"deviceId":"a","type":"diagnostic","description":"\u0000"}""", "description")]
    public async Task Open_BadField_Answers400(string body, string field) =>
        (await host.NewCustomer().PostRawAsync(Sessions, body)).IsInvalid(field);

    [Fact]
    public async Task Open_DescriptionOf2001Characters_Answers400() =>
        (await host.NewCustomer().PostAsync(Sessions, new { deviceId = "a", type = "diagnostic", description = new string('d', 2001) }))
            .IsInvalid("description");

    [Fact]
    public async Task View_UnknownIllFormedOrOthersSession_Answers404Or403()
    {
        var owner = host.NewCustomer();
        var session = await GatewayHost.OpenSessionAsync(owner, await host.NewDeviceAsync(owner));
        var other = host.NewCustomer();
        foreach (var id in (string[])["sess_01ARZ3NDEKTSV4RRFFQ69G5FAV", "sess_x", "1", "sess_|"])
            (await other.GetAsync($"{Sessions}/{id}")).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        var theirs = (await other.GetAsync($"{Sessions}/{session}")).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal("Session not owned by customer", theirs.Text("error.message"));
    }

    [Fact]
    public async Task Close_Session_CancelsWhatWaitsAndFreesTheDevice()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        var session = await GatewayHost.OpenSessionAsync(customer, device);
        await customer.PostAsync($"{Sessions}/{session}/commands", new { type = "ping" });

        var closed = (await customer.PostAsync($"{Sessions}/{session}/close")).Is(HttpStatusCode.OK);
        Assert.Equal("closed", closed.Text("session.status"));
        (await customer.PostAsync($"{Sessions}/{session}/close")).Is(HttpStatusCode.OK);
        var view = await customer.GetAsync($"{Sessions}/{session}");
        Assert.Equal("closed", view.Text("session.status"));
        Assert.Equal("cancelled", view.Text("session.commands.0.status"));
        Assert.Equal(0, (await device.PostAsync("/api/v1/device/commands/claim")).Count("commands"));
        var late = (await customer.PostAsync($"{Sessions}/{session}/commands", new { type = "ping" })).IsError(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal("closed", late.Text("error.details.status"));
        await GatewayHost.OpenSessionAsync(customer, device);
    }

    [Fact]
    public async Task Session_PastItsEnd_HasExpired()
    {
        await using var own = new GatewayHost(new() { ["Gateway:Sessions:Lifetime"] = "00:10:00" });
        await own.InitializeAsync();
        var customer = own.NewCustomer();
        var device = await own.NewDeviceAsync(customer);
        var session = await GatewayHost.OpenSessionAsync(customer, device);
        own.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal("expired", (await customer.GetAsync($"{Sessions}/{session}")).Text("session.status"));
        Assert.Null((await customer.GetAsync($"/api/v1/customer/devices/{device.Id}/status")).Find("device.activeSession"));
        var closed = (await customer.PostAsync($"{Sessions}/{session}/close")).IsError(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal("expired", closed.Text("error.details.status"));
        await GatewayHost.OpenSessionAsync(customer, device);
    }

    [Fact]
    public async Task Open_DiagnosticWithAPlaybook_QueuesItsCommands()
    {
        await using var own = new GatewayHost(new()
        {
            ["Gateway:Playbooks:Diagnostic:0:Type"] = "system_info",
            ["Gateway:Playbooks:Diagnostic:1:Type"] = "tcp_check",
            ["Gateway:Playbooks:Diagnostic:1:Parameters"] = """{"port":443,"host":"example.org"}""",
        });
        await own.InitializeAsync();
        var customer = own.NewCustomer();
        var device = await own.NewDeviceAsync(customer);
        var diagnostic = await GatewayHost.OpenSessionAsync(customer, device);
        var view = await customer.GetAsync($"{Sessions}/{diagnostic}");
        Assert.Equal(2, view.Count("session.commands"));
        Assert.Equal("queued", view.Text("session.commands.0.status"));
        var claimed = await device.PostAsync("/api/v1/device/commands/claim", new { limit = 2 });
        Assert.Equal(443, claimed.Number("commands.1.parameters.port"));

        await customer.PostAsync($"{Sessions}/{diagnostic}/close");
        var remediation = await GatewayHost.OpenSessionAsync(customer, device, "remediation");
        Assert.Equal(0, (await customer.GetAsync($"{Sessions}/{remediation}")).Count("session.commands"));
    }

    [Theory]
    [InlineData("Gateway:Playbooks:Diagnostic:0:Type", "bad type")]
    [InlineData("Gateway:Playbooks:Diagnostic:0:Parameters", "{")]
    [InlineData("Gateway:Playbooks:Diagnostic:0:Parameters:host", "example.org")]
    [InlineData("Gateway:Sessions:Lifetime", "00:00:01")]
    [InlineData("Gateway:Heartbeats:Interval", "01:00:00")]
    public async Task Settings_OutOfRange_StopTheStartAndAreNamed(string key, string value)
    {
        await using var own = new GatewayHost(new() { ["Gateway:Playbooks:Diagnostic:0:Type"] = "ping", [key] = value });
        var refused = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(async () => await own.InitializeAsync());
        Assert.Contains(key.Split(':')[^1] is "host" ? "Parameters" : key.Split(':')[^1], refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task View_MoreCommandsThanTheLimit_GoesOnAfterTheLast()
    {
        var customer = host.NewCustomer();
        var session = await GatewayHost.OpenSessionAsync(customer, await host.NewDeviceAsync(customer));
        for (var i = 0; i < 5; i++) await customer.PostAsync($"{Sessions}/{session}/commands", new { type = $"t{i}" });

        var first = await customer.GetAsync($"{Sessions}/{session}?limit=3");
        Assert.Equal(3, first.Count("session.commands"));
        Assert.Equal(first.Text("session.commands.2.id"), first.Text("session.nextAfter"));
        var rest = await customer.GetAsync($"{Sessions}/{session}?limit=3&after={first.Text("session.nextAfter")}");
        Assert.Equal(2, rest.Count("session.commands"));
        Assert.Equal("t3", rest.Text("session.commands.0.type"));
        Assert.Null(rest.Find("session.nextAfter"));
        Assert.Equal(5, (await customer.GetAsync($"{Sessions}/{session}?limit=5")).Count("session.commands"));
        (await customer.GetAsync($"{Sessions}/{session}?limit=0&after=x&last=1001")).IsInvalid("limit", "after", "last");

        var last = await customer.GetAsync($"{Sessions}/{session}?last=2");
        Assert.Equal(("t3", "t4"), (last.Text("session.commands.0.type"), last.Text("session.commands.1.type")));
        Assert.True(last.Find("session.hasEarlier")?.GetBoolean());
        var all = await customer.GetAsync($"{Sessions}/{session}?last=5");
        Assert.Equal(5, all.Count("session.commands"));
        Assert.Null(all.Find("session.hasEarlier"));
    }

    [Fact]
    public async Task Audit_OfEverythingThatWasDone_NamesWhoDidIt()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        await customer.PostAsync($"/api/v1/customer/devices/{device.Id}/suspend");
        await customer.PostAsync($"/api/v1/customer/devices/{device.Id}/activate");
        var session = await GatewayHost.OpenSessionAsync(customer, device, "remediation");
        var commands = new List<string>();
        for (var i = 0; i < 3; i++)
            commands.Add((await customer.PostAsync($"{Sessions}/{session}/commands", new { type = "ping", parameters = new { i } })).Text("command.id"));
        await customer.PostAsync($"{Sessions}/{session}/approve", new { commandId = commands[0], approved = true });
        await customer.PostAsync($"{Sessions}/{session}/approve", new { commandId = commands[1], approved = false, reason = "Too risky" });
        await customer.DeleteAsync($"{Sessions}/{session}/commands/{commands[2]}");
        await customer.PostAsync($"{Sessions}/{session}/close");

        // What was done to sessions and commands is in the log once history has it.
        await host.Services.GetRequiredService<ICommandQueue>().FlushAsync(device.Id, CancellationToken.None);
        var entries = await host.Services.GetRequiredService<IAuditLog>().ListAsync(device.Id, 100, CancellationToken.None);
        Assert.Equal(
            [
                "device.provision", "device.register", "device.suspend", "device.activate", "session.open", "command.enqueue",
                "command.enqueue", "command.enqueue", "command.approve", "command.reject", "command.cancel", "command.cancel", "session.close",
            ],
            entries.Reverse().Select(entry => entry.Action));
        Assert.All(entries, entry => Assert.Equal(
            entry.Action == "device.register" ? $"device:{device.Id}" : $"customer:{customer.Id}", entry.Actor));
        Assert.Equal([commands[0], commands[2], commands[1], commands[0]], entries.Skip(1).Take(4).Select(entry => $"cmd_{entry.CommandId}"));
        Assert.Contains("The session was closed", entries[1].DetailJson, StringComparison.Ordinal);
        Assert.Contains("Too risky", entries[3].DetailJson, StringComparison.Ordinal);
    }
}
