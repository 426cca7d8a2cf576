using System.Net;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;

namespace Gateway.Api.Tests.Gateway;

/// <summary>What clients see when what the surface stands on fails.</summary>
public sealed class FailureTests : IAsyncLifetime
{
    private readonly GatewayHost host = new();

    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task Queue_Unavailable_Answers503WithRetryAfterEverywhere()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        var session = $"/api/v1/customer/sessions/{await GatewayHost.OpenSessionAsync(customer, device)}";
        var command = (await customer.PostAsync($"{session}/commands", new { type = "ping" })).Text("command.id");
        host.Queue.Fault = new QueueUnavailableException("redis on 10.0.0.7 refused");

        Reply[] replies =
        [
            await device.PostAsync("/api/v1/device/commands/claim"),
            await device.PostAsync($"/api/v1/device/commands/{command}/extend", new { claimToken = "t", extensionMs = 1 }),
            await device.PostAsync($"/api/v1/device/commands/{command}/result", new { claimToken = "t", status = "success", executedAt = "2026-01-01T00:00:00Z", duration = 1 }),
            await device.PostAsync($"/api/v1/device/commands/{command}/output", new { claimToken = "t", chunk = 0, offset = 0, text = "x" }),
            await customer.PostAsync("/api/v1/customer/sessions", new { deviceId = device.Id, type = "diagnostic" }),
            await customer.GetAsync(session),
            await customer.PostAsync($"{session}/close"),
            await customer.PostAsync($"{session}/approve", new { commandId = command, approved = true }),
            await customer.PostAsync($"{session}/commands", new { type = "ping" }),
            await customer.GetAsync($"{session}/commands/{command}"),
            await customer.DeleteAsync($"{session}/commands/{command}"),
            await customer.GetAsync($"{session}/commands/{command}/explain"),
            await customer.GetAsync($"{session}/commands/{command}/output"),
            await customer.GetAsync($"/api/v1/customer/devices/{device.Id}/status"),
        ];
        Assert.All(replies, reply =>
        {
            reply.IsError(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
            Assert.Equal("2", reply.Headers["Retry-After"]);
            Assert.DoesNotContain("redis", reply.Body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Handler_ThrowingUnexpectedly_Answers500WithTheIdThatIsInTheLog()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        host.Queue.Fault = new InvalidOperationException("a secret of the inside");
        var reply = (await device.PostAsync("/api/v1/device/commands/claim")).IsError(HttpStatusCode.InternalServerError, "INTERNAL_ERROR");
        Assert.DoesNotContain("inside", reply.Body, StringComparison.Ordinal);
        Assert.Contains(host.Log.Texts, line => line.Contains(reply.Text("error.details.requestId"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Playbook_WhenTheQueueFailsBehindIt_ClosesTheSessionAgain()
    {
        await using var own = new GatewayHost(new() { ["Gateway:Playbooks:Diagnostic:0:Type"] = "ping" });
        await own.InitializeAsync();
        var customer = own.NewCustomer();
        var device = await own.NewDeviceAsync(customer);
        own.Queue.FailOnce(operation => operation is Enqueue);
        (await customer.PostAsync("/api/v1/customer/sessions", new { deviceId = device.Id, type = "diagnostic" }))
            .IsError(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
        var session = await GatewayHost.OpenSessionAsync(customer, device);
        Assert.Equal(1, (await customer.GetAsync($"/api/v1/customer/sessions/{session}")).Count("session.commands"));
    }

    [Fact]
    public async Task Credentials_Unavailable_Answer503ToDevices()
    {
        host.Credentials.IsDown = true;
        var reply = (await host.Anonymous.PostAsync("/api/v1/device/auth", new { deviceId = "a", deviceSecret = "s" }))
            .IsError(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
        Assert.Equal("2", reply.Headers["Retry-After"]);
    }
}
