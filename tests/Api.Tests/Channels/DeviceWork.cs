using System.Net;
using Gateway.Api.Tests.Gateway;

namespace Gateway.Api.Tests.Channels;

/// <summary>What customers and devices do in these tests, as one-liners.</summary>
internal static class DeviceWork
{
    /// <summary>A customer with a device and an open session.</summary>
    public static async Task<(Caller Customer, Caller Device, string Session)> StartAsync(GatewayHost on)
    {
        var customer = on.NewCustomer();
        var device = await on.NewDeviceAsync(customer);
        return (customer, device, await GatewayHost.OpenSessionAsync(customer, device));
    }

    /// <summary>Sends a command; its id.</summary>
    public static async Task<string> SendAsync(Caller customer, string session, object command) =>
        (await customer.PostAsync($"/api/v1/customer/sessions/{session}/commands", command)).Is(HttpStatusCode.Created).Text("command.id");

    /// <summary>The result of a command that was pushed.</summary>
    public static object ResultOf(Message command, string? id = null, string? token = null) => new
    {
        commandId = id ?? command.Text("data.id"),
        claimToken = token ?? command.Text("data.claimToken"),
        status = "success",
        output = "pong",
        executedAt = "2026-01-01T00:00:00.000Z",
        duration = 5,
    };

    /// <summary>A host of the test's own, whose clock it may move.</summary>
    public static async Task<GatewayHost> NewHostAsync()
    {
        var own = new GatewayHost();
        await own.InitializeAsync();
        return own;
    }

    /// <summary>Moves the clock by seconds until something has happened.</summary>
    public static async Task AdvanceUntilAsync(GatewayHost on, Task done)
    {
        // However much is still to be done: those it waits for have limits of their own.
        while (!done.IsCompleted)
        {
            on.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(done, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken));
        }

        await done.WaitAsync(Wait.Limit, TestContext.Current.CancellationToken);
    }
}
