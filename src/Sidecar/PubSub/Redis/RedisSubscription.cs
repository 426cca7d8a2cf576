namespace Gateway.Sidecar.PubSub.Redis;

/// <summary>One subscription to a topic, and what its handler works on. Thread-safe.</summary>
internal sealed class RedisSubscription(string topic, MessageHandler handler) : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private int running;
    private bool ended;

    public string Topic { get; } = topic;

    /// <summary>Handles a message; null when the subscription has ended, before or meanwhile, so that nothing is known of the message.</summary>
    public async ValueTask<bool?> HandleAsync(PubSubMessage message)
    {
        lock (gate)
        {
            if (ended) return null;
            running++;
        }

        try
        {
            bool handled = await handler(message, stopping.Token);
            // What failed while it ended may have failed because it ended.
            return handled || !stopping.IsCancellationRequested ? handled : null;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            lock (gate)
            {
                if (--running == 0 && ended) idle.TrySetResult();
            }
        }
    }

    /// <summary>Cancels what is being handled, and waits for it.</summary>
    public async Task EndAsync()
    {
        lock (gate)
        {
            ended = true;
            if (running == 0) idle.TrySetResult();
        }

        await stopping.CancelAsync();
        await idle.Task;
    }

    public void Dispose() => stopping.Dispose();
}
