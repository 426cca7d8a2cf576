using System.Diagnostics.Metrics;
using Gateway.Api.Health;
using Gateway.Storage;
using Gateway.Storage.History;
using Gateway.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Tests.Health;

public sealed class OverdueDeadlinesTests : IAsyncLifetime
{
    private readonly ManualTimeProvider time = new();
    private readonly Sweep sweep = new();
    private readonly HealthOptions options = new();
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener listener = new();
    private readonly List<double> measured = [];
    private OverdueDeadlines deadlines = null!;

    public async ValueTask InitializeAsync()
    {
        var meters = services.GetRequiredService<IMeterFactory>();
        deadlines = new OverdueDeadlines(sweep, Options.Create(options), time, meters, NullLogger<OverdueDeadlines>.Instance);
        listener.InstrumentPublished = (instrument, of) =>
        {
            if (instrument.Name == "gateway.deadlines.overdue.age" && instrument.Unit == "s" && ReferenceEquals(instrument.Meter.Scope, meters))
                of.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, value, _, _) => measured.Add(value));
        listener.Start();
        await deadlines.StartAsync(TestContext.Current.CancellationToken);
        await sweep.AskedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await deadlines.StopAsync(CancellationToken.None);
        deadlines.Dispose();
        listener.Dispose();
        sweep.Dispose();
        await services.DisposeAsync();
    }

    [Fact]
    public async Task NothingOverdue_AreKept()
    {
        await LookAsync();
        Assert.True(deadlines.AreKept);
        Assert.Equal(0, Gauge());
    }

    [Fact]
    public async Task Overdue_UpToTheLimit_AreKept_PastItNoMore()
    {
        await LookAsync();
        sweep.OldestDueAt = time.GetUtcNow();
        for (var seconds = 0; seconds < 60; seconds += 10) await LookAsync();
        Assert.True(deadlines.AreKept);
        Assert.Equal(60, Gauge());

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(deadlines.AreKept);

        sweep.OldestDueAt = null;
        await LookAsync();
        Assert.True(deadlines.AreKept);
        Assert.Equal(0, Gauge());
    }

    [Fact]
    public async Task Overdue_SinceBeforeTheStart_HaveTheLimitFromTheStart()
    {
        sweep.OldestDueAt = time.GetUtcNow() - TimeSpan.FromHours(1);
        for (var seconds = 0; seconds < 60; seconds += 10) await LookAsync();
        Assert.True(deadlines.AreKept);
        Assert.Equal(3_660, Gauge());

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(deadlines.AreKept);
    }

    [Fact]
    public async Task StoreAway_LastLookHoldsForHalfAMinute()
    {
        await LookAsync();
        sweep.IsAway = true;
        for (var seconds = 0; seconds < 30; seconds += 10) await LookAsync();
        Assert.True(deadlines.AreKept);

        await LookAsync();
        Assert.False(deadlines.AreKept);
        Assert.Null(Gauge());

        sweep.IsAway = false;
        await LookAsync();
        Assert.True(deadlines.AreKept);
    }

    [Fact]
    public async Task LimitZero_AreAlwaysKept()
    {
        options.OverdueLimit = TimeSpan.Zero;
        using var off = new OverdueDeadlines(
            sweep, Options.Create(options), time, services.GetRequiredService<IMeterFactory>(), NullLogger<OverdueDeadlines>.Instance);
        sweep.OldestDueAt = time.GetUtcNow();
        for (var seconds = 0; seconds < 120; seconds += 10) await LookAsync();
        Assert.True(off.AreKept);
        Assert.False(deadlines.AreKept);
    }

    /// <summary>Two looks, 5 seconds apart: when the second asks, what the first saw is noted.</summary>
    private async Task LookAsync()
    {
        for (var i = 0; i < 2; i++)
        {
            time.Advance(OverdueDeadlines.Period);
            await sweep.AskedAsync();
        }
    }

    private double? Gauge()
    {
        measured.Clear();
        listener.RecordObservableInstruments();
        return measured.Count == 0 ? null : Assert.Single(measured);
    }

    private sealed class Sweep : ISweepQueries, IDisposable
    {
        private readonly SemaphoreSlim asked = new(0);

        public DateTimeOffset? OldestDueAt { get; set; }

        public bool IsAway { get; set; }

        public async Task AskedAsync() => Assert.True(await asked.WaitAsync(TimeSpan.FromSeconds(10)), "Nobody asked for what is overdue.");

        public Task<IReadOnlyList<OverdueDevice>> OverdueAsync(DateTimeOffset now, TimeSpan grace, int limit, CancellationToken cancellationToken)
        {
            var (away, oldest) = (IsAway, OldestDueAt);
            asked.Release();
            if (away) throw new StorageUnavailableException("Away.", new InvalidOperationException());
            return Task.FromResult<IReadOnlyList<OverdueDevice>>(
                oldest is { } due && due < now - grace ? [new OverdueDevice("pi-1", due.ToUnixTimeMilliseconds())] : []);
        }

        public void Dispose() => asked.Dispose();

        public Task<IReadOnlyList<string>> DevicesPageAsync(string? afterId, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
