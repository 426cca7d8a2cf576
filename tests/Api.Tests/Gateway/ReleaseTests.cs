using System.Net;
using static Gateway.Api.Tests.Channels.DeviceWork;

namespace Gateway.Api.Tests.Gateway;

/// <summary><c>POST /api/v1/device/commands/{id}/release</c>.</summary>
public sealed class ReleaseTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    private const string NoSuchCommand = "cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV";

    [Fact]
    public async Task Release_ClaimedCommand_IsHandedOutAgainFirstOfAll()
    {
        var (customer, device, session) = await StartAsync(host);
        var id = await SendAsync(customer, session, new { type = "run_script" });
        await SendAsync(customer, session, new { type = "ping" });
        var claimed = await ClaimAsync(device);

        var answer = (await ReleaseAsync(device, id, claimed.Text("commands.0.claimToken"))).Is(HttpStatusCode.OK);
        Assert.Equal("""{"success":true,"status":"queued"}""", answer.Body);
        var shown = (await customer.GetAsync($"/api/v1/customer/sessions/{session}")).Is(HttpStatusCode.OK);
        Assert.Equal("queued", shown.Text("session.commands.0.status"));
        Assert.Equal("Its device gave it back before it began.", shown.Text("session.commands.0.reason"));

        var again = await ClaimAsync(device);
        Assert.Equal((id, 2), (again.Text("commands.0.id"), again.Number("commands.0.attempt")));
        Assert.NotEqual(claimed.Text("commands.0.claimToken"), again.Text("commands.0.claimToken"));
    }

    [Fact]
    public async Task Release_Again_AnswersTheSameAndReleasesNoOtherClaim()
    {
        var (customer, device, session) = await StartAsync(host);
        var id = await SendAsync(customer, session, new { type = "ping" });
        var token = (await ClaimAsync(device)).Text("commands.0.claimToken");
        var first = (await ReleaseAsync(device, id, token)).Is(HttpStatusCode.OK);
        Assert.Equal(first.Body, (await ReleaseAsync(device, id, token)).Body);

        await ClaimAsync(device);
        Assert.Equal("claimed", (await ReleaseAsync(device, id, token)).Is(HttpStatusCode.OK).Text("status"));
        Assert.Equal(0, (await ClaimAsync(device)).Count("commands"));
    }

    [Fact]
    public async Task Release_WrongTokenEndedOrUnknownCommand_Answers403Or404()
    {
        var (customer, device, session) = await StartAsync(host);
        var stranger = await host.NewDeviceAsync(customer);
        var id = await SendAsync(customer, session, new { type = "ping" });
        var token = (await ClaimAsync(device)).Text("commands.0.claimToken");
        (await ReleaseAsync(device, id, "wrong")).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        (await ReleaseAsync(device, NoSuchCommand, token)).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        (await ReleaseAsync(device, "7", token)).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        (await ReleaseAsync(stranger, id, token)).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        (await device.PostAsync($"/api/v1/device/commands/{id}/release", new { })).IsInvalid("claimToken");

        await customer.DeleteAsync($"/api/v1/customer/sessions/{session}/commands/{id}");
        var ended = (await ReleaseAsync(device, id, token)).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        Assert.Equal("cancelled", ended.Text("error.details.status"));
    }

    private static Task<Reply> ClaimAsync(Caller device) => device.PostAsync("/api/v1/device/commands/claim", new { });

    private static Task<Reply> ReleaseAsync(Caller device, string id, string token) =>
        device.PostAsync($"/api/v1/device/commands/{id}/release", new { claimToken = token });
}
