namespace Gateway.Sidecar.Hosting;

/// <summary>
/// Whether the app may get calls: no until it listens (and, with health checks on, has answered one), then yes, and with
/// health checks on no again after failed probes. Written by the host alone, read by every feature. Thread-safe.
/// </summary>
internal sealed class AppHealth
{
    private readonly Lock gate = new();
    private TaskCompletionSource healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Raised on every change, with the new value, on the thread of the probe.</summary>
    public event Action<bool>? Changed;

    public bool IsHealthy => Volatile.Read(ref healthy).Task.IsCompleted;

    /// <summary>Completes at once while the app is healthy, else when it becomes so.</summary>
    public Task WaitUntilHealthyAsync(CancellationToken cancellationToken) => Volatile.Read(ref healthy).Task.WaitAsync(cancellationToken);

    public void Set(bool value)
    {
        lock (gate)
        {
            if (value == IsHealthy) return;
            if (value) healthy.SetResult();
            else Volatile.Write(ref healthy, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        Changed?.Invoke(value);
    }
}
