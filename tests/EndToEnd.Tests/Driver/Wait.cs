namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>Bounded waits on what can only be seen from outside.</summary>
internal static class Wait
{
    /// <summary>How long anything may take on a busy machine.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Long enough that looking stays within the customer's rate limit.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Looks until <paramref name="look"/> answers something else than null, and answers that.</summary>
    /// <param name="what">What is waited for, for the message.</param>
    /// <param name="look">Looks once.</param>
    /// <param name="seen">What was seen instead, for the message.</param>
    public static async Task<T> ForAsync<T>(string what, Func<Task<T?>> look, Func<Task<string>>? seen = null)
        where T : class
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (await look() is { } found) return found;
            if (TimeProvider.System.GetElapsedTime(begun) > Limit)
                Assert.Fail($"Waited {Limit.TotalSeconds:0} s in vain for {what}.{(seen is null ? "" : $" Last seen: {await seen()}")}");
            await Task.Delay(Pause, TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Looks until it is so.</summary>
    public static Task UntilAsync(string what, Func<Task<bool>> look, Func<Task<string>>? seen = null) =>
        ForAsync(what, async () => await look() ? what : null, seen);

    /// <summary>Looks until it is so.</summary>
    public static Task UntilAsync(string what, Func<bool> look, Func<Task<string>>? seen = null) =>
        UntilAsync(what, () => Task.FromResult(look()), seen);
}
