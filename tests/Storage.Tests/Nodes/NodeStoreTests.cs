using Gateway.Core.Devices;
using Gateway.Storage.Nodes;
using Gateway.Storage.Tests.Kit;

namespace Gateway.Storage.Tests.Nodes;

public abstract class NodeStoreTests(ITestDatabases databases) : StorageTests(databases)
{
    [Fact]
    public async Task See_NewNode_IsKnownByItsIdUntilItSaysItsName()
    {
        Assert.True(await SeeAsync(new("node-1", null, "10.0.0.7", null)));
        Assert.Equal(new Node("node-1", "node-1", "10.0.0.7", null, 0, Now, Presence.Never), await Store.Nodes.FindAsync("node-1", Token));

        Assert.True(await SeeAsync(new("node-1", "Seoul Node 1", null, "1.0.0")));
        Assert.Equal(new Node("node-1", "Seoul Node 1", "10.0.0.7", "1.0.0", 0, Now, Presence.Never), await Store.Nodes.FindAsync("node-1", Token));
    }

    [Fact]
    public async Task See_IdOfACustomersDeviceOrOfOneBehindANode_IsRefused()
    {
        await RegisterAsync("node-1", "alice");
        await SeeAsync(new("node-2", null, null, null));
        await TakeUpAsync("node-2", "node-3");

        Assert.False(await SeeAsync(new("node-1", null, null, null)));
        Assert.False(await SeeAsync(new("node-3", null, null, null)));
        Assert.Null(await Store.Nodes.FindAsync("node-1", Token));
        Assert.Equal("alice", (await Store.Devices.FindAsync("node-1", Token))!.CustomerId);
    }

    [Fact]
    public async Task TakeUp_NewAndMovedDevices_AreBehindTheNode()
    {
        await SeeAsync(new("node-1", null, null, null));
        await SeeAsync(new("node-2", null, null, null));
        Assert.Equal(["device-1", "device-2"], await TakeUpAsync("node-1", "device-2", "device-1"));

        Assert.Equal(["device-2"], await TakeUpAsync("node-2", "device-2"));

        Assert.Equal("node-1", (await Store.Nodes.FindDeviceAsync("device-1", Token))!.NodeId);
        Assert.Equal("node-2", (await Store.Nodes.FindDeviceAsync("device-2", Token))!.NodeId);
        Assert.Equal(1, (await Store.Nodes.FindAsync("node-1", Token))!.DeviceCount);
    }

    [Fact]
    public async Task TakeUp_CustomersDevicesAndNodes_AreLeftOut()
    {
        await RegisterAsync("device-1", "alice");
        await SeeAsync(new("node-1", null, null, null));
        await SeeAsync(new("node-2", null, null, null));

        Assert.Equal(["device-2"], await TakeUpAsync("node-1", "device-1", "device-2", "node-1", "node-2"));
        Assert.Null(await Store.Nodes.FindDeviceAsync("device-1", Token));
        Assert.Equal("alice", (await Store.Devices.FindAsync("device-1", Token))!.CustomerId);
    }

    [Fact]
    public async Task TakeUp_WithoutSerial_KeepsTheFormer()
    {
        await SeeAsync(new("node-1", null, null, null));
        await Store.Nodes.TakeUpAsync("node-1", [new("device-1", "R58M12345")], Now, Token);

        await Store.Nodes.TakeUpAsync("node-1", [new("device-1", null)], Now, Token);

        Assert.Equal("R58M12345", (await Store.Nodes.FindDeviceAsync("device-1", Token))!.Serial);
    }

    [Fact]
    public async Task List_ByStatus_GoesBySignsOfLife()
    {
        foreach (var node in new[] { "node-3", "node-1", "node-2" }) await SeeAsync(new(node, null, null, null));
        await Store.Presence.WriteHeartbeatsAsync([new("node-1", Now, "online", """{"cpu":45}""", null), new("node-2", Now, "error", null, null)], Token);

        Assert.Equal(["node-1", "node-2", "node-3"], await ListAsync(null));
        Assert.Equal(["node-1"], await ListAsync("online"));
        Assert.Equal(["node-2"], await ListAsync("error"));
        Assert.Equal(["node-3"], await ListAsync("offline"));
        var page = await Store.Nodes.ListAsync(null, 1, 1, Token);
        Assert.Equal(("node-2", 3), (Assert.Single(page.Items).Id, page.Total));
        Assert.Equal("""{"cpu":45}""", (await Store.Nodes.FindAsync("node-1", Token))!.Presence.MetricsJson);
    }

    [Fact]
    public async Task ListDevices_ByNodeAndStatus_LeavesOutNodesAndCustomersDevices()
    {
        await RegisterAsync("pi-1", "alice");
        await SeeAsync(new("node-1", null, null, null));
        await SeeAsync(new("node-2", null, null, null));
        await TakeUpAsync("node-1", "device-1", "device-2");
        await TakeUpAsync("node-2", "device-3");
        await Store.Presence.WriteHeartbeatsAsync([new("device-2", Now, "busy", null, null), new("device-3", Now, "busy", null, null)], Token);

        Assert.Equal(["device-1", "device-2", "device-3"], await ListDevicesAsync(null, null));
        Assert.Equal(["device-1", "device-2"], await ListDevicesAsync("node-1", null));
        Assert.Equal(["device-2", "device-3"], await ListDevicesAsync(null, "busy"));
        Assert.Equal(["device-1"], await ListDevicesAsync("node-1", "offline"));
        Assert.Equal(3, (await Store.Nodes.ListDevicesAsync(null, null, 1, 0, Token)).Total);
    }

    [Fact]
    public async Task FindDevice_WithAClaimedCommand_TellsIt()
    {
        await SeeAsync(new("node-1", null, null, null));
        await TakeUpAsync("node-1", "device-1");
        await Store.History.WriteAsync([Samples.Run("device-1", Samples.Enqueued(1, 1), Samples.Enqueued(2, 2), Samples.Claimed(3, 2, Samples.At + 1))], Token);

        Assert.Equal(Samples.CommandId(2), (await Store.Nodes.FindDeviceAsync("device-1", Token))!.CurrentCommandId);

        await Store.History.WriteAsync([Samples.Run("device-1", Samples.Ended(4, 2, Core.Commands.CommandState.Completed, Samples.Result("ok")))], Token);
        Assert.Null((await Store.Nodes.FindDeviceAsync("device-1", Token))!.CurrentCommandId);
    }

    private Task<bool> SeeAsync(NodeSighting node) => Store.Nodes.SeeAsync(node, Now, Token);

    private async Task<IEnumerable<string>> TakeUpAsync(string node, params string[] devices) =>
        (await Store.Nodes.TakeUpAsync(node, [.. devices.Select(id => new NodeDevice(id, null))], Now, Token)).Order(StringComparer.Ordinal);

    private async Task<IEnumerable<string>> ListAsync(string? status) =>
        (await Store.Nodes.ListAsync(status, 50, 0, Token)).Items.Select(node => node.Id);

    private async Task<IEnumerable<string>> ListDevicesAsync(string? node, string? status) =>
        (await Store.Nodes.ListDevicesAsync(node, status, 50, 0, Token)).Items.Select(device => device.Id);
}

public sealed class NodeStoreOnSqlite() : NodeStoreTests(SqliteDatabases.Instance);

public sealed class NodeStoreOnPostgres(PostgresDatabases postgres) : NodeStoreTests(postgres);
