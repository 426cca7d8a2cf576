using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Channels;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit;

namespace Gateway.Queue.Tests.Channels;

/// <summary>DESIGN, "Channels": a device's socket on one replica, commits on any.</summary>
public sealed class ChannelTests
{
    private static readonly string Large = "{\"x\":\"" + new string('p', 3_000) + "\"}";

    private readonly FakeHistory history = new();
    private readonly ManualTimeProvider time = new();
    private readonly FakeHeadStore store = new();
    private readonly FakeReplicaStore replicas = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enqueue_ChannelHere_TakesOneSaveAndItsTextNoRoundTrip()
    {
        var replica = NewReplica("r1");
        await replica.AttachAsync("d", "conn_1");
        store.Calls.Clear();

        var accepted = await replica.EnqueueAsync("d", QueueReplica.Command(parameters: "{\"n\":1}"));
        var claims = await replica.ReadClaimsAsync("d", "conn_1");

        Assert.Equal(["save"], store.Calls);
        Assert.Equal((accepted.CommandId, "{\"n\":1}"), (claims.Single().Id, claims.Single().Parameters));
        Assert.Equal(43, claims.Single().Token.Length);
        Assert.Equal("conn_1", replica.Told.ConnectionOf("d"));
        Assert.Single(replica.Told.Heads[^1].Head.Claimed);
        Assert.Empty(replica.Wakes.Published);
    }

    [Fact]
    public async Task Cycle_ChannelHere_TakesOneSavePerOperation()
    {
        var replica = NewReplica("r1");
        await replica.AttachAsync("d", "conn_1");
        store.Calls.Clear();
        replicas.Error = new IOException("nobody has to be asked for");

        for (var i = 0; i < 5; i++)
        {
            await replica.EnqueueAsync("d", QueueReplica.Command());
            var command = Assert.Single(await replica.ReadClaimsAsync("d", "conn_1"));
            Assert.Equal(ResultStatus.Accepted, (await replica.ResultAsync("d", command)).Status);
        }

        Assert.Equal(Enumerable.Repeat("save", 10), store.Calls);
    }

    [Fact]
    public async Task Enqueue_LargePayload_IsReadForItsPushOnlyOnce()
    {
        var replica = NewReplica("r1");
        await replica.AttachAsync("d", "conn_1");
        store.Calls.Clear();

        await replica.EnqueueAsync("d", QueueReplica.Command(parameters: Large));

        Assert.Equal(Large, Assert.Single(await replica.ReadClaimsAsync("d", "conn_1")).Parameters);
        Assert.Equal(["write", "save"], store.Calls);
    }

    [Fact]
    public async Task Enqueue_ChannelOnAnotherReplica_TakesOneSaveAndTellsIt()
    {
        var (replica, other) = (NewReplica("r1"), NewReplica("r2"));
        await replica.AttachAsync("d", "conn_1");
        await other.EnqueueAsync("d", QueueReplica.Command());
        other.Wakes.TakeFor("r1");
        store.Calls.Clear();
        var asked = replicas.Loads.Count;

        var accepted = await other.EnqueueAsync("d", QueueReplica.Command(parameters: Large));

        Assert.Equal(["write", "save"], store.Calls);
        Assert.Equal(asked, replicas.Loads.Count);
        Assert.Equal(1, replica.Receive(other));
        await Eventually.UntilAsync(() => replica.Told.Heads[^1].Head.Claimed.Length == 2);
        Assert.Equal((accepted.CommandId, Large), (await replica.ReadClaimsAsync("d", "conn_1")).Select(command => (command.Id, command.Parameters)).Last());
        Assert.Empty(await other.ReadClaimsAsync("d", "conn_0"));
    }

    [Fact]
    public async Task Enqueue_ItsNoticeIsLost_TheChannelsReplicaLooksByItself()
    {
        var (replica, other) = (NewReplica("r1"), NewReplica("r2"));
        await replica.AttachAsync("d", "conn_1");
        await other.EnqueueAsync("d", QueueReplica.Command());
        other.Wakes.TakeFor("r1");
        using var looker = new ChannelLooker(replica.Queue, replica.Held, time, replica.Options);
        await looker.StartAsync(Token);
        await Eventually.UntilAsync(() => time.ArmedTimers == 1);

        for (var i = 0; i < 6; i++) time.Advance(TimeSpan.FromSeconds(5));

        await Eventually.UntilAsync(() => replica.Told.Heads[^1].Head.Claimed.Length == 1);
        Assert.Single(await replica.ReadClaimsAsync("d", "conn_1"));
        await looker.StopAsync(Token);
    }

    [Fact]
    public async Task Look_NothingWasLost_AsksForNothing()
    {
        var replica = NewReplica("r1");
        await replica.AttachAsync("d", "conn_1");
        store.Calls.Clear();
        using var looker = new ChannelLooker(replica.Queue, replica.Held, time, replica.Options);
        await looker.StartAsync(Token);
        await Eventually.UntilAsync(() => time.ArmedTimers == 1);

        for (var i = 0; i < 5; i++) time.Advance(TimeSpan.FromSeconds(5));

        Assert.Empty(store.Calls);
        await looker.StopAsync(Token);
    }

    [Fact]
    public async Task Attach_OnAnotherReplica_TakesOverAndTheFormerOneIsTold()
    {
        var (replica, other) = (NewReplica("r1"), NewReplica("r2"));
        await replica.AttachAsync("d", "conn_1");
        await replica.EnqueueAsync("d", QueueReplica.Command(parameters: Large));
        var before = Assert.Single(await replica.ReadClaimsAsync("d", "conn_1"));

        var outcome = await other.AttachAsync("d", "conn_2");

        Assert.Equal("conn_1", outcome.Replaced?.Connection);
        Assert.Equal(before, Assert.Single(await other.ReadClaimsAsync("d", "conn_2")));
        Assert.Equal(1, replica.Receive(other));
        await Eventually.UntilAsync(() => replica.Told.ConnectionOf("d") == "conn_2");
        Assert.Empty(await replica.ReadClaimsAsync("d", "conn_1"));
        Assert.Empty(replica.Held.Devices);

        // What the former replica says of its connection now is of no account.
        Assert.False((await replica.Queue.ExecuteAsync("d", new DetachChannel("conn_1"), Token)).Detached);
        Assert.Equal(ResultStatus.Accepted, (await replica.ResultAsync("d", before)).Status);
    }

    [Fact]
    public async Task Enqueue_ReplicaOfTheChannelIsDead_WaitsAndTheGraceBegins()
    {
        var (dead, other) = (NewReplica("r1"), NewReplica("r2"));
        await dead.AttachAsync("d", "conn_1");
        var pushed = (await dead.EnqueueAsync("d", QueueReplica.Command())).CommandId!;
        time.Advance(TimeSpan.FromSeconds(16));
        await other.LiveAsync();

        await other.EnqueueAsync("d", QueueReplica.Command());

        var head = store.Head("d");
        Assert.Null(head.Channel);
        Assert.Equal(1, head.Waiting);
        Assert.Empty(other.Wakes.Published);
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(pushed, (await other.ClaimOneAsync("d")).Id);
    }

    [Fact]
    public async Task Enqueue_ReplicaOfTheChannelStartedAnew_ItsEarlierChannelIsGoneAtOnce()
    {
        var dead = NewReplica("r1");
        await dead.AttachAsync("d", "conn_1");
        time.Advance(TimeSpan.FromSeconds(1));
        var anew = NewReplica("r1");
        await anew.LiveAsync();

        await anew.EnqueueAsync("d", QueueReplica.Command());

        Assert.Null(store.Head("d").Channel);
        await anew.AttachAsync("d", "conn_2");
        Assert.Single(await anew.ReadClaimsAsync("d", "conn_2"));
    }

    [Fact]
    public async Task Heads_OfAnyCommit_AreToldInOrder()
    {
        // They race: one may lose twice in a row, and then waits for a moment that a clock standing still never reaches.
        var clock = new ImpatientTimeProvider();
        var (replica, other) = (NewReplica("r1", clock: clock), NewReplica("r2", clock: clock));
        await replica.AttachAsync("d", "conn_1");
        for (var i = 0; i < 10; i++)
        {
            await Task.WhenAll(replica.EnqueueAsync("d", QueueReplica.Command()), other.EnqueueAsync("d", QueueReplica.Command()));
            foreach (var command in await replica.ReadClaimsAsync("d", "conn_1")) await replica.ResultAsync("d", command);
            replica.Receive(other);
        }

        var revisions = replica.Told.Heads.Select(seen => seen.Head.Revision).ToList();
        Assert.Equal(revisions.Order(), revisions);
    }

    [Fact]
    public async Task Observer_Throws_TheCommitIsAnsweredAllTheSame()
    {
        var replica = NewReplica("r1");
        replica.Told.Error = new InvalidOperationException("a fault");
        await replica.AttachAsync("d", "conn_1");
        await replica.Queue.ExecuteAsync("d", new Watch(replica.Registry.Self!), Token);

        Assert.Equal(EnqueueStatus.Accepted, (await replica.EnqueueAsync("d", QueueReplica.Command())).Status);
        Assert.Equal(CommandState.Claimed, (await replica.Queue.ExecuteAsync("d", new ExplainCommand(store.Head("d").Claimed[0].Id, null, false), Token)).State);
    }

    [Fact]
    public async Task Push_HistoryWasFarBehind_IsMadeGoodForWithoutAnyOperation()
    {
        var replica = NewReplica("r1");
        await replica.AttachAsync("d", "conn_1");
        while ((await replica.EnqueueAsync("d", QueueReplica.Command())).Status == EnqueueStatus.Accepted)
        {
        }

        while (await replica.ReadClaimsAsync("d", "conn_1") is { Count: > 0 } held)
            foreach (var command in held) await replica.ResultAsync("d", command);
        Assert.NotEqual(0, store.Head("d").Waiting);
        await replica.Queue.FlushAsync("d", Token);
        using var looker = new ChannelLooker(replica.Queue, replica.Held, time, replica.Options);
        await looker.StartAsync(Token);
        await Eventually.UntilAsync(() => time.ArmedTimers == 1);

        time.Advance(TimeSpan.FromSeconds(5));

        await Eventually.UntilAsync(() => store.Head("d").Claimed.Length == 10);
        await looker.StopAsync(Token);
    }

    [Fact]
    public async Task ManyDevices_ChannelHere_IsNotForgotten()
    {
        var replica = NewReplica("r1", options => options.CachedHeads = 1);
        await replica.AttachAsync("d", "conn_1");
        var cell = replica.Queue.CellOf("d");
        for (var i = 0; i < 50; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            await replica.Queue.FlushAsync($"other-{i}", Token);
        }

        Assert.Same(cell, replica.Queue.CellOf("d"));
    }

    [Fact]
    public async Task ReadHead_SeenALittleWhileAgo_TakesNoRoundTrip()
    {
        var replica = NewReplica("r1");
        await replica.EnqueueAsync("d", QueueReplica.Command());
        store.Calls.Clear();
        time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(1, (await replica.Queue.ReadHeadAsync("d", TimeSpan.FromSeconds(5), Token)).Waiting);
        Assert.Empty(store.Calls);
        Assert.Equal(1, (await replica.Queue.ReadHeadAsync("d", TimeSpan.Zero, Token)).Waiting);
        Assert.Equal(["load"], store.Calls);
    }

    private QueueReplica NewReplica(string id, Action<QueueOptions>? configure = null, TimeProvider? clock = null) =>
        new(store, history, clock ?? time, id, configure, replicas);
}
