using System.Net;

namespace Gateway.Api.Tests.Gateway;

public sealed class ApprovalTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task Approve_RemediationCommand_LetsItRun()
    {
        var (customer, device, session, id) = await PendingAsync();
        Assert.Equal(0, (await device.PostAsync("/api/v1/device/commands/claim")).Count("commands"));
        var view = await customer.GetAsync(session);
        Assert.Equal("pending_approval", view.Text("session.commands.0.status"));
        Assert.Equal("nginx", view.Text("session.commands.0.parameters.service"));

        var approved = (await customer.PostAsync($"{session}/approve", new { commandId = id, approved = true, digest = view.Text("session.commands.0.digest") }))
            .Is(HttpStatusCode.OK);
        Assert.True(approved.Find("success")!.Value.GetBoolean());
        Assert.Equal(id, approved.Text("command.id"));
        Assert.Equal("approved", approved.Text("command.status"));
        Assert.Equal("queued", (await customer.GetAsync(session)).Text("session.commands.0.status"));
        Assert.Equal(id, (await device.PostAsync("/api/v1/device/commands/claim")).Text("commands.0.id"));
    }

    [Fact]
    public async Task Approve_WithFalse_RejectsForGood()
    {
        var (customer, device, session, id) = await PendingAsync();
        var rejected = (await customer.PostAsync($"{session}/approve", new { commandId = id, approved = false, reason = "No" })).Is(HttpStatusCode.OK);
        Assert.Equal("rejected", rejected.Text("command.status"));
        var view = await customer.GetAsync($"{session}/commands/{id}");
        Assert.Equal("rejected", view.Text("command.status"));
        Assert.Equal("No", view.Text("command.reason"));
        Assert.Equal($"customer:{customer.Id}", view.Text("command.decidedBy"));
        Assert.Equal(0, (await device.PostAsync("/api/v1/device/commands/claim")).Count("commands"));
        var late = (await customer.PostAsync($"{session}/approve", new { commandId = id, approved = true })).IsError(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal("rejected", late.Text("error.details.status"));
    }

    [Fact]
    public async Task Approve_OtherDigest_Answers409AndChangesNothing()
    {
        var (customer, _, session, id) = await PendingAsync();
        (await customer.PostAsync($"{session}/approve", new { commandId = id, approved = true, digest = "another" }))
            .IsError(HttpStatusCode.Conflict, "PAYLOAD_CHANGED");
        Assert.Equal("pending_approval", (await customer.GetAsync(session)).Text("session.commands.0.status"));
    }

    [Fact]
    public async Task Approve_Twice_Answers409()
    {
        var (customer, _, session, id) = await PendingAsync();
        await customer.PostAsync($"{session}/approve", new { commandId = id, approved = true });
        var again = (await customer.PostAsync($"{session}/approve", new { commandId = id, approved = true })).IsError(HttpStatusCode.Conflict, "CONFLICT");
        Assert.Equal("queued", again.Text("error.details.status"));
    }

    [Fact]
    public async Task Approve_UnknownCommand_Answers404()
    {
        var (customer, _, session, _) = await PendingAsync();
        foreach (var id in (string[])["cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV", "7"])
            (await customer.PostAsync($"{session}/approve", new { commandId = id, approved = true })).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task Approve_BadBody_NamesEveryField()
    {
        var (customer, _, session, _) = await PendingAsync();
        (await customer.PostRawAsync($"{session}/approve", """{"approved":"yes","reason":1}""")).IsInvalid("commandId", "approved", "reason");
    }

    [Theory]
    [InlineData("remediation", false, "queued")]
    [InlineData("diagnostic", true, "pending_approval")]
    public async Task Send_SayingWhetherApprovalIsNeeded_Decides(string type, bool requiresApproval, string status)
    {
        var customer = host.NewCustomer();
        var session = await GatewayHost.OpenSessionAsync(customer, await host.NewDeviceAsync(customer), type);
        var sent = await customer.PostAsync($"/api/v1/customer/sessions/{session}/commands", new { type = "ping", requiresApproval });
        Assert.Equal(status, sent.Text("command.status"));
        Assert.Equal(requiresApproval, sent.Find("command.requiresApproval")!.Value.GetBoolean());
    }

    private async Task<(Caller Customer, Caller Device, string Session, string Command)> PendingAsync()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        var session = $"/api/v1/customer/sessions/{await GatewayHost.OpenSessionAsync(customer, device, "remediation")}";
        var sent = await customer.PostAsync($"{session}/commands", new { type = "restart_service", parameters = new { service = "nginx" } });
        return (customer, device, session, sent.Text("command.id"));
    }
}
