using System.Diagnostics;

namespace Gateway.Bench;

/// <summary>A closed loop: so many clients, each sending its next request when the last is answered.</summary>
internal static class Load
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <summary>Runs it and measures what falls in after the warm-up.</summary>
    /// <param name="clients">How many at once.</param>
    /// <param name="seconds">For how long.</param>
    /// <param name="round">One round of one client, which times its own requests; an exception ends the benchmark.</param>
    /// <returns>A measure for each name that the rounds used.</returns>
    public static async Task<IReadOnlyList<(string Name, Measure Measure)>> RunAsync(
        int clients, double seconds, Func<int, Stopwatches, Task> round)
    {
        var begun = Stopwatch.GetTimestamp();
        var end = WarmUp + TimeSpan.FromSeconds(seconds);
        var taken = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var times = new Stopwatches(() => Stopwatch.GetElapsedTime(begun) > WarmUp);
            while (Stopwatch.GetElapsedTime(begun) < end) await round(client, times);
            return times;
        })));
        return [.. taken[0].Names.Select(name => (name, Measure.Of([.. taken.SelectMany(times => times.Of(name))], seconds)))];
    }
}

/// <summary>The times of one client's requests by name.</summary>
internal sealed class Stopwatches(Func<bool> isOn)
{
    private readonly Dictionary<string, List<double>> times = [];
    private readonly List<string> names = [];

    public IReadOnlyList<string> Names => names;

    public IReadOnlyList<double> Of(string name) => times.GetValueOrDefault(name) ?? [];

    /// <summary>Times a request.</summary>
    public async Task<T> TimeAsync<T>(string name, Func<Task<T>> request)
    {
        var sent = Stopwatch.GetTimestamp();
        var answer = await request();
        if (!isOn()) return answer;
        if (!times.TryGetValue(name, out var list))
        {
            times[name] = list = [];
            names.Add(name);
        }

        list.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        return answer;
    }
}

/// <summary>What a loop did.</summary>
/// <param name="PerSecond">Requests a second.</param>
/// <param name="P50">Median latency, milliseconds.</param>
/// <param name="P99">99th percentile, milliseconds.</param>
internal sealed record Measure(double PerSecond, double P50, double P99)
{
    public static Measure Of(double[] times, double seconds)
    {
        Array.Sort(times);
        return new Measure(times.Length / seconds, times[times.Length / 2], times[(int)(times.Length * 0.99)]);
    }
}
