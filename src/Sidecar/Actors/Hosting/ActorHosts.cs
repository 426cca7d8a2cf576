namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>
/// Where actors live: the seam at which more than one host can be told apart. Today one app is connected, and all actors of its
/// types are there. Thread-safe.
/// </summary>
internal sealed class ActorHosts(TimeProvider time)
{
    /// <summary>How long a call waits for somebody to host its type.</summary>
    public static readonly TimeSpan LookupTime = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ActorHost? host;
    private bool open;

    /// <summary>Raised when a host was added or may be called again, on the thread that did it.</summary>
    public event Action? Opened;

    /// <summary>
    /// Whether hosts may be called. While not, because the app is not up yet or not healthy, calls are held, as daprd does.
    /// </summary>
    public bool IsOpen
    {
        get { lock (gate) return open; }
        set
        {
            lock (gate)
            {
                if (open == value) return;
                open = value;
                Pulse();
            }

            if (value) Opened?.Invoke();
        }
    }

    public void Add(ActorHost added)
    {
        lock (gate)
        {
            host = added;
            Pulse();
        }

        if (IsOpen) Opened?.Invoke();
    }

    /// <summary>Takes the host out: its actors have no place from now on.</summary>
    public ActorHost? Remove()
    {
        lock (gate)
        {
            ActorHost? removed = host;
            host = null;
            Pulse();
            return removed;
        }
    }

    /// <summary>The host of an actor, or null when it cannot be called now.</summary>
    public ActorHost? Find(ActorKey actor)
    {
        lock (gate) return open && host?.Hosts(actor.Type) == true ? host : null;
    }

    /// <summary>Whether the actor is active on its host, be that open or not: a turn that runs may write its state.</summary>
    public bool IsActive(ActorKey actor)
    {
        lock (gate) return host?.IsActive(actor) == true;
    }

    /// <summary>Waits until hosts may be called, then says whether the type is hosted.</summary>
    public async Task<bool> IsHostedAsync(string type, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (open) return host?.Hosts(type) == true;
                next = changed.Task;
            }

            await next.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The host of an actor; null after <see cref="LookupTime"/> in which nobody hosted its type.</summary>
    public async Task<ActorHost?> LookupAsync(ActorKey actor, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        bool counting = false;
        await using ITimer timer = time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), limit, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (open && host?.Hosts(actor.Type) == true) return host;
                next = changed.Task;
                if (open && !counting) counting = timer.Change(LookupTime, Timeout.InfiniteTimeSpan);
            }

            try
            {
                await next.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }
    }

    /// <summary>Called under the lock.</summary>
    private void Pulse()
    {
        changed.SetResult();
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
