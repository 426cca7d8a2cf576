using System.Collections.Concurrent;
using Gateway.Storage;
using Gateway.Storage.RateLimits;
using Microsoft.Extensions.Options;

namespace Gateway.Api.RateLimits;

/// <summary>
/// All counters of this replica, by rule. What they count is exchanged with other replicas by <see cref="RateExchange"/>, or asked of the
/// store each time (<see cref="AddToAllAsync"/>). Any number of threads.
/// </summary>
internal sealed class RateCounters(IRateCounts store, IOptions<RateLimitOptions> options, TimeProvider time, ILogger<RateCounters> logger)
{
    /// <summary>How long the store has to count; after that it counts as away.</summary>
    public static readonly TimeSpan StoreLimit = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, WindowCounters> rules = new(StringComparer.Ordinal);
    private volatile bool isAway;

    /// <summary>How often replicas exchange what they counted; zero: never.</summary>
    public TimeSpan ShareEvery { get; } = options.Value.ShareEvery ?? (store.IsShared ? RateLimitOptions.DefaultShareEvery : TimeSpan.Zero);

    /// <summary>All counters that were asked for.</summary>
    public ICollection<WindowCounters> All => rules.Values;

    /// <summary>The counters of a rule; those who name the same rule name the same window and limit.</summary>
    /// <param name="rule">Its name.</param>
    /// <param name="window">How long a window is.</param>
    /// <param name="limit">The most that one party may have in it. The first tenth is not told to other replicas, nor is the first one.</param>
    public WindowCounters For(string rule, TimeSpan window, int limit) => rules.GetOrAdd(
        rule, _ => new WindowCounters(rule, window, quiet: Math.Max(1, limit / 10), isShared: ShareEvery > TimeSpan.Zero, time));

    /// <summary>
    /// Counts one more by asking the store, so that the limit holds exactly, on all replicas and over restarts: for what is rare and dear.
    /// One who has already had more than the limit is counted here only. Without the store the count is this replica's.
    /// </summary>
    public async ValueTask<WindowCount> AddToAllAsync(string rule, TimeSpan window, int limit, string party, CancellationToken cancellationToken)
    {
        // Apart from the shared ones: what is counted here must not go to the store again.
        var counters = rules.GetOrAdd(rule, _ => new WindowCounters(rule, window, quiet: 0, isShared: false, time));
        var known = counters.Read(party);
        if (known.Count > limit) return counters.Add(party);
        using var silence = new CancellationTokenSource(StoreLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            var row = new RateCount(rule, PartyCount.NameInStore(party), known.ResetsAt, 1);
            var totals = await store.AddAsync([row], linked.Token).WaitAsync(linked.Token);
            CameBack();
            return counters.LearnEach(party, known.ResetsAt, totals[0].Count);
        }
        catch (Exception e) when (e is StorageUnavailableException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            WentAway(e);
            return counters.Add(party);
        }
    }

    /// <summary>The store does not count. The first of an episode is told, not each.</summary>
    public void WentAway(Exception e)
    {
        if (!isAway) RateLimitLog.StoreAway(logger, e);
        isAway = true;
    }

    /// <summary>The store counts.</summary>
    public void CameBack()
    {
        if (isAway) RateLimitLog.StoreBack(logger);
        isAway = false;
    }
}
