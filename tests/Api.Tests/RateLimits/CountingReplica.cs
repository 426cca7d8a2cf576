using Gateway.Api.RateLimits;
using Gateway.Api.Tests.Auth;
using Gateway.Api.Tests.Channels;
using Gateway.Storage.RateLimits;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Tests.RateLimits;

/// <summary>What one replica counts, over a store that tests share among several.</summary>
internal sealed class CountingReplica : IDisposable
{
    private const string Rule = "rule";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly RateExchange exchange;

    public CountingReplica(IRateCounts store, TimeProvider time, int limit = 100, TimeSpan? shareEvery = null)
    {
        Limit = limit;
        Counters = new RateCounters(store, Options.Create(new RateLimitOptions { ShareEvery = shareEvery }), time, Log.For<RateCounters>());
        exchange = new RateExchange(Counters, store, time);
    }

    public int Limit { get; }

    public RateCounters Counters { get; }

    public CapturedLog Log { get; } = new();

    public WindowCounters Shared => Counters.For(Rule, Minute, Limit);

    /// <summary>Counts one; whether it is within the limit.</summary>
    public bool Admits(string party) => Shared.Add(party).Count <= Limit;

    /// <summary>Counts one by asking the store.</summary>
    public async Task<long> AddToAllAsync(string party) =>
        (await Counters.AddToAllAsync("exact", TimeSpan.FromMinutes(10), Limit, party, TestContext.Current.CancellationToken)).Count;

    public Task ExchangeAsync() => exchange.ExchangeAsync(TestContext.Current.CancellationToken);

    /// <summary>Starts the loop.</summary>
    public Task StartAsync() => exchange.StartAsync(TestContext.Current.CancellationToken);

    /// <summary>Runs the loop, which ends by itself where there is nothing to do.</summary>
    public async Task RunAsync()
    {
        await StartAsync();
        await exchange.ExecuteTask!.WaitAsync(Wait.Limit);
    }

    public void Dispose()
    {
        exchange.Dispose();
        Log.Dispose();
    }
}
