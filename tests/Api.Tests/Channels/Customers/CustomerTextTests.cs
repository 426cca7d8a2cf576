using System.Net;
using Gateway.Api.Channels.Output;
using Gateway.Api.Tests.Gateway;
using static Gateway.Api.Tests.Channels.DeviceWork;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>Texts of commands as who watches sees them: parameters, output, results, and what is too long for a message.</summary>
public sealed class CustomerTextTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Fact]
    public async Task Parameters_ToBeApproved_MoreThanASnapshotHolds_AreLeftOut()
    {
        var (customer, device, session) = await StartAsync(host);
        for (var i = 0; i < 6; i++) await SendAsync(customer, session, new { type = "ping", parameters = new { text = new string('x', 50_000) }, requiresApproval = true });
        await using var client = await CustomerClient.ConnectAsync(host, customer);
        var commands = (await client.SubscribeAsync(device.Id)).Find("data.commands")!.Value;
        Assert.Equal([false, false, false, false, false, true], commands.EnumerateArray().Select(command => command.TryGetProperty("parametersOmitted", out _)));
    }

    [Fact]
    public async Task Result_TooLargeForAMessage_IsLeftOut()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var client = await CustomerClient.SubscribeAsync(host, customer, device.Id);
        var command = await SendAsync(customer, session, new { type = "ping" });
        var claim = await device.PostAsync("/api/v1/device/commands/claim");
        (await device.PostAsync($"/api/v1/device/commands/{command}/result", new
        {
            claimToken = claim.Text("commands.0.claimToken"),
            status = "success",
            output = new string('x', 70_000),
            executedAt = "2026-01-01T00:00:00Z",
            duration = 5,
        })).Is(HttpStatusCode.OK);
        await client.NextAsync();
        await client.NextAsync();
        var ended = await client.NextAsync();
        Assert.Equal("completed", ended.Text("data.command.status"));
        Assert.True(ended.Find("data.command.resultOmitted")!.Value.GetBoolean());
    }

    [Fact]
    public async Task Output_OfARunningCommand_IsSeen()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var client = await CustomerClient.SubscribeAsync(host, customer, device.Id);
        var command = await SendAsync(customer, session, new { type = "ping" });
        var claim = await device.PostAsync("/api/v1/device/commands/claim");
        await client.NextAsync();
        await client.NextAsync();
        (await device.PostAsync($"/api/v1/device/commands/{command}/output", new
        {
            claimToken = claim.Text("commands.0.claimToken"),
            chunk = 1,
            offset = 4,
            text = "line ✓\n",
        })).Is(HttpStatusCode.OK);
        var output = (await client.NextAsync()).Is("output");
        Assert.Equal((device.Id, command), (output.Text("data.deviceId"), output.Text("data.commandId")));
        Assert.Equal((1, 4), (output.Number("data.chunk"), output.Number("data.offset")));
        Assert.Equal("line ✓\n", output.Text("data.text"));
        Assert.Equal(4, output.Number("data.gap.to"));

        // What is too long for one message is cut, but never through a character.
        var text = new string('x', LiveOutput.MaxText - 1) + "😀 and more";
        (await device.PostAsync($"/api/v1/device/commands/{command}/output", new { claimToken = claim.Text("commands.0.claimToken"), chunk = 2, offset = 11, text }))
            .Is(HttpStatusCode.OK);
        Assert.Equal(text, (await client.NextAsync()).Text("data.text") + (await client.NextAsync()).Text("data.text"));
    }
}
