namespace Gateway.Agent.Transport.Sockets;

/// <summary>
/// Spaces messages so that a gateway that takes ten a second never sees more, bunched on the way or not: a token bucket, a little smaller and
/// slower than the gateway's. Thread-safe.
/// </summary>
internal sealed class SendPace(TimeProvider time)
{
    private const int Burst = 8;

    private static readonly TimeSpan Each = TimeSpan.FromMilliseconds(125);

    private readonly Lock gate = new();
    private TimeSpan free;

    /// <summary>Waits for its turn; turns are given in order.</summary>
    public Task WaitAsync(CancellationToken cancel)
    {
        TimeSpan wait;
        lock (gate)
        {
            TimeSpan now = time.GetElapsedTime(0);
            TimeSpan full = now - Burst * Each;
            free = (free > full ? free : full) + Each;
            wait = free - now;
        }

        return wait > TimeSpan.Zero ? Task.Delay(wait, time, cancel) : Task.CompletedTask;
    }
}
