using System.Diagnostics;

namespace Gateway.Bench.Load;

/// <summary>A closed loop: so many clients, each sending its next request when the last is answered.</summary>
internal static class ClosedLoop
{
    /// <summary>Every client goes round its own devices so many times.</summary>
    /// <param name="clients">How many at once; divides <paramref name="devices"/>.</param>
    /// <param name="devices">All devices.</param>
    /// <param name="rounds">How often each device is worked.</param>
    /// <param name="request">One request for one device; an exception ends the benchmark.</param>
    public static async Task<Phase> RunAsync(int clients, int devices, int rounds, Func<int, Task> request)
    {
        var each = devices / clients;
        var begun = Stopwatch.GetTimestamp();
        var times = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var taken = new double[each * rounds];
            for (var i = 0; i < taken.Length; i++)
            {
                var sent = Stopwatch.GetTimestamp();
                await request((client * each) + (i % each));
                taken[i] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
            }

            return taken;
        })));
        return new Phase([.. times.SelectMany(taken => taken).Order()], Stopwatch.GetElapsedTime(begun).TotalSeconds);
    }
}

/// <summary>What one run of the loop took.</summary>
/// <param name="Times">Each request, milliseconds, the shortest first.</param>
/// <param name="Seconds">All together.</param>
internal sealed record Phase(double[] Times, double Seconds)
{
    /// <summary>Processor time of the server, what it did afterwards for these requests included; null: not ours to see.</summary>
    public TimeSpan? Processor { get; init; }

    public double PerSecond => Times.Length / Seconds;

    public double At(double share) => Times[Math.Min(Times.Length - 1, (int)(Times.Length * share))];
}
