using Gateway.Actors.Tests.Fakes;
using Gateway.Actors.Tests.Rig;
using Gateway.Core.Channels;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Replicas;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Actors.Tests.OnSidecar;

/// <summary>Channels through the embedded sidecar and SQLite: signs of life, pushes by notice, the table, and the sweep's actor.</summary>
[Collection(GatewayCollection.Name)]
public sealed class ChannelTests(GatewayRig gateway)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replica_AfterItsStart_GivesASignOfLife()
    {
        var self = await Replicas.SelfAsync(Token);

        Assert.Equal(GatewayRig.ReplicaId, self.Replica);
        Assert.Empty(await Replicas.FindGoneAsync([self], Token));
        Assert.Single(await Replicas.FindGoneAsync([new ReplicaBoot("replica-never-seen", 1)], Token));
    }

    [Fact]
    public async Task Enqueue_OnAnotherReplica_IsPushedToTheChannelHere()
    {
        const string device = "channel-push";
        var other = await gateway.StartReplicaAsync("channel-other");
        await gateway.Queue.ExecuteAsync(device, new AttachChannel(await Replicas.SelfAsync(Token), "conn_push"), Token);

        var accepted = await other.ExecuteAsync(device, GatewayRig.NewCommand(), Token);

        // The looker by itself would look only after half a minute.
        await Eventually.UntilAsync(async () => (await gateway.Queue.ReadClaimsAsync(device, "conn_push", Token)).Any(command => command.Id == accepted.CommandId));
    }

    [Fact]
    public async Task Sweep_ReplicaIsDead_DetachesWhatItHeld()
    {
        const string device = "channel-dead";
        var dead = new ReplicaBoot("channel-dead-replica", 1);
        await gateway.Queue.ExecuteAsync(device, new AttachChannel(dead, "conn_dead"), Token);
        await Table.WriteAsync([new(new(device, dead, "conn_dead", 1, 1), IsAttached: true)], Token);

        // Its reminder comes every fifteen seconds; this is what it does.
        await gateway.Services.GetRequiredService<Gateway.Actors.Sweeps.Sweeper>().DetachDeadChannelsAsync();

        Assert.Null(gateway.State.Head(device)!.Channel);
        Assert.DoesNotContain(dead, await Table.HoldersAsync(Token));
    }

    [Fact]
    public async Task Attach_AndDetach_AreRecorded()
    {
        const string device = "channel-table";
        var self = await Replicas.SelfAsync(Token);
        await gateway.Queue.ExecuteAsync(device, new AttachChannel(self, "conn_table"), Token);
        await Eventually.UntilAsync(async () => (await Table.HeldByAsync(self, null, 100, Token)).Any(row => row.DeviceId == device));

        await gateway.Queue.ExecuteAsync(device, new DetachChannel("conn_table"), Token);

        await Eventually.UntilAsync(async () => (await Table.HeldByAsync(self, null, 100, Token)).All(row => row.DeviceId != device));
    }

    private IReplicas Replicas => gateway.Services.GetRequiredService<IReplicas>();

    private IDeviceChannelStore Table => gateway.Services.GetRequiredService<IDeviceChannelStore>();
}
