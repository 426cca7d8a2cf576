namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>
/// Where actors live: the hosts that may be called now, and which of them an actor belongs to. What is Dapr's placement service
/// elsewhere. Thread-safe.
/// </summary>
/// <remarks>
/// An actor belongs to the one of its type's hosts whose name gives the largest hash with the actor's (rendezvous hashing), so that a
/// host that comes or goes moves no actor but its own.
/// </remarks>
internal sealed class ActorHosts(TimeProvider time)
{
    /// <summary>How long a call waits for somebody to host its type.</summary>
    public static readonly TimeSpan LookupTime = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ActorHost[] hosts = [];

    /// <summary>Raised when a host came or went, on the thread that did it.</summary>
    public event Action? Changed;

    /// <summary>Takes a host in, unless it is there or gone for good.</summary>
    public void Add(ActorHost host) => Change(others => others.Contains(host) || host.IsGone ? others : [.. others, host]);

    /// <summary>Takes a host out, if it is there: no turn of an actor begins on it any more.</summary>
    public void Remove(ActorHost host) => Change(others => others.Contains(host) ? [.. others.Where(other => other != host)] : others);

    /// <summary>The host that an actor belongs to, or null when nobody hosts its type now.</summary>
    public ActorHost? Find(ActorKey actor)
    {
        lock (gate)
        {
            ActorHost? best = null;
            ulong weight = 0;
            foreach (ActorHost host in hosts)
            {
                if (!host.Hosts(actor.Type)) continue;
                // Alone, as in most processes, it needs no hash.
                ulong own = hosts.Length == 1 ? 0 : Weight(host.Name, actor);
                if (best is not null && own <= weight) continue;
                (best, weight) = (host, own);
            }

            return best;
        }
    }

    /// <summary>The host that an actor belongs to; null after <see cref="LookupTime"/> in which nobody hosted its type.</summary>
    public ValueTask<ActorHost?> LookupAsync(ActorKey actor, CancellationToken cancellationToken) =>
        Find(actor) is { } host ? ValueTask.FromResult<ActorHost?>(host) : new ValueTask<ActorHost?>(WaitAsync(actor, cancellationToken));

    private async Task<ActorHost?> WaitAsync(ActorKey actor, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(LookupTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (true)
        {
            Task next;
            lock (gate) next = changed.Task;
            if (Find(actor) is { } host) return host;
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

    private void Change(Func<ActorHost[], ActorHost[]> change)
    {
        lock (gate)
        {
            ActorHost[] before = hosts;
            hosts = change(before);
            if (hosts == before) return;
            changed.SetResult();
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        Changed?.Invoke();
    }

    /// <summary>FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) with the finish of MurmurHash3, since it mixes its last bytes badly.</summary>
    private static ulong Weight(string host, ActorKey actor)
    {
        ulong hash = Add(Add(Add(14695981039346656037, host), actor.Type), actor.Id);
        hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
        hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
        return hash ^ (hash >> 33);

        static ulong Add(ulong hash, string text)
        {
            foreach (char letter in text) hash = (hash ^ letter) * 1099511628211;
            return (hash ^ '|') * 1099511628211;
        }
    }
}
