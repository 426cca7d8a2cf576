namespace Gateway.Sidecar.Scheduling;

/// <summary>Counts what runs, so that a stop can wait for it. Thread-safe.</summary>
internal sealed class DeliveryCount
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource none = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running;
    private bool closed;

    public bool IsClosed
    {
        get { lock (gate) return closed; }
    }

    /// <summary>Completes after <see cref="Close"/>, when nothing runs.</summary>
    public Task WhenNone => none.Task;

    public bool TryEnter()
    {
        lock (gate)
        {
            if (closed) return false;
            running++;
            return true;
        }
    }

    public void Leave()
    {
        lock (gate)
        {
            if (--running == 0 && closed) none.TrySetResult();
        }
    }

    public void Close()
    {
        lock (gate)
        {
            closed = true;
            if (running == 0) none.TrySetResult();
        }
    }
}
