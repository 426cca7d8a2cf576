namespace Gateway.Bench.Channels;

/// <summary>Many sockets that all get the same message: when the last one has it.</summary>
/// <param name="count">How many.</param>
internal sealed class Gathering(int count)
{
    private int left;
    private TaskCompletionSource<long> last = new();

    /// <summary>Begins to wait for the next message.</summary>
    /// <returns>When the last one had it, as a timestamp of <see cref="System.Diagnostics.Stopwatch"/>.</returns>
    public Task<long> NextAsync()
    {
        last = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref left, count);
        return last.Task.WaitAsync(Inbox.Limit);
    }

    /// <summary>One has it.</summary>
    public void Put(long at)
    {
        if (Interlocked.Decrement(ref left) == 0) last.TrySetResult(at);
    }
}
