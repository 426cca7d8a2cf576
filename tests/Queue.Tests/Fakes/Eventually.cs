using System.Runtime.CompilerServices;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>Waits for what other tasks bring about.</summary>
internal static class Eventually
{
    /// <summary>Waits for thirty seconds at most.</summary>
    public static async Task UntilAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            if (limit.IsCancellationRequested) throw new TimeoutException($"Waited in vain for {what}.");
            await Task.Yield();
        }
    }
}
