using System.Globalization;

namespace Gateway.EndToEnd.Tests.Torture;

/// <summary>Something that goes wrong, and is over when the task is.</summary>
/// <param name="Name">What it is.</param>
/// <param name="StrikeAsync">Makes it happen, and waits until what it struck works again.</param>
internal sealed record Disaster(string Name, Func<Task> StrikeAsync);

/// <summary>
/// Lets disasters happen at random, each at least once. The seed decides their order and lengths; the machine decides what
/// they meet. <c>TORTURE_SEED</c> repeats a choice, <c>TORTURE_SECONDS</c> goes on for longer than once through.
/// </summary>
internal sealed class Disasters
{
    private readonly TimeSpan least;
    private readonly long begun = TimeProvider.System.GetTimestamp();

    public Disasters()
    {
        Seed = Number("TORTURE_SEED") ?? Random.Shared.Next();
        least = TimeSpan.FromSeconds(Number("TORTURE_SECONDS") ?? 0);
        Tell($"TORTURE_SEED={Seed}");
    }

    public int Seed { get; }

    /// <summary>Lets the disasters of one track happen one after another; tracks are told apart by their number.</summary>
    public async Task StrikeAsync(int track, params IReadOnlyList<Func<Random, Disaster>> disasters)
    {
        var random = new Random(unchecked((Seed * 31) + track));
        do
        {
            var order = disasters.ToArray();
            random.Shuffle(order);
            foreach (var next in order)
            {
                await PauseAsync(random.NextDouble() * 1.5);
                var disaster = next(random);
                Tell(disaster.Name);
                await disaster.StrikeAsync();
            }
        }
        while (TimeProvider.System.GetElapsedTime(begun) < least);
    }

    public static Task PauseAsync(double seconds) =>
        Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, TestContext.Current.CancellationToken);

    private void Tell(string what) => TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{TimeProvider.System.GetElapsedTime(begun).TotalSeconds,6:0.0} s: {what}"));

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
