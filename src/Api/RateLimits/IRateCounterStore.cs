namespace Gateway.Api.RateLimits;

/// <summary>
/// Where requests are counted. In memory a limit holds per replica; a shared store makes it hold for all. Implementations
/// are thread-safe and bound their memory.
/// </summary>
internal interface IRateCounterStore
{
    /// <summary>Counts one request of <paramref name="party"/> under <paramref name="rule"/> in the current minute; the count includes it.</summary>
    ValueTask<WindowCount> AddAsync(string rule, string party, CancellationToken cancellationToken);
}

/// <summary>Counts in this process.</summary>
internal sealed class MemoryRateCounterStore(TimeProvider time) : IRateCounterStore
{
    // About 10 MB at the most: a minute's worth of distinct devices and customers of one replica.
    private const int Capacity = 100_000;

    private readonly FixedWindowCounters<(string Rule, string Party)> counters = new(time, Capacity);

    /// <inheritdoc />
    public ValueTask<WindowCount> AddAsync(string rule, string party, CancellationToken cancellationToken) =>
        ValueTask.FromResult(counters.Add((rule, party)));
}
