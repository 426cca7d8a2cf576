using System.Collections.Concurrent;
using Gateway.Sidecar.Actors.Turns;
using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>
/// All actors of the process that are active or called, whichever host they are on: their turns, their idle time, and their moves from
/// a host to another.
/// </summary>
/// <remarks>
/// <para>An actor has one queue of turns, and where it is active is noted in it. A turn begins where the actor belongs by then; where
/// it is still active on another host, that one is told first. So no two hosts run turns of an actor at once, and who waits keeps its
/// place while the actor moves.</para>
/// <para>As with daprd, an actor is idle <see cref="ActorTypeOptions.IdleTimeout"/> after the <em>start</em> of its latest turn, and a
/// turn that still runs then is cut: its caller gets an error while the app may be busy with it. A caller that goes away does not
/// end its turn: the app may still be busy, and no second call may reach the actor meanwhile.</para>
/// </remarks>
internal sealed class ActorTable : IDisposable
{
    private const int MovesAtOnce = 64;

    private readonly ConcurrentDictionary<ActorKey, ActorInstance> instances = new();
    private readonly ActorHosts hosts;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly DueQueue<ActorInstance> idle;
    private readonly CancellationTokenSource stopping = new();
    private readonly DeliveryCount rounds = new();

    public ActorTable(ActorHosts hosts, TimeProvider time, ILogger logger)
    {
        this.hosts = hosts;
        this.time = time;
        this.logger = logger;
        idle = new DueQueue<ActorInstance>(time, actor => _ = DeactivateIdleAsync(actor));
        hosts.Changed += OnHostsChanged;
    }

    /// <summary>Whether an actor is active on a host: only then may its state be written there.</summary>
    public bool IsActive(ActorKey actor, ActorHost host) => instances.TryGetValue(actor, out ActorInstance? instance) && instance.Host == host;

    public int CountActive(string type, ActorHost host) => instances.Values.Count(instance => instance.Host == host && instance.Key.Type == type);

    /// <summary>Waits for a turn on the actor and calls it where it belongs; null when nobody hosts its type.</summary>
    /// <remarks><c>cancellationToken</c>: Ends the wait for the turn, not a turn that has begun.</remarks>
    /// <exception cref="StackDepthException">The call is nested too deeply.</exception>
    public async Task<ActorReply?> CallAsync(ActorKey actor, ActorCall call, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token);
        try
        {
            while (true)
            {
                waiting.Token.ThrowIfCancellationRequested();
                if (await hosts.LookupAsync(actor, waiting.Token) is not { } owner) return null;
                ActorInstance instance = instances.GetOrAdd(actor, static (key, host) => new ActorInstance(key, host.OptionsOf(key.Type)), owner);
                using Turn? turn = await instance.Turns.EnterAsync(call.ReentrancyId, waiting.Token);
                if (turn is not null && await RunAsync(instance, turn, call) is { } reply) return reply;
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ActorReply.Failed(ActorReply.Cut, null);
        }
    }

    /// <summary>
    /// Deactivates the actors of a host that has been taken out: after their running turns where the type asks for that, else at once.
    /// </summary>
    public Task LeaveAsync(ActorHost host, CancellationToken cancellationToken) =>
        DeactivateAllAsync(instance => instance.Host == host, cancellationToken);

    /// <summary>Begins no turn any more, and no move; whoever waits for one is told so.</summary>
    public void Stop()
    {
        hosts.Changed -= OnHostsChanged;
        rounds.Close();
        stopping.Cancel();
    }

    /// <summary>Completes after <see cref="Stop"/>, when nothing moves any more.</summary>
    public Task WhenIdleAsync() => rounds.WhenNone;

    public void Dispose()
    {
        idle.Dispose();
        stopping.Dispose();
    }

    /// <summary>Runs a call in its turn; null when the turn was taken away before, or nobody hosts the type any more.</summary>
    private async Task<ActorReply?> RunAsync(ActorInstance instance, Turn turn, ActorCall call)
    {
        while (await PlaceAsync(instance, turn) is { } host)
        {
            ActorReply reply = await host.CallAsync(instance.Key, call, turn);
            // A refused call never reached the app, so it goes to the next host.
            if (!reply.Refused || turn.IsNested || !await host.IsGoneSoonAsync()) return reply;
        }

        return null;
    }

    /// <summary>Notes where the turn runs, after the host that the actor has moved from is told.</summary>
    private async ValueTask<ActorHost?> PlaceAsync(ActorInstance instance, Turn turn)
    {
        // A nested call belongs to the turn that it is nested in.
        if (turn.IsNested && instance.Host is { } same) return TryBegin(instance, turn, same) ? same : null;
        while (hosts.Find(instance.Key) is { } owner)
        {
            if (instance.Host is { } other && other != owner) await DeactivateAsync(instance, turn, turn.Cancelled);
            bool wasActive = instance.Host is not null;
            if (!TryBegin(instance, turn, owner)) return null;
            if (hosts.Find(instance.Key) == owner) return owner;
            // Hosts changed, and who moves actors may have looked just before the note.
            if (!wasActive) instance.Turns.TryNote(turn, () => instance.Host = null);
        }

        if (instance.Host is null) Retire(instance, turn);
        return null;
    }

    private bool TryBegin(ActorInstance instance, Turn turn, ActorHost host)
    {
        DateTimeOffset idleAt = DaprPeriod.Add(time.GetUtcNow(), instance.Options.IdleTimeout);
        bool begun = instance.Turns.TryNote(turn, () =>
        {
            instance.Host = host;
            instance.IdleAt = idleAt;
        });
        if (begun) idle.Set(instance, idleAt);
        return begun;
    }

    private void OnHostsChanged()
    {
        // The hosts are to be changed before anybody's place is read, see PlaceAsync.
        Interlocked.MemoryBarrier();
        _ = MoveAllAsync();
    }

    private async Task MoveAllAsync()
    {
        if (!rounds.TryEnter()) return;
        try
        {
            await DeactivateAllAsync(IsMisplaced, stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // They are deactivated where they are.
        }
        catch (Exception exception)
        {
            // Nobody awaits a move. The next call of an actor moves it.
            ActorLog.MoveFailed(logger, exception);
        }
        finally
        {
            rounds.Leave();
        }
    }

    /// <summary>An actor that nobody else can take stays where it is, even where its host is gone: its running turn may yet end.</summary>
    private bool IsMisplaced(ActorInstance instance) =>
        instance.Host is { } host && hosts.Find(instance.Key) is { } owner && owner != host;

    private async Task DeactivateAllAsync(Func<ActorInstance, bool> which, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(
            instances.Values.Where(which),
            new ParallelOptions { MaxDegreeOfParallelism = MovesAtOnce, CancellationToken = cancellationToken },
            async (instance, token) =>
            {
                using Turn? drained = await DrainAsync(instance, token);
                token.ThrowIfCancellationRequested();
                using Turn? turn = drained ?? instance.Turns.Cut(() => which(instance));
                if (turn is null || !which(instance)) return;
                await DeactivateAsync(instance, turn, token);
                Retire(instance, turn);
            });

    private async Task DeactivateIdleAsync(ActorInstance instance)
    {
        using Turn? turn = instance.Turns.Cut(() => instance.IdleAt <= time.GetUtcNow());
        if (turn is null) return;
        await DeactivateAsync(instance, turn, turn.Cancelled);
        Retire(instance, turn);
    }

    /// <summary>Tells the app in a turn of its own; as with daprd it is too late then to write state.</summary>
    private async Task DeactivateAsync(ActorInstance instance, Turn turn, CancellationToken cancellationToken)
    {
        idle.Remove(instance);
        ActorHost? host = null;
        instance.Turns.TryNote(turn, () => (host, instance.Host) = (instance.Host, null));
        if (host is null) return;
        using var limit = new CancellationTokenSource(instance.Options.DrainTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await host.TellAsync(instance.Key, either.Token);
    }

    /// <summary>Forgets an actor that is active nowhere, or lets the first of the calls that wait activate it again.</summary>
    private void Retire(ActorInstance instance, Turn turn)
    {
        if (instance.Turns.Retire(turn)) instances.TryRemove(new KeyValuePair<ActorKey, ActorInstance>(instance.Key, instance));
    }

    private async Task<Turn?> DrainAsync(ActorInstance instance, CancellationToken cancellationToken)
    {
        if (!instance.Options.DrainOnStop) return null;
        using var limit = new CancellationTokenSource(instance.Options.DrainTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await instance.Turns.EnterFirstAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
