using Gateway.Storage.RateLimits;

namespace Gateway.Api.RateLimits;

/// <summary>
/// Tells the store what this replica counted and learns what others did, about once a second in one statement (docs/decisions/0011). A
/// second in which nobody came near a limit costs nothing. One loop.
/// </summary>
internal sealed class RateExchange(RateCounters counters, IRateCounts store, TimeProvider time) : BackgroundService
{
    /// <summary>Most parties of one rule in one exchange; the others have their turn in the next.</summary>
    internal const int PartiesPerRule = 1_000;

    private readonly SemaphoreSlim exchanging = new(1);

    /// <summary>Exchanges now what is to be shared. Without the store it is kept for the next time; nothing is thrown but a cancellation.</summary>
    public async Task ExchangeAsync(CancellationToken cancellationToken)
    {
        // One at a time: what was taken must be back before more is.
        await exchanging.WaitAsync(cancellationToken);
        try
        {
            var taken = counters.All.SelectMany(rule => rule.TakeUnshared(PartiesPerRule), (rule, count) => (Rule: rule, Count: count)).ToList();
            if (taken.Count > 0) await ExchangeAsync(taken, cancellationToken);
        }
        finally
        {
            exchanging.Release();
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        base.Dispose();
        exchanging.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (counters.ShareEvery == TimeSpan.Zero) return;
        using var timer = new PeriodicTimer(counters.ShareEvery, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await ExchangeAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Windows are short: what is left is not worth a write.
        }
    }

    private async Task ExchangeAsync(List<(WindowCounters Rule, UnsharedCount Count)> taken, CancellationToken cancellationToken)
    {
        try
        {
            var totals = await store.AddAsync([.. taken.Select(one => one.Count.Row)], cancellationToken);
            var byParty = totals.ToDictionary(total => (total.Rule, total.Party, total.WindowEnds), total => total.Count);
            foreach (var (rule, count) in taken) rule.Learn(count, byParty[(count.Row.Rule, count.Row.Party, count.Row.WindowEnds)]);
            counters.CameBack();
        }
#pragma warning disable CA1031 // Whatever went wrong, limits go on per replica and the next round tries again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            foreach (var (rule, count) in taken) rule.GiveBack(count);
            if (e is OperationCanceledException && cancellationToken.IsCancellationRequested) throw;
            counters.WentAway(e);
        }
    }
}
