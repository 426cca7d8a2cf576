using Gateway.Core.Queue.Operations;
using Gateway.Queue.Channels;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Queue.Tests.Channels;

/// <summary>The table of channels: written in batches, swept for dead replicas.</summary>
public sealed class ChannelTableTests
{
    private readonly FakeHistory history = new();
    private readonly ManualTimeProvider time = new();
    private readonly FakeHeadStore heads = new();
    private readonly FakeReplicaStore replicas = new();
    private readonly FakeChannelStore table = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Record_ManyAttached_AreWrittenTogetherAndLeaveWhenDetached()
    {
        var replica = NewReplica("r1");
        await replica.LiveAsync();
        using var recorder = await RecordAsync(replica);
        for (var i = 0; i < 20; i++) await replica.AttachAsync($"d{i:00}", $"conn_{i}");
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.UntilAsync(() => table.Rows.Count == 20);
        Assert.Equal([20], table.Writes);
        Assert.Equal(("d07", "conn_7", replica.Registry.Self), (table.Rows[7].DeviceId, table.Rows[7].Connection, table.Rows[7].Holder));

        await replica.Queue.ExecuteAsync("d07", new DetachChannel("conn_7"), Token);
        await replica.AttachAsync("d08", "conn_another");
        time.Advance(TimeSpan.FromSeconds(1));

        await Eventually.UntilAsync(() => table.Rows.Count == 19 && table.Rows[7].Connection == "conn_another");
        Assert.Equal([20, 2], table.Writes);
    }

    [Fact]
    public async Task Record_TableCannotBeWritten_IsWrittenLater()
    {
        var replica = NewReplica("r1");
        await replica.LiveAsync();
        using var recorder = await RecordAsync(replica);
        table.Error = new IOException("down");
        await replica.AttachAsync("d1", "conn_1");
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.UntilAsync(() => table.Writes.Count == 1);
        await replica.AttachAsync("d2", "conn_2");
        table.Error = null;

        await Eventually.UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return table.Rows.Count == 2;
        });
    }

    [Fact]
    public async Task Record_Stops_WritesWhatIsLeft()
    {
        var replica = NewReplica("r1");
        await replica.LiveAsync();
        using var recorder = await RecordAsync(replica);
        await replica.AttachAsync("d1", "conn_1");

        await recorder.StopAsync(Token);

        Assert.Single(table.Rows);
    }

    [Fact]
    public async Task Sweep_ReplicaIsDead_ItsChannelsAreDetachedAndNoOthers()
    {
        var (dead, alive) = (NewReplica("r1"), NewReplica("r2"));
        for (var i = 0; i < 3; i++) await AttachAsync(dead, $"d{i}", $"conn_{i}");
        await AttachAsync(alive, "e", "conn_e");
        time.Advance(TimeSpan.FromSeconds(16));
        await alive.LiveAsync();

        Assert.Equal(3, await NewSweep(alive).DetachAsync(Token));

        for (var i = 0; i < 3; i++) Assert.Null(heads.Head($"d{i}").Channel);
        Assert.Equal("conn_e", heads.Head("e").Channel?.Connection);
        Assert.Equal("e", Assert.Single(table.Rows).DeviceId);
        Assert.Equal(0, await NewSweep(alive).DetachAsync(Token));
    }

    [Fact]
    public async Task Sweep_ClaimsOfADeadChannel_ComeBackAfterTheGraceByTheirReminder()
    {
        var (dead, alive) = (NewReplica("r1"), NewReplica("r2"));
        await AttachAsync(dead, "d", "conn_1");
        await dead.EnqueueAsync("d", QueueReplica.Command());
        time.Advance(TimeSpan.FromSeconds(16));
        await alive.LiveAsync();

        await NewSweep(alive).DetachAsync(Token);

        var (_, due) = alive.Armed[^1];
        Assert.Equal(time.GetUtcNow() + TimeSpan.FromSeconds(30), due);
        time.Advance(TimeSpan.FromSeconds(30));
        await alive.Queue.ExecuteAsync("d", new LookAtClock(ReminderFired: true), Token);
        Assert.Equal(1, heads.Head("d").Waiting);
    }

    [Fact]
    public async Task Sweep_DeviceHasComeBackElsewhere_LeavesItsChannel()
    {
        var (dead, alive) = (NewReplica("r1"), NewReplica("r2"));
        await AttachAsync(dead, "d", "conn_1");
        await alive.AttachAsync("d", "conn_2");
        time.Advance(TimeSpan.FromSeconds(16));
        await alive.LiveAsync();

        await NewSweep(alive).DetachAsync(Token);

        Assert.Equal("conn_2", heads.Head("d").Channel?.Connection);
        Assert.Empty(table.Rows);
    }

    [Fact]
    public async Task Sweep_OneDeviceFails_IsFoundTheNextTime()
    {
        var (dead, alive) = (NewReplica("r1"), NewReplica("r2"));
        await AttachAsync(dead, "d", "conn_1");
        time.Advance(TimeSpan.FromSeconds(16));
        await alive.LiveAsync();
        heads.Before = _ => throw new IOException("down");
        await NewSweep(alive).DetachAsync(Token);
        heads.Before = null;
        Assert.Single(table.Rows);

        await NewSweep(alive).DetachAsync(Token);

        Assert.Null(heads.Head("d").Channel);
    }

    [Fact]
    public async Task Start_AfterACrash_DetachesWhatTheEarlierRunHeldAtOnce()
    {
        var dead = NewReplica("r1");
        await AttachAsync(dead, "d", "conn_1");
        time.Advance(TimeSpan.FromSeconds(1));
        var anew = NewReplica("r1");
        using var recorder = NewRecorder(anew);
        await recorder.StartAsync(Token);
        Assert.NotNull(heads.Head("d").Channel);

        await anew.LiveAsync();

        await Eventually.UntilAsync(() => heads.Head("d").Channel is null && table.Rows.Count == 0);
    }

    private QueueReplica NewReplica(string id) => new(heads, history, time, id, replicas: replicas);

    private DeadChannels NewSweep(QueueReplica replica) => new(replica.Queue, table, replica.Registry, NullLogger<DeadChannels>.Instance);

    private ChannelRecorder NewRecorder(QueueReplica replica) =>
        new(replica.Held, table, NewSweep(replica), replica.Registry, time, NullLogger<ChannelRecorder>.Instance);

    private async Task<ChannelRecorder> RecordAsync(QueueReplica replica)
    {
        var recorder = NewRecorder(replica);
        var timers = time.ArmedTimers;
        await recorder.StartAsync(Token);
        await Eventually.UntilAsync(() => time.ArmedTimers > timers);
        return recorder;
    }

    /// <summary>Attaches, and writes the row.</summary>
    private async Task AttachAsync(QueueReplica replica, string device, string connection)
    {
        await replica.AttachAsync(device, connection);
        await table.WriteAsync(replica.Held.Take(), Token);
    }
}
