using System.Net;
using Gateway.Api.Tests.Gateway;
using Gateway.Core.Devices;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Observers;
using Gateway.Storage.Devices;
using Gateway.Storage.History;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using static Gateway.Api.Tests.Channels.DeviceWork;

namespace Gateway.Api.Tests.Channels.Customers;

/// <summary>What a customer who watches a device sees: a snapshot, and then everything that happens, once and in order.</summary>
public sealed class CustomerUpdateTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Subscribe_OwnDevice_SeesACommandFromItsSessionToItsResult()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        await using var client = await CustomerClient.ConnectAsync(host, customer);
        var snapshot = await client.SubscribeAsync(device.Id);
        Assert.Equal(device.Id, snapshot.Text("data.deviceId"));
        Assert.Equal(0, snapshot.Number("data.seq"));
        Assert.Equal("offline", snapshot.Text("data.device.status"));
        Assert.Null(snapshot.Find("data.session"));
        Assert.Equal(0, snapshot.Find("data.commands")!.Value.GetArrayLength());

        var session = await GatewayHost.OpenSessionAsync(customer, device);
        var opened = (await client.NextAsync()).Is("session_update");
        Assert.Equal(session, opened.Text("data.session.id"));
        Assert.Equal("active", opened.Text("data.session.status"));
        var command = await SendAsync(customer, session, new { type = "ping" });
        var queued = (await client.NextAsync()).Is("command_update");
        Assert.Equal(
            (command, session, "ping", "queued"),
            (queued.Text("data.command.id"), queued.Text("data.command.sessionId"), queued.Text("data.command.type"), queued.Text("data.command.status")));

        var claim = await device.PostAsync("/api/v1/device/commands/claim");
        var claimed = await client.NextAsync();
        Assert.Equal("claimed", claimed.Text("data.command.status"));
        Assert.Equal(1, claimed.Number("data.command.attempt"));
        await device.PostAsync($"/api/v1/device/commands/{command}/result", new
        {
            claimToken = claim.Text("commands.0.claimToken"),
            status = "success",
            output = "pong ✓",
            executedAt = "2026-01-01T00:00:00Z",
            duration = 5,
        });
        var ended = await client.NextAsync();
        Assert.Equal("completed", ended.Text("data.command.status"));
        Assert.Equal("ping", ended.Text("data.command.type"));
        Assert.Equal("pong ✓", ended.Text("data.command.result.output"));
        await customer.PostAsync($"/api/v1/customer/sessions/{session}/close");
        var closed = (await client.NextAsync()).Is("session_update");
        Assert.Equal("closed", closed.Text("data.session.status"));
        Assert.Equal($"customer:{customer.Id}", closed.Text("data.session.endedBy"));
    }

    [Fact]
    public async Task Subscribe_WhileMuchGoesOn_ShowsWhatIsLive()
    {
        var (customer, device, session) = await StartAsync(host);
        var ended = await SendAsync(customer, session, new { type = "ping" });
        await customer.DeleteAsync($"/api/v1/customer/sessions/{session}/commands/{ended}");
        var waiting = await SendAsync(customer, session, new { type = "ping" });
        var pending = await SendAsync(customer, session, new { type = "ping", parameters = new { host = "a" }, requiresApproval = true });
        await using var client = await CustomerClient.ConnectAsync(host, customer);
        var snapshot = await client.SubscribeAsync(device.Id);
        Assert.Equal(session, snapshot.Text("data.session.id"));
        Assert.Equal(session, snapshot.Text("data.device.activeSession"));
        Assert.Equal([waiting, pending], snapshot.Find("data.commands")!.Value.EnumerateArray().Select(c => c.GetProperty("id").GetString()!));
        Assert.Equal("a", snapshot.Text("data.commands.1.parameters.host"));

        // What is decided is bound to what was shown.
        var approval = new { commandId = pending, approved = true, digest = snapshot.Text("data.commands.1.digest") };
        (await customer.PostAsync($"/api/v1/customer/sessions/{session}/approve", approval)).Is(HttpStatusCode.OK);
        var approved = await client.NextAsync();
        Assert.Equal("queued", approved.Text("data.command.status"));
        Assert.Null(approved.Find("data.command.parameters"));
        var view = await customer.GetAsync($"/api/v1/customer/sessions/{session}");
        Assert.Equal(view.Find("session.commands.2")!.Value.GetRawText(), approved.Find("data.command")!.Value.GetRawText());
    }

    [Fact]
    public async Task Subscribe_DuringAStormOfCommits_MissesNothingAndGetsNothingTwice()
    {
        var (customer, device, session) = await StartAsync(host);
        var sent = new List<string>();
        var storm = Task.Run(
            async () =>
            {
                for (var i = 0; i < 150; i++)
                {
                    sent.Add(await SendAsync(customer, session, new { type = "ping" }));
                    if (i % 3 == 0) await customer.DeleteAsync($"/api/v1/customer/sessions/{session}/commands/{sent[^1]}");
                }
            },
            Token);
        var clients = new List<CustomerClient>();
        while (!storm.IsCompleted && clients.Count < 20) clients.Add(await CustomerClient.SubscribeAsync(host, customer, device.Id));
        await storm;

        var last = (await host.Queue.ReadHeadAsync(device.Id, TimeSpan.Zero, Token)).Seq;
        foreach (var client in clients)
        {
            await client.ReadThroughAsync(last);
            Assert.Equal(1, client.Snapshots);
            foreach (var (index, id) in sent.Index())
            {
                // One that had ended before the snapshot is not in it.
                var status = client.StatusOf(id);
                Assert.True(index % 3 == 0 ? status is null or "cancelled" : status == "queued", $"{id} is {status}");
            }

            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Events_LostOnTheWay_AreReadWithTheNextOne()
    {
        await using var own = await NewHostAsync();
        var (customer, device, session) = await StartAsync(own);
        await using var client = await CustomerClient.SubscribeAsync(own, customer, device.Id);
        own.Queue.LosesNotices = true;
        var first = await SendAsync(customer, session, new { type = "ping" });
        await SendAsync(customer, session, new { type = "ping" });
        own.Queue.LosesNotices = false;
        await SendAsync(customer, session, new { type = "ping" });
        await client.ReadThroughAsync(client.Seq + 3);
        Assert.Equal("queued", client.StatusOf(first));
        Assert.Equal(1, client.Snapshots);
    }

    [Fact]
    public async Task Events_LostAtTheEnd_AreReadWithinTwoSeconds()
    {
        await using var own = await NewHostAsync();
        var (customer, device, session) = await StartAsync(own);
        await using var client = await CustomerClient.SubscribeAsync(own, customer, device.Id);
        // Struck out, as by a replica that took this one for dead.
        await own.Queue.ExecuteAsync(device.Id, new Unwatch(OneReplica.Boot), Token);
        own.Queue.LosesNotices = true;
        var command = await SendAsync(customer, session, new { type = "ping" });
        await own.Queue.FlushAsync(device.Id, Token);
        var read = client.ReadThroughAsync(client.Seq + 1);
        await AdvanceUntilAsync(own, read);
        Assert.Equal("queued", client.StatusOf(command));
        Assert.Contains(OneReplica.Boot, (await own.Queue.ReadHeadAsync(device.Id, TimeSpan.Zero, Token)).Watchers);
    }

    [Fact]
    public async Task Events_TooManyLost_AFreshSnapshotComes()
    {
        await using var own = new GatewayHost { Limits = QueueLimits.Default with { MaxSessionCommands = 1_000 } };
        await own.InitializeAsync();
        var (customer, device, session) = await StartAsync(own);
        await using var client = await CustomerClient.SubscribeAsync(own, customer, device.Id);
        own.Queue.LosesNotices = true;
        for (var i = 0; i < 201; i++) await SendAsync(customer, session, new { type = "ping" });
        own.Queue.LosesNotices = false;
        var last = await SendAsync(customer, session, new { type = "ping" });
        var snapshot = (await client.NextAsync()).Is("subscribed");
        Assert.Equal(200, snapshot.Find("data.commands")!.Value.GetArrayLength());
        Assert.True(snapshot.Find("data.moreCommands")!.Value.GetBoolean());

        // One that no message has shown is told with all that belongs to it.
        await customer.DeleteAsync($"/api/v1/customer/sessions/{session}/commands/{last}");
        var cancelled = await client.NextAsync();
        Assert.Equal(("ping", "cancelled"), (cancelled.Text("data.command.type"), cancelled.Text("data.command.status")));
    }

    [Fact]
    public async Task Events_ToldTwice_AreSentOnce()
    {
        var (customer, device, session) = await StartAsync(host);
        await using var client = await CustomerClient.SubscribeAsync(host, customer, device.Id);
        await SendAsync(customer, session, new { type = "ping" });
        await client.NextAsync();
        var history = host.Services.GetRequiredService<IHistoryReader>();
        await host.Queue.FlushAsync(device.Id, Token);
        var events = await history.ListEventsAsync(device.Id, 0, 100, Token);
        foreach (var observer in host.Services.GetServices<IQueueEventObserver>()) observer.OnCommitted(device.Id, events, events[^1].Seq, null);
        await SendAsync(customer, session, new { type = "ping" });
        (await client.NextAsync()).Is("command_update");
    }

    [Fact]
    public async Task Heartbeat_TakenHere_IsToldAtOnce()
    {
        var customer = host.NewCustomer();
        var device = await host.NewDeviceAsync(customer);
        await using var client = await CustomerClient.SubscribeAsync(host, customer, device.Id);
        await device.PostAsync("/api/v1/device/heartbeat", new { timestamp = "2026-01-01T00:00:00Z", status = "busy", metrics = new { cpu = 12.5 } });
        var status = (await client.NextAsync()).Is("device_status");
        Assert.Equal((device.Id, "busy"), (status.Text("data.id"), status.Text("data.status")));
        Assert.Equal(12.5, status.Number("data.metrics.cpu"));
        await host.WriteHeartbeatsAsync();
        var view = await customer.GetAsync($"/api/v1/customer/devices/{device.Id}/status");
        Assert.Equal(view.Find("device")!.Value.GetRawText(), status.Find("data")!.Value.GetRawText());
    }

    [Fact]
    public async Task Heartbeat_TakenElsewhere_AndSilenceAfterIt_AreToldWithinASecond()
    {
        await using var own = await NewHostAsync();
        var customer = own.NewCustomer();
        var device = await own.NewDeviceAsync(customer);
        await using var client = await CustomerClient.SubscribeAsync(own, customer, device.Id);
        var presence = own.Services.GetRequiredService<IPresenceStore>();
        await presence.WriteHeartbeatsAsync([new Heartbeat(device.Id, own.Time.GetUtcNow(), "error", null, """{"note":"hot"}""")], Token);
        var next = client.NextAsync();
        await AdvanceUntilAsync(own, next);
        Assert.Equal("error", (await next).Is("device_status").Text("data.status"));
        Assert.Equal("hot", (await next).Text("data.diagnostics.note"));

        var silence = client.NextAsync();
        own.Time.Advance(Presence.OfflineAfter);
        await AdvanceUntilAsync(own, silence);
        Assert.Equal("offline", (await silence).Is("device_status").Text("data.status"));
    }

    [Fact]
    public async Task Owner_Changes_TheSubscriptionEnds()
    {
        await using var own = await NewHostAsync();
        var (customer, device, session) = await StartAsync(own);
        await using var client = await CustomerClient.SubscribeAsync(own, customer, device.Id);
        await using (var database = new SqliteConnection($"Data Source={Path.Combine(own.Folder, "gateway.db")}"))
        {
            await database.OpenAsync(Token);
            await using var command = database.CreateCommand();
            command.CommandText = "update devices set customer_id = 'somebody-else'";
            Assert.Equal(1, await command.ExecuteNonQueryAsync(Token));
        }

        var next = client.NextAsync();
        await AdvanceUntilAsync(own, next);
        Assert.Equal("not_owner", (await next).Is("unsubscribed").Text("data.reason"));
        await SendAsync(customer, session, new { type = "ping" });
        (await client.Socket.AskAsync("subscribe", new { deviceId = device.Id })).IsError("FORBIDDEN");
    }

    private static async Task<GatewayHost> NewHostAsync()
    {
        var own = new GatewayHost();
        await own.InitializeAsync();
        return own;
    }
}
