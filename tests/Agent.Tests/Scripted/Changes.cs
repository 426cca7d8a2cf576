namespace Gateway.Agent.Tests.Scripted;

/// <summary>Tells those who wait for something at a scripted server to look again, after each of its changes.</summary>
/// <param name="gate">What guards the server's state; conditions are looked at under it.</param>
internal sealed class Changes(Lock gate)
{
    private TaskCompletionSource changed = NewSignal();

    /// <summary>Ends with the next change; asked for under the gate, nothing is missed.</summary>
    public Task Next
    {
        get { lock (gate) return changed.Task; }
    }

    /// <summary>Something has changed.</summary>
    public void Tell()
    {
        TaskCompletionSource before;
        lock (gate)
        {
            before = changed;
            changed = NewSignal();
        }

        before.TrySetResult();
    }

    /// <summary>Waits until it is so, looking again after each change.</summary>
    /// <param name="condition">Looks once.</param>
    /// <param name="seen">What happened instead, for the message.</param>
    /// <param name="seconds">The limit.</param>
    public async Task UntilAsync(Func<bool> condition, Func<string> seen, int seconds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (condition()) return;
                next = changed.Task;
            }

            try
            {
                await next.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                lock (gate) Assert.Fail($"It did not happen within {seconds} s. So far: {seen()}");
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
