using Gateway.Core.Commands;
using Gateway.Storage.Emergencies;
using Gateway.Storage.Tests.Kit;
using static Gateway.Storage.Tests.Kit.Samples;

namespace Gateway.Storage.Tests.Emergencies;

public abstract class EmergencyStoreTests(ITestDatabases databases) : StorageTests(databases)
{
    private static readonly EmergencyTarget
        Everything = new(EmergencyTargetKind.Everything, "orchestrator"),
        AllNodes = new(EmergencyTargetKind.Nodes, "orchestrator"),
        OneNode = new(EmergencyTargetKind.Node, "node-1"),
        OneDevice = new(EmergencyTargetKind.Device, "device-1");

    [Fact]
    public async Task Begin_SoftReset_IsShownAsItWasAskedForWithTheNodesThatAreTold()
    {
        await AddNodesAsync();
        await BeginAsync("emg_1", AllNodes);
        await BeginAsync("emg_2", OneNode);
        await BeginAsync("emg_3", OneDevice);

        var shown = (await Store.Emergencies.FindAsync("emg_1", Token))!;
        Assert.Equal(("orchestrator", "slow", "orion", "admin"), (shown.Target, shown.Reason, shown.Approver, shown.Actor));
        Assert.Equal((Now, null, null), (shown.RequestedAt, shown.ReleasedAt, shown.CompletedAt));
        Assert.Equal([new("node-1", NodeResetState.Pending, null, null, null), new("node-2", NodeResetState.Pending, null, null, null)], shown.Nodes);
        Assert.Equal("node-1", Assert.Single((await Store.Emergencies.FindAsync("emg_2", Token))!.Nodes).NodeId);
        Assert.Empty((await Store.Emergencies.FindAsync("emg_3", Token))!.Nodes);
        Assert.Null(await Store.Emergencies.FindAsync("emg_4", Token));
        Assert.Equal(["emg_1", "emg_2", "emg_3"], (await Store.Emergencies.ListOpenAsync(Token)).Select(open => open.Id));
    }

    [Fact]
    public async Task Code_IsGoodOnceAndInTime_OnWhateverReplica()
    {
        await Store.Emergencies.AddCodeAsync(new("good", "admin", Now.AddMinutes(5)), Now, Token);
        await Store.Emergencies.AddCodeAsync(new("late", "admin", Now.AddMinutes(5)), Now, Token);
        var replicas = new[] { Store, Replica() };

        Assert.False(await BeginServiceResetAsync(Store, "emg_0", "never issued"));
        var begun = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => Task.Run(() => BeginServiceResetAsync(replicas[i % 2], $"emg_{i}", "good"))));
        Assert.Single(begun, good => good);
        Assert.Single(await Store.Emergencies.ListOpenAsync(Token));
        Time.Advance(TimeSpan.FromMinutes(5));
        Assert.False(await BeginServiceResetAsync(Store, "emg_9", "late"));
    }

    [Fact]
    public async Task Target_Devices_AreThoseOfItsKindAndNoNodes()
    {
        await AddNodesAsync();
        await RegisterAsync("pi-1");

        Assert.Equal(["device-1", "device-2", "device-3", "pi-1"], await Store.Emergencies.ListTargetAsync(Everything, "", 10, Token));
        Assert.Equal(["device-1", "device-2", "device-3"], await Store.Emergencies.ListTargetAsync(AllNodes, "", 10, Token));
        Assert.Equal(["device-1", "device-2"], await Store.Emergencies.ListTargetAsync(OneNode, "", 10, Token));
        Assert.Equal(["device-1"], await Store.Emergencies.ListTargetAsync(OneDevice, "", 10, Token));
        Assert.Empty(await Store.Emergencies.ListTargetAsync(new(EmergencyTargetKind.Device, "pi-1"), "", 10, Token));
        Assert.Equal(["device-2"], await Store.Emergencies.ListTargetAsync(AllNodes, "device-1", 1, Token));
    }

    [Fact]
    public async Task Work_IsOneWorkersUntilItsTimeIsOver_AndGoesOnWhereItWas()
    {
        await AddNodesAsync();
        await RegisterAsync("pi-1");
        await BeginAsync("emg_1", Everything);
        Assert.Equal("", await WorkAsync("a"));
        Assert.Null(await WorkAsync("b"));
        await ReleaseAsync("emg_1", "a", "device-1", isDone: false, new ReleasedCommand("device-1", CommandId(1), CommandState.Queued));

        Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("device-1", await WorkAsync("b"));
        await ReleaseAsync("emg_1", "a", "zzz", isDone: true);
        Assert.False(Assert.Single(await Store.Emergencies.ListOpenAsync(Token)).IsReleased);
        await ReleaseAsync(
            "emg_1", "b", "pi-1", isDone: true,
            new ReleasedCommand("device-1", CommandId(1), CommandState.Queued), new ReleasedCommand("pi-1", CommandId(2), CommandState.Unknown));

        Assert.Null(await WorkAsync("b"));
        var shown = (await Store.Emergencies.FindAsync("emg_1", Token))!;
        Assert.Equal(Now, shown.ReleasedAt);
        Assert.Equal([new("device-1", CommandId(1), CommandState.Queued, true), new("pi-1", CommandId(2), CommandState.Unknown, false)], shown.Releases);
        Assert.Equal([CommandId(1)], await Store.Emergencies.ListReleasedAsync("emg_1", "node-1", Token));
        Assert.Empty(await Store.Emergencies.ListReleasedAsync("emg_1", "node-2", Token));
    }

    [Fact]
    public async Task Node_IsToldOnceReleased_AndReturnsWithItsNextConnection()
    {
        await AddNodesAsync();
        await BeginAsync("emg_1", AllNodes);
        Assert.Empty(await Store.Emergencies.ListPendingAsync(["node-1"], Token));
        await ReleaseAllAsync("emg_1");
        var told = Assert.Single(await Store.Emergencies.ListPendingAsync(["node-1", "node-9"], Token));
        await Store.Emergencies.NoteReturnAsync("node-1", Now, Token);

        await Store.Emergencies.NoteToldAsync(told, NodeResetState.Confirmed, "a", Now, Now.AddMilliseconds(7), Token);
        await Store.Emergencies.NoteToldAsync(told, NodeResetState.Refused, "b", Now, null, Token);
        var told1 = new EmergencyNode("node-1", NodeResetState.Confirmed, Now, Now.AddMilliseconds(7), null);
        Assert.Equal(told1, (await Store.Emergencies.FindAsync("emg_1", Token))!.Nodes[0]);
        Time.Advance(TimeSpan.FromSeconds(1));
        await Store.Emergencies.NoteReturnAsync("node-1", Now, Token);
        Assert.Equal(told1 with { ReturnedAt = Now }, (await Store.Emergencies.FindAsync("emg_1", Token))!.Nodes[0]);
        Assert.Equal(["node-2"], (await Store.Emergencies.ListPendingAsync(["node-1", "node-2"], Token)).Select(node => node.NodeId));
    }

    [Fact]
    public async Task Settle_SoftReset_IsCompleteWhenEveryNodeIsToldOrGivenUp()
    {
        await AddNodesAsync();
        await BeginAsync("emg_1", AllNodes);
        await Store.Emergencies.SettleAsync(Now.AddMinutes(5), Token);
        await ReleaseAllAsync("emg_1");
        await Store.Emergencies.NoteToldAsync(new("emg_1", "node-1"), NodeResetState.Confirmed, "a", Now, Now, Token);
        await Store.Emergencies.SettleAsync(Now.AddSeconds(10), Token);
        Assert.Null((await Store.Emergencies.FindAsync("emg_1", Token))!.CompletedAt);

        await Store.Emergencies.SettleAsync(Now.AddSeconds(11), Token);

        var shown = (await Store.Emergencies.FindAsync("emg_1", Token))!;
        Assert.Equal(Now.AddSeconds(11), shown.CompletedAt);
        Assert.Equal([NodeResetState.Confirmed, NodeResetState.Offline], shown.Nodes.Select(node => node.State));
        Assert.Empty(await Store.Emergencies.ListOpenAsync(Token));
    }

    [Fact]
    public async Task ServiceReset_IsDueWhenReleasedAndTold_OrWhenThatTakesTooLong()
    {
        await AddNodesAsync();
        var started = Now.AddMinutes(-1);
        Time.Advance(TimeSpan.FromSeconds(1));
        await BeginAsync("emg_1", Everything, EmergencyAction.ServiceReset);
        Task<ServiceReset?> Find(DateTimeOffset at) => Store.ServiceResets.FindAsync("a", started, at, Token);

        Assert.Equal(new ServiceReset("emg_1", IsDue: false), await Find(Now.AddSeconds(30)));
        Assert.Equal(new ServiceReset("emg_1", IsDue: true), await Find(Now.AddSeconds(31)));
        await ReleaseAllAsync("emg_1");
        Assert.False((await Find(Now))!.IsDue);
        foreach (var node in new[] { "node-1", "node-2" })
            await Store.Emergencies.NoteToldAsync(new("emg_1", node), NodeResetState.Confirmed, "a", Now, Now, Token);
        Assert.True((await Find(Now))!.IsDue);
        Assert.Null(await Store.ServiceResets.FindAsync("started since", Now, Now, Token));
    }

    [Fact]
    public async Task ServiceReset_IsCompleteWhenEveryProgramThatHasSeenItIsBack()
    {
        await BeginAsync("emg_1", Everything, EmergencyAction.ServiceReset);
        await ReleaseAllAsync("emg_1");
        foreach (var replica in new[] { "a", "b" }) await Store.ServiceResets.NoteSeenAsync("emg_1", replica, "gateway-api", Now, Token);
        await Store.ServiceResets.NoteRestartedAsync("a", Now.AddSeconds(2), Token);
        Assert.Null(await Store.ServiceResets.FindAsync("a", Now.AddHours(-1), Now, Token));
        await Store.Emergencies.SettleAsync(Now.AddSeconds(60), Token);
        Assert.Null((await Store.Emergencies.FindAsync("emg_1", Token))!.CompletedAt);

        await Store.ServiceResets.NoteRestartedAsync("b", Now.AddSeconds(61), Token);
        await Store.Emergencies.SettleAsync(Now.AddSeconds(62), Token);

        var shown = (await Store.Emergencies.FindAsync("emg_1", Token))!;
        Assert.Equal(Now.AddSeconds(62), shown.CompletedAt);
        Assert.Equal(
            [new("a", "gateway-api", Now, Now.AddSeconds(2)), new("b", "gateway-api", Now, Now.AddSeconds(61))], shown.Replicas);
    }

    [Fact]
    public async Task ServiceReset_WithAProgramThatDoesNotComeBack_IsCompleteWithoutItAfterTwoMinutes()
    {
        await BeginAsync("emg_1", Everything, EmergencyAction.ServiceReset);
        await ReleaseAllAsync("emg_1");
        await Store.Emergencies.SettleAsync(Now.AddMinutes(1), Token);
        await Store.ServiceResets.NoteSeenAsync("emg_1", "a", "gateway-actors", Now, Token);
        await Store.Emergencies.SettleAsync(Now.AddMinutes(2), Token);
        Assert.Null((await Store.Emergencies.FindAsync("emg_1", Token))!.CompletedAt);

        await Store.Emergencies.SettleAsync(Now.AddMinutes(2).AddSeconds(1), Token);

        var shown = (await Store.Emergencies.FindAsync("emg_1", Token))!;
        Assert.NotNull(shown.CompletedAt);
        Assert.Null(Assert.Single(shown.Replicas).RestartedAt);
    }

    [Fact]
    public async Task Maintenance_PastTheAuditsRetention_DeletesActionsWhole()
    {
        await AddNodesAsync();
        await BeginAsync("emg_1", AllNodes);
        await Store.Emergencies.TryWorkAsync("emg_1", "a", Now, Now.AddSeconds(30), Token);
        await ReleaseAsync("emg_1", "a", "device-1", isDone: true, new ReleasedCommand("device-1", CommandId(1), CommandState.Queued));
        Time.Advance(TimeSpan.FromDays(365));
        Assert.Equal(0, (await Store.Maintenance.RunAsync(Token)).Emergencies);
        Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(1, (await Store.Maintenance.RunAsync(Token)).Emergencies);

        Assert.Null(await Store.Emergencies.FindAsync("emg_1", Token));
        Assert.Empty(await Store.Emergencies.ListReleasedAsync("emg_1", "node-1", Token));
    }

    private async Task AddNodesAsync()
    {
        foreach (var node in new[] { "node-1", "node-2" }) await Store.Nodes.SeeAsync(new(node, null, null, null), Now, Token);
        await Store.Nodes.TakeUpAsync("node-1", [new("device-1", null), new("device-2", null)], Now, Token);
        await Store.Nodes.TakeUpAsync("node-2", [new("device-3", null)], Now, Token);
    }

    private async Task BeginAsync(string id, EmergencyTarget target, EmergencyAction action = EmergencyAction.SoftReset) =>
        Assert.True(await Store.Emergencies.TryBeginAsync(new(id, action, target, "slow", "orion", "admin"), null, Now, Token));

    private Task<bool> BeginServiceResetAsync(GatewayStore replica, string id, string codeHash) =>
        replica.Emergencies.TryBeginAsync(new(id, EmergencyAction.ServiceReset, Everything, "slow", "orion", "admin"), codeHash, Now, Token);

    private Task<string?> WorkAsync(string worker) => Store.Emergencies.TryWorkAsync("emg_1", worker, Now, Now.AddSeconds(30), Token);

    private Task ReleaseAsync(string id, string worker, string through, bool isDone, params ReleasedCommand[] released) =>
        Store.Emergencies.NoteReleasesAsync(id, worker, released, new(through, isDone, Now, Now.AddSeconds(30)), Token);

    private async Task ReleaseAllAsync(string id)
    {
        Assert.NotNull(await Store.Emergencies.TryWorkAsync(id, "a", Now, Now.AddSeconds(30), Token));
        await ReleaseAsync(id, "a", "", isDone: true);
    }
}

public sealed class EmergencyStoreOnSqlite() : EmergencyStoreTests(SqliteDatabases.Instance);

public sealed class EmergencyStoreOnPostgres(PostgresDatabases postgres) : EmergencyStoreTests(postgres);
