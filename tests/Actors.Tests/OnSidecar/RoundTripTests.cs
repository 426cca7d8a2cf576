using Gateway.Actors.Tests.Fakes;
using Gateway.Actors.Tests.Rig;

namespace Gateway.Actors.Tests.OnSidecar;

/// <summary>DESIGN, "sidecar round trips per operation", counted on the wire. Has a gateway of its own: nobody else's calls are counted.</summary>
public sealed class RoundTripTests(GatewayRig gateway) : IClassFixture<GatewayRig>
{
    private const string Save = "POST /v1.0/state/statestore";

    [Fact]
    public async Task SteadyState_EnqueueClaimExtendResult_TakeOneSaveEach()
    {
        const string device = "trips-steady";
        await CycleAsync(device);
        gateway.Traffic.Clear();

        for (var i = 0; i < 10; i++) await CycleAsync(device);

        Assert.Equal(Enumerable.Repeat(Save, 40), gateway.Traffic.Calls);
    }

    [Fact]
    public async Task Heartbeats_SteadyState_TakeNone()
    {
        const string device = "trips-heartbeat";
        await gateway.EnqueueAsync(device);
        gateway.Traffic.Clear();

        for (var i = 0; i < 100; i++)
            Assert.Equal(1, await gateway.Queue.CountWaitingAsync(device, TestContext.Current.CancellationToken));

        Assert.Empty(gateway.Traffic.Calls);
    }

    [Fact]
    public async Task Heartbeats_OfADeviceNeverSeen_TakeOne()
    {
        gateway.Traffic.Clear();

        for (var i = 0; i < 100; i++) await gateway.Queue.CountWaitingAsync("trips-unseen", TestContext.Current.CancellationToken);

        Assert.Single(gateway.Traffic.Calls);
    }

    [Fact]
    public async Task EmptyPoll_SteadyState_TakesOneRead()
    {
        const string device = "trips-poll";
        await CycleAsync(device);
        gateway.Traffic.Clear();

        var outcome = await gateway.Queue.ClaimAsync(device, () => GatewayRig.NewClaim(), TimeSpan.Zero, TestContext.Current.CancellationToken);

        Assert.Empty(outcome.Commands);
        Assert.Equal(["GET /v1.0/state/statestore/queue:trips-poll?consistency=strong"], gateway.Traffic.Calls);
    }

    [Fact]
    public async Task Notices_ManyAtOnce_GoInBulk()
    {
        const int devices = 60;
        for (var i = 0; i < devices; i++)
        {
            // A long poll of another replica waits for each.
            var claim = GatewayRig.NewClaim() with { Interest = "elsewhere" };
            await gateway.Queue.ExecuteAsync($"trips-notice-{i}", claim, TestContext.Current.CancellationToken);
        }

        var done = new TaskCompletionSource();
        gateway.Traffic.Before = call => call.Contains("/publish/bulk/", StringComparison.Ordinal) ? done.Task : Task.CompletedTask;
        gateway.Traffic.Clear();
        await Task.WhenAll(Enumerable.Range(0, devices).Select(i => gateway.EnqueueAsync($"trips-notice-{i}")));
        await Eventually.UntilAsync(() => gateway.Traffic.Calls.Count(IsPublish) == 1);

        done.SetResult();
        await Eventually.UntilAsync(() => gateway.Traffic.Published == devices);

        // One for the first, one for all that came meanwhile; a few may have come after their enqueue was answered.
        Assert.InRange(gateway.Traffic.Calls.Count(IsPublish), 2, devices / 10);

        static bool IsPublish(string call) => call.StartsWith("POST /v1.0/publish/bulk/pubsub/replica.elsewhere", StringComparison.Ordinal);
    }

    private async Task CycleAsync(string device)
    {
        await gateway.EnqueueAsync(device);
        var command = await gateway.ClaimAsync(device);
        await gateway.ExtendAsync(device, command);
        await gateway.ResultAsync(device, command);
    }
}
