using System.Globalization;
using System.Net;
using Gateway.Api.Tests.Channels;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Replicas;
using Gateway.Storage.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Api.Tests.Orchestrator;

/// <summary>Connections that end and come back, and devices that go from one to another.</summary>
public sealed partial class NodeSocketTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private INodeStore Nodes => host.Services.GetRequiredService<INodeStore>();

    [Fact]
    public async Task Reconnect_WithinTheGrace_GoesOnWithTheSameAttempt_AndAResultNeedsNoHeartbeatFirst()
    {
        var lost = await StartAsync(Device);
        var task = await RunAsync();
        await lost.TakeAsync();
        Assert.Equal("running", (await TaskAsync(task)).Text("status"));
        lost.Socket.Abort();
        await Wait.UntilAsync("the end of the channel", async () => (await host.Queue.ReadHeadAsync(Device, TimeSpan.Zero, default)).Channel is null);

        await using var back = await TestNode.ConnectAsync(host, Node);
        await back.TellAsync("task_result", new { task_id = task, status = "completed", result = 7 });

        await Wait.UntilAsync("the result", async () => (await TaskAsync(task)).Text("status") == "completed");
        Assert.Equal((7, 1), ((await TaskAsync(task)).Number("result"), (await TaskAsync(task)).Number("attempt")));
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task Result_OfATaskThatHistoryLacks_IsTakenByTheQueue()
    {
        var lost = await StartAsync(Device);
        var first = await RunAsync();
        await lost.TakeAsync();
        await lost.DoAsync("task_result", new { task_id = first, status = "completed" });
        // History is written at once, and then not before the clock goes on.
        var task = await RunAsync();
        await lost.TakeAsync();
        lost.Socket.Abort();
        await Wait.UntilAsync("the end of the channel", async () => (await host.Queue.ReadHeadAsync(Device, TimeSpan.Zero, default)).Channel is null);
        Assert.Null(await Nodes.FindTaskDeviceAsync(Node, (await host.Queue.ReadHeadAsync(Device, TimeSpan.Zero, default)).Claimed[0].Id, Token));

        await using var back = await TestNode.ConnectAsync(host, Node);
        await back.DoAsync("task_result", new { task_id = task, status = "completed", result = 7 });

        Assert.Equal("completed", (await TaskAsync(task)).Text("status"));
        TestNode.Fails(await back.AskAsync("task_result", new { task_id = "task-unheardof", status = "completed" }), -32002);
        await lost.DisposeAsync();
    }

    [Fact]
    public async Task Device_AttachedLastByAnEarlierConnectionOfItsNode_IsTakenBack()
    {
        await using var node = await StartAsync(Device);
        var holder = await host.Services.GetRequiredService<IReplicas>().SelfAsync(Token);
        await host.Queue.ExecuteAsync(Device, new AttachChannel(holder, "an earlier connection"), Token);
        await host.Queue.ExecuteAsync(Device, new DetachChannel("an earlier connection"), Token);
        await Wait.UntilAsync("the device", async () =>
        {
            // Ten messages a second at the most.
            host.Time.Advance(TimeSpan.FromSeconds(1));
            await node.TellAsync("heartbeat", new { node_id = Node, devices = new[] { new { id = Device, status = "idle" } } });
            return (await host.Queue.ReadHeadAsync(Device, TimeSpan.Zero, Token)).Channel is not null;
        });

        var task = await RunAsync();
        Assert.Equal(task, (await node.TakeAsync()).Text("params.task_id"));
    }

    [Fact]
    public async Task Connect_SameNodeAgain_TheNewerTakesOverWithTheTasks()
    {
        await using var older = await StartAsync(Device);
        var task = await RunAsync();
        await older.TakeAsync();
        await using var newer = await TestNode.ConnectAsync(host, Node);
        Assert.Equal(4009, await older.Socket.ClosedAsync());

        await newer.TellAsync("heartbeat", new { node_id = Node, devices = new[] { new { id = Device, status = "active" } } });
        var again = await newer.CalledAsync("execute");
        Assert.Equal((task, 1), (again.Text("params.task_id"), again.Number("params.attempt")));
    }

    [Fact]
    public async Task Device_NamedByAnotherNode_MovesThereWithItsTasks()
    {
        await using var one = await StartAsync(Device);
        await using var two = await TestNode.ConnectAsync(host, "node-002");
        await two.BeatAsync(Device);
        Assert.Equal("node-002", (await host.Admin.GetAsync($"/api/devices/{Device}")).Text("node_id"));
        var task = await RunAsync();

        Assert.Equal(task, (await two.TakeAsync()).Text("params.task_id"));
        await two.DoAsync("task_result", new { task_id = task, status = "completed" });

        // The former node still names it: it is not taken back.
        await one.BeatAsync(Device);
        Assert.Equal("node-002", (await host.Admin.GetAsync($"/api/devices/{Device}")).Text("node_id"));
        await one.BeatAsync();
        await one.BeatAsync(Device);
        Assert.Equal("node-001", (await host.Admin.GetAsync($"/api/devices/{Device}")).Text("node_id"));
    }

    [Fact]
    public async Task Heartbeat_WithACustomersDevice_RefusesIt()
    {
        var customer = host.NewCustomer();
        (await customer.PostAsync("/api/v1/customer/devices/provision", new { deviceId = "device-77" })).Is(HttpStatusCode.Created);
        await using var node = await TestNode.ConnectAsync(host, Node);

        var answer = await node.BeatAsync("device-77", Device);

        Assert.Equal(["device-77"], answer.Find("result.refused")!.Value.EnumerateArray().Select(id => id.GetString()));
        (await host.Admin.GetAsync("/api/devices/device-77")).Fails(HttpStatusCode.NotFound, "NOT_FOUND", "RES_002");
        Assert.Equal(0, (await customer.GetAsync("/api/v1/customer/devices")).Count("devices") - 1);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task Heartbeat_OfAClockADayOff_CountsByTheServersTime(int days)
    {
        await using var node = await TestNode.ConnectAsync(host, Node);
        var timestamp = host.Time.GetUtcNow().AddDays(days).ToString("O");
        await node.DoAsync("heartbeat", new { node_id = Node, timestamp, devices = new[] { new { id = Device, status = "idle" } } });
        await host.WriteHeartbeatsAsync();

        var shown = await host.Admin.GetAsync($"/api/nodes/{Node}");
        Assert.Equal(("online", "idle"), (shown.Text("status"), shown.Text("devices.0.status")));
        Assert.Equal(host.Time.GetUtcNow(), DateTimeOffset.Parse(shown.Text("last_heartbeat"), CultureInfo.InvariantCulture), TimeSpan.FromMinutes(1));
    }
}
