using Gateway.Core.Queue;
using Gateway.Queue.Replicas;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Tests.Replicas;

/// <summary>Replicas whose id is not configured.</summary>
public sealed class ReplicaPlacesTests
{
    private readonly ManualTimeProvider time = new();
    private readonly FakeReplicaStore store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replicas_OneAfterTheOther_TakeThePlacesInTurn()
    {
        var first = New("pod-a");
        Assert.Null(first.Id);
        await first.RenewAsync(Token);
        var second = await StartAsync("pod-b");
        var other = await StartAsync("pod-c", group: "actors");

        Assert.Equal(["api-1", "api-2", "actors-1"], new[] { first, second, other }.Select(replica => replica.Id));
        Assert.Equal(new ReplicaBoot("api-1", time.GetUtcNow().ToUnixTimeMilliseconds()), first.Self);
        await first.RenewAsync(Token);
        Assert.Equal("api-1", first.Id);
    }

    [Fact]
    public async Task Replicas_ManyAtOnce_NeverShareAPlace()
    {
        var replicas = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(() => StartAsync($"pod-{i}"))));
        Assert.Equal(
            Enumerable.Range(1, 12).Select(place => $"api-{place}").Order(StringComparer.Ordinal),
            replicas.Select(replica => replica.Id!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Restart_UnderTheSameName_HasItsPlaceAgainAtOnce()
    {
        await StartAsync("pod-a");
        var before = await StartAsync("pod-b");
        time.Advance(TimeSpan.FromSeconds(1));

        var after = await StartAsync("pod-b");

        Assert.Equal("api-2", after.Id);
        Assert.True(after.Self!.Boot > before.Self!.Boot);
        Assert.Equal([before.Self], await (await StartAsync("pod-c")).FindGoneAsync([before.Self, after.Self], Token));
    }

    [Fact]
    public async Task Restart_WithAClockThatWentBack_IsALaterRun()
    {
        var before = await StartAsync("pod-a");
        time.Set(time.GetUtcNow() - TimeSpan.FromHours(1));
        Assert.Equal(before.Self!.Boot + 1, (await StartAsync("pod-a")).Self!.Boot);
    }

    [Theory]
    [InlineData(9, "api-3")]
    [InlineData(11, "api-1")]
    public async Task DeadReplica_ItsPlace_IsFreeAfterTenMinutes(int minutes, string expected)
    {
        await StartAsync("pod-a");
        var alive = await StartAsync("pod-b");
        for (var i = 0; i < minutes; i++)
        {
            time.Advance(TimeSpan.FromMinutes(1));
            await alive.RenewAsync(Token);
        }

        Assert.Equal(expected, (await StartAsync("pod-c")).Id);
    }

    [Fact]
    public async Task Deployments_OneAfterTheOther_UseTheSamePlaces()
    {
        for (var deployment = 0; deployment < 8; deployment++)
        {
            for (var i = 0; i < 3; i++) await StartAsync($"pod-{deployment}-{i}");
            time.Advance(TimeSpan.FromMinutes(8));
        }

        Assert.Equal(["api-1", "api-2", "api-3", "api-4", "api-5", "api-6", "api-7"], store.Loads.Distinct().Order(StringComparer.Ordinal));
        Assert.Null(store.Find("api-7"));
    }

    [Fact]
    public async Task PlaceTakenWhileSuspended_Sleeper_LeavesItToTheOther()
    {
        var sleeper = await StartAsync("pod-a");
        time.Advance(TimeSpan.FromMinutes(11));
        var other = await StartAsync("pod-b");

        await sleeper.RenewAsync(Token);

        Assert.Equal("api-1", other.Id);
        Assert.Equal(other.Self!.Boot, store.Find("api-1")!.Boot);
        Assert.Equal("pod-b", store.Find("api-1")!.Name);
    }

    [Fact]
    public async Task StoreAway_NoPlaceIsTakenUntilItIsBack()
    {
        store.Error = new IOException("not up yet");
        using var replica = New("pod-a");
        await replica.StartAsync(Token);
        await Eventually.UntilAsync(() => store.Loads.Count == 1 && time.ArmedTimers == 1);
        Assert.Null(replica.Id);
        Assert.Null(replica.Self);
        store.Error = null;

        time.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal("api-1", (await replica.SelfAsync(Token)).Replica);
        await replica.StopAsync(Token);
    }

    private async Task<ReplicaRegistry> StartAsync(string name, string group = "api")
    {
        var replica = New(name, group);
        await replica.RenewAsync(Token);
        return replica;
    }

    private ReplicaRegistry New(string name, string group = "api") => new(
        store, time, Options.Create(new QueueOptions { ReplicaName = name, ReplicaGroup = group }), NullLogger<ReplicaRegistry>.Instance);
}
