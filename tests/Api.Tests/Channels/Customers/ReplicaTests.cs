using System.Net;
using Gateway.Api.Tests.Gateway;
using Gateway.Queue;
using Microsoft.Extensions.DependencyInjection;
using static Gateway.Api.Tests.Channels.DeviceWork;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>Customers on one replica, everything else on the other.</summary>
public sealed class ReplicaTests(ReplicaPair replicas) : IClassFixture<ReplicaPair>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Updates_OfWhatTheOtherReplicaCommits_ComeByNotice()
    {
        var (customer, device, session) = await replicas.Second.NewDeviceAsync("by-notice");
        await using var client = await replicas.First.SubscribeAsync(customer.Id, device.Id);
        var from = client.Seq;
        var command = await SendAsync(customer, session, new { type = "ping" });
        Assert.Equal("queued", (await client.NextAsync()).Text("data.command.status"));
        var claim = await device.PostAsync("/api/v1/device/commands/claim");
        var token = claim.Text("commands.0.claimToken");
        await client.ReadThroughAsync(from + 2);
        (await device.PostAsync($"/api/v1/device/commands/{command}/output", new { claimToken = token, chunk = 0, offset = 0, text = "one\n" })).Is(HttpStatusCode.OK);
        Assert.Equal("one\n", (await client.NextAsync()).Is("output").Text("data.text"));
        await device.PostAsync("/api/v1/device/heartbeat", new { timestamp = "2026-01-01T00:00:00Z", status = "busy" });
        Assert.Equal("busy", (await client.NextAsync()).Is("device_status").Text("data.status"));
        (await device.PostAsync($"/api/v1/device/commands/{command}/result", new
        {
            claimToken = token,
            status = "success",
            output = "pong",
            executedAt = "2026-01-01T00:00:00Z",
            duration = 5,
        })).Is(HttpStatusCode.OK);
        var ended = await client.NextAsync();

        // The status may be told again once it is stored.
        while (ended.Type == "device_status") ended = await client.NextAsync();
        Assert.Equal("pong", ended.Text("data.command.result.output"));
        Assert.DoesNotContain(replicas.First.Log.Texts, line => IsRepairOf(device, line));
    }

    [Fact]
    public async Task Updates_WhenNoNoticeComes_AreReadFromHistory()
    {
        var (customer, device, session) = await replicas.First.NewDeviceAsync("no-notice");
        await using var client = await replicas.Second.SubscribeAsync(customer.Id, device.Id);
        var command = await SendAsync(customer, session, new { type = "ping" });
        await client.ReadThroughAsync(client.Seq + 1);
        Assert.Equal("queued", client.StatusOf(command));
        Assert.Contains(replicas.Second.Log.Texts, line => IsRepairOf(device, line));
    }

    [Fact]
    public async Task Updates_FromBothReplicasInAStorm_ComeOnceAndInOrder()
    {
        var (customer, device, session) = await replicas.First.NewDeviceAsync("storm");
        var other = replicas.Second.Customer(customer.Id);
        var storm = Task.WhenAll(new[] { customer, other }.Select(caller => Task.Run(
            async () =>
            {
                for (var i = 0; i < 40; i++)
                {
                    var id = await SendAsync(caller, session, new { type = "ping" });
                    if (i % 2 == 0) await caller.DeleteAsync($"/api/v1/customer/sessions/{session}/commands/{id}");
                }
            },
            Token)));
        var clients = new List<CustomerClient>();
        while (!storm.IsCompleted && clients.Count < 16)
        {
            clients.Add(await replicas.First.SubscribeAsync(customer.Id, device.Id));
            clients.Add(await replicas.Second.SubscribeAsync(customer.Id, device.Id));
        }

        await storm;
        var last = (await replicas.First.Services.GetRequiredService<ICommandQueue>().ReadHeadAsync(device.Id, TimeSpan.Zero, Token)).Seq;
        foreach (var client in clients)
        {
            await client.ReadThroughAsync(last);
            await client.DisposeAsync();
        }
    }

    /// <summary>Whether a line says that events of a device are read because they did not come by themselves.</summary>
    private static bool IsRepairOf(Caller device, string line) =>
        line.StartsWith("Missed events", StringComparison.Ordinal) && line.Contains(device.Id, StringComparison.Ordinal);
}
