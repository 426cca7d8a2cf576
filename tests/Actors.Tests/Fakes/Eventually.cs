namespace Gateway.Actors.Tests.Fakes;

/// <summary>Waits for what other tasks bring about, for ten seconds at most.</summary>
internal static class Eventually
{
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Does something again until it answers true.</summary>
    public static async Task UntilAsync(Func<Task<bool>> attempt)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await attempt()) limit.Token.ThrowIfCancellationRequested();
    }
}
