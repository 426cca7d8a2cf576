using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Queue.Tests;

/// <summary>What docs/metrics.md promises of the queues.</summary>
public sealed class QueueMetricsTests : IDisposable
{
    private readonly FakeHistory history = new();
    private readonly ManualTimeProvider time = new();
    private readonly FakeHeadStore store = new();
    private readonly QueueReplica replica;
    private readonly RecordedMetrics metrics;

    public QueueMetricsTests()
    {
        replica = new QueueReplica(store, history, time);
        metrics = new RecordedMetrics(replica.Meters);
    }

    public void Dispose()
    {
        metrics.Dispose();
        replica.Dispose();
    }

    [Fact]
    public async Task Command_FromAcceptanceToItsEnd_IsCountedOnEachStep()
    {
        await replica.CycleAsync(time);

        Assert.Equal([1], metrics.Values("gateway.queue.commands.accepted"));
        Assert.Equal([1], metrics.Values("gateway.queue.claims", "way=request"));
        Assert.Equal([1], metrics.Values("gateway.queue.commands.ended", "state=completed"));
        Assert.Equal(4, metrics.Values("gateway.queue.operations", "result=committed").Sum());
        Assert.Equal(4, metrics.Values("gateway.queue.commit.duration", "result=saved").Count);
        Assert.Empty(metrics.Values("gateway.queue.conflicts", "reason=refused"));
    }

    [Fact]
    public async Task Claim_OverTheSocket_IsAPush()
    {
        await replica.AttachAsync("d", "conn_1");
        await replica.EnqueueAsync("d", QueueReplica.Command());
        Assert.Equal([1], metrics.Values("gateway.queue.claims", "way=push"));
    }

    [Fact]
    public async Task Claim_EndsWithoutAWord_IsCountedAsReturned()
    {
        await replica.EnqueueAsync("d", QueueReplica.Command());
        await replica.ClaimOneAsync("d");
        time.Advance(TimeSpan.FromMinutes(6));
        await replica.Queue.ExecuteAsync("d", new LookAtClock(ReminderFired: false), TestContext.Current.CancellationToken);
        Assert.Equal([1], metrics.Values("gateway.queue.claims.returned"));
    }

    [Fact]
    public async Task Claim_GivenBack_IsCountedAsReleased()
    {
        await replica.EnqueueAsync("d", QueueReplica.Command());
        var command = await replica.ClaimOneAsync("d");
        await replica.Queue.ExecuteAsync("d", new ReleaseClaim(command.Id, command.Token, "device:d"), TestContext.Current.CancellationToken);
        Assert.Equal([1], metrics.Values("gateway.queue.claims.released"));
        Assert.Empty(metrics.Values("gateway.queue.claims.returned"));
    }

    [Fact]
    public async Task Save_AnotherReplicaWasFirst_IsAConflict()
    {
        await replica.EnqueueAsync("d", QueueReplica.Command());
        using var other = new QueueReplica(store, history, time, "r2");
        await other.EnqueueAsync("d", QueueReplica.Command());

        await replica.EnqueueAsync("d", QueueReplica.Command());

        Assert.Equal([1], metrics.Values("gateway.queue.conflicts", "reason=refused"));
    }

    [Fact]
    public async Task Commit_StoreIsDown_IsCountedAsFailed()
    {
        store.Before = _ => throw new IOException("down");
        await Assert.ThrowsAsync<QueueUnavailableException>(() => replica.EnqueueAsync("d", QueueReplica.Command()));
        await Eventually.UntilAsync(() => metrics.Values("gateway.queue.commit.duration", "result=failed").Count == 1);
        Assert.Equal([1], metrics.Values("gateway.queue.operations", "result=failed"));
    }

    [Fact]
    public void Counters_BeforeAnythingHappened_AreAtZero()
    {
        using var meters = new TestMeters();
        using var recorded = new RecordedMetrics(meters);
        _ = new QueueMetrics(meters, NullLogger<QueueMetrics>.Instance);
        foreach (var (name, tags) in new[]
        {
            ("operations", "result=failed"), ("conflicts", "reason=refused"), ("commands.accepted", ""), ("claims", "way=push"), ("claims.returned", ""),
            ("claims.released", ""), ("commands.ended", "state=dead_lettered"), ("commands.ended", "state=unknown"),
        })
            Assert.Equal([0], recorded.Values($"gateway.queue.{name}", tags));
        Assert.Equal([0], recorded.Values("gateway.notices.lost", "reason=failed"));
        Assert.Empty(recorded.Values("gateway.queue.commands.ended", "state=queued"));
    }

    [Theory]
    [InlineData("start")]
    [InlineData("stop")]
    [InlineData("measurement")]
    public async Task Listener_Throws_TheDevicesLineGoesOn(string at)
    {
        using var source = new ActivitySource("tests");
        var trace = default(ActivityTraceId);
        using var traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name is QueueMetrics.Name or "tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> asked) => at == "start" && asked.Parent.TraceId == trace && trace != default
                ? throw new InvalidOperationException()
                : ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (at == "stop" && activity.TraceId == trace && activity.Source.Name == QueueMetrics.Name) throw new InvalidOperationException();
            },
        };
        ActivitySource.AddActivityListener(traces);
        using var measurements = new MeterListener
        {
            InstrumentPublished = (instrument, to) =>
            {
                if (at == "measurement" && instrument.Meter.Scope == replica.Meters) to.EnableMeasurementEvents(instrument);
            },
        };
        measurements.SetMeasurementEventCallback<double>((_, _, _, _) => throw new InvalidOperationException());
        measurements.Start();
        using var cause = source.StartActivity("request")!;
        trace = cause.TraceId;

        for (var i = 0; i < 3; i++)
        {
            var answer = await replica.EnqueueAsync("d", QueueReplica.Command()).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.Equal(EnqueueStatus.Accepted, answer.Status);
        }
    }

    [Fact]
    public async Task Commit_OfSeveral_IsLinkedToEachAndNotOfTheTraceOfTheOneBefore()
    {
        using var source = new ActivitySource("tests");
        var commits = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is QueueMetrics.Name or "tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = commits.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        Task causeless = Task.CompletedTask, later = Task.CompletedTask;
        var linked = default(ActivitySpanId);
        store.Before = _ =>
        {
            store.Before = null;
            var traced = Activity.Current;
            Activity.Current = null;
            causeless = replica.EnqueueAsync("causeless", QueueReplica.Command());
            using (var other = source.StartActivity("other")) (linked, later) = (other!.SpanId, replica.EnqueueAsync("causeless", QueueReplica.Command()));
            Activity.Current = traced;
        };
        using (source.StartActivity("request"))
            await replica.EnqueueAsync("causeless", QueueReplica.Command());
        await Task.WhenAll(causeless, later);

        await Eventually.UntilAsync(() => Ours().Count == 2);
        Assert.Equal(default, Ours()[1].ParentSpanId);
        Assert.Equal(linked, Assert.Single(Ours()[1].Links).Context.SpanId);
        Assert.Equal((1, 2), (Ours()[0].GetTagItem("gateway.queue.operations"), Ours()[1].GetTagItem("gateway.queue.operations")));

        List<Activity> Ours() => [.. commits.Where(activity => activity.GetTagItem("gateway.device.id") is "causeless")];
    }

    [Fact]
    public async Task HistoryLag_WhileHistoryIsDown_GrowsUntilItIsBack()
    {
        history.BeforeWrite = () => throw new IOException("down");
        await replica.EnqueueAsync("d", QueueReplica.Command());
        time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(TimeSpan.FromSeconds(7), replica.Writer.Lag());

        history.BeforeWrite = null;
        await replica.Queue.FlushAsync("d", TestContext.Current.CancellationToken);
        Assert.Equal(TimeSpan.Zero, replica.Writer.Lag());
    }

    [Fact]
    public async Task HistoryLag_WhileTheWriteIsUnderWay_GrowsToo()
    {
        var lag = TimeSpan.Zero;
        history.BeforeWrite = () =>
        {
            time.Advance(TimeSpan.FromSeconds(3));
            lag = replica.Writer.Lag();
        };
        await replica.Writer.StartAsync(TestContext.Current.CancellationToken);
        await replica.EnqueueAsync("d", QueueReplica.Command());
        await Eventually.UntilAsync(() => lag == TimeSpan.FromSeconds(3));
        await replica.Writer.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task HistoryLag_AskedFor_IsAGauge()
    {
        await replica.Writer.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.UntilAsync(() => metrics.Knows("gateway.history.lag"));
        Assert.Equal(0, metrics.Ask("gateway.history.lag"));
        await replica.Writer.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Commit_Traced_BelongsToWhatCausedItAndNamesItsDevice()
    {
        var commits = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is QueueMetrics.Name or "tests",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (commits) commits.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("tests");
        using var cause = source.StartActivity("request")!;

        await replica.EnqueueAsync("traced", QueueReplica.Command());

        await Eventually.UntilAsync(() => Find() is not null);
        Assert.Equal("queue commit", Find()!.DisplayName);
        Assert.Equal("traced", Find()!.GetTagItem("gateway.device.id"));

        Activity? Find()
        {
            lock (commits) return commits.Find(activity => activity.TraceId == cause.TraceId && activity.ParentSpanId == cause.SpanId);
        }
    }
}
