namespace Gateway.Portal.Shell;

/// <summary>Has the times on a circuit's page looked at again every few seconds, so that they stay true while nothing else changes.</summary>
internal sealed class Ticker(TimeProvider time) : IDisposable
{
    /// <summary>How often.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private ITimer? timer;
    private Action? tick;
    private bool isDisposed;

    /// <summary>Look again. Raised on a thread of the pool.</summary>
    public event Action Tick
    {
        add
        {
            lock (gate)
            {
                tick += value;
                if (!isDisposed) timer ??= time.CreateTimer(_ => tick?.Invoke(), null, Every, Every);
            }
        }

        remove
        {
            lock (gate) tick -= value;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
            timer?.Dispose();
        }
    }
}
