namespace Gateway.Queue.Tests.Fakes;

/// <summary>Waits for what other tasks bring about.</summary>
internal static class Eventually
{
    /// <summary>Waits for thirty seconds at most.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
