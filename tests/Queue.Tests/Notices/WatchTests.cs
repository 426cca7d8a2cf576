using System.Text.Json;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Notices;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit;

namespace Gateway.Queue.Tests.Notices;

/// <summary>Events for the replicas that watch a device.</summary>
public sealed class WatchTests
{
    private readonly FakeHistory history = new();
    private readonly ManualTimeProvider time = new();
    private readonly FakeHeadStore store = new();
    private readonly FakeReplicaStore replicas = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commit_WatchedHereAndElsewhere_BothAreToldTheSameOnce()
    {
        var (replica, other, stranger) = (NewReplica("r1"), NewReplica("r2"), NewReplica("r3"));
        await WatchAsync(replica);
        await WatchAsync(other);
        var output = new string('o', 3_000);

        await replica.EnqueueAsync("d", QueueReplica.Command(parameters: "{\"x\":\"" + new string('p', 3_000) + "\"}"));
        await replica.ResultAsync("d", await replica.ClaimOneAsync("d"), output);

        // Observers are told after the answers are out.
        await Eventually.UntilAsync(() => replica.Told.News.Count == 3);
        await Eventually.UntilAsync(() => replica.Wakes.Count == 3);
        Assert.Equal(3, other.Receive(replica));
        Assert.Equal(0, stranger.Receive(replica));
        Assert.Equal([1L, 2, 3], replica.Told.News.SelectMany(news => news.Events).Select(e => e.Seq));
        Assert.Equal([1L, 2, 3], replica.Told.News.Select(news => news.Through));
        Assert.Equal(JsonSerializer.Serialize(replica.Told.News.Select(news => news.Events)), JsonSerializer.Serialize(other.Told.News.Select(news => news.Events)));
        Assert.Equal(output, other.Told.News[^1].Events.Single().Result!.Output!.Text);
        Assert.True(replica.Told.News[0].HasHead);
        Assert.False(other.Told.News[0].HasHead);
    }

    [Fact]
    public async Task Commit_EventsTooLargeForANotice_TellsThatThereAreSome()
    {
        var (replica, other) = (NewReplica("r1"), NewReplica("r2"));
        await WatchAsync(other);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        await replica.ResultAsync("d", await replica.ClaimOneAsync("d"), new string('o', ReplicaNotice.MaxTextLength));

        await Eventually.UntilAsync(() => replica.Wakes.Count == 3);
        other.Receive(replica);

        Assert.Empty(other.Told.News[^1].Events);
        Assert.Equal(3, other.Told.News[^1].Through);
    }

    [Fact]
    public async Task Commit_WatchedNoMore_IsNotTold()
    {
        var (replica, other) = (NewReplica("r1"), NewReplica("r2"));
        await WatchAsync(other);
        await other.Queue.ExecuteAsync("d", new Unwatch(other.Registry.Self!), Token);

        await replica.EnqueueAsync("d", QueueReplica.Command());

        Assert.Equal(0, other.Receive(replica));
    }

    [Fact]
    public async Task Commit_WatchingReplicaIsDead_IsForgotten()
    {
        var (replica, dead) = (NewReplica("r1"), NewReplica("r2"));
        await WatchAsync(dead);
        time.Advance(TimeSpan.FromSeconds(16));

        await replica.EnqueueAsync("d", QueueReplica.Command());

        Assert.Empty(store.Head("d").Watchers);
        Assert.Equal(0, dead.Receive(replica));
    }

    [Fact]
    public async Task Commit_Watched_TakesNoMoreRoundTrips()
    {
        var (replica, other) = (NewReplica("r1"), NewReplica("r2"));
        await WatchAsync(replica);
        await WatchAsync(other);
        await replica.CycleAsync(time);
        store.Calls.Clear();
        var asked = replicas.Loads.Count;

        await replica.CycleAsync(time);

        Assert.Equal(["save", "save", "save", "save"], store.Calls);
        Assert.Equal(asked, replicas.Loads.Count);
    }

    [Fact]
    public async Task Commit_ItsAnswerWasLost_TellsItsEventsOnce()
    {
        var replica = NewReplica("r1");
        await WatchAsync(replica);
        var isLost = true;
        store.After = call =>
        {
            if (call != "save" || !isLost) return;
            isLost = false;
            throw new IOException("the answer is lost");
        };

        await replica.EnqueueAsync("d", QueueReplica.Command());

        await Eventually.UntilAsync(() => replica.Told.News.Count > 0);
        Assert.Equal(QueueEventKind.Enqueued, Assert.Single(Assert.Single(replica.Told.News).Events).Kind);
    }

    [Fact]
    public void Live_FromAnotherReplica_IsHandedOn()
    {
        var (replica, other) = (NewReplica("r1"), NewReplica("r2"));
        using var data = JsonDocument.Parse("""{"text":"hello"}""");
        other.Wakes.Publish("r1", ReplicaNotice.OfLive("d", "output", data.RootElement));

        replica.Receive(other);

        Assert.Equal(("d", "output", """{"text":"hello"}"""), Assert.Single(replica.Told.Passed));
    }

    [Fact]
    public void Notice_OfAnEarlierRelease_MeansToLook() =>
        Assert.Equal(ReplicaNotice.Look("d"), JsonSerializer.Deserialize<ReplicaNotice>("""{"deviceId":"d"}""", JsonSerializerOptions.Web));

    private QueueReplica NewReplica(string id) => new(store, history, time, id, replicas: replicas);

    private static async Task WatchAsync(QueueReplica replica) =>
        Assert.True((await replica.Queue.ExecuteAsync("d", new Watch(await replica.LiveAsync()), Token)).Watching);
}
