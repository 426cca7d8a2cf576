using System.Collections.Concurrent;
using Gateway.Storage;
using Gateway.Storage.RateLimits;

namespace Gateway.Api.Tests.RateLimits;

/// <summary>The store in memory, for replicas of one test. It can be away.</summary>
internal sealed class FakeRateCounts : IRateCounts
{
    private readonly ConcurrentDictionary<(string, string, DateTimeOffset), long> totals = new();
    private int calls;

    public bool IsShared { get; init; } = true;

    public bool IsDown { get; set; }

    /// <summary>What every call waits for.</summary>
    public Task Hold { get; set; } = Task.CompletedTask;

    /// <summary>How often it was asked.</summary>
    public int Calls => calls;

    /// <summary>The parties that it knows.</summary>
    public IEnumerable<string> Parties => totals.Keys.Select(key => key.Item2);

    public async Task<IReadOnlyList<RateCount>> AddAsync(IReadOnlyCollection<RateCount> added, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref calls);
        await Hold;
        if (IsDown) throw new StorageUnavailableException("The store is away.");
        return [.. added.Select(one => one with
        {
            Count = totals.AddOrUpdate((one.Rule, one.Party, one.WindowEnds), one.Count, (_, count) => count + one.Count),
        })];
    }
}
