using System.Collections.Concurrent;
using System.Diagnostics;
using Gateway.Bench.Load;

namespace Gateway.Bench.Channels;

/// <summary>Times of one kind in one phase. Thread-safe.</summary>
internal sealed class Samples
{
    private readonly ConcurrentBag<double> times = [];
    private readonly long begun = Stopwatch.GetTimestamp();

    /// <summary>Adds a time between two timestamps; below zero when the second came first.</summary>
    public void Add(long from, long to) => times.Add((to - from) * 1000.0 / Stopwatch.Frequency);

    public Phase ToPhase() => new([.. times.Order()], Stopwatch.GetElapsedTime(begun).TotalSeconds);
}
