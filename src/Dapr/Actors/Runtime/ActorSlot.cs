namespace Dapr.Actors.Runtime;

/// <summary>
/// The place of one actor id: lets one turn in at a time, in no fixed order, and the calls of one reentrant chain together.
/// The sidecar sees to turns as well; this holds when it errs, when two sidecars believe they own the actor, and while an
/// actor is being activated or deactivated. Closed once and for all after deactivation; who waited then takes a new slot.
/// </summary>
#pragma warning disable CA1001 // A semaphore that nobody asked for a wait handle holds nothing to free.
internal sealed class ActorSlot
#pragma warning restore CA1001
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly Lock gate = new();
    private string? chain;
    private int depth;
    private bool closed;

    /// <summary>The actor; null until it is active. Used only by who is in.</summary>
    public ActivatedActor? Activated { get; set; }

    /// <summary>Waits for the turn.</summary>
    /// <param name="reentrancyId">The chain that the call belongs to; null for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the slot is closed; then nothing needs to be left.</returns>
    public async Task<bool> EnterAsync(string? reentrancyId, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (depth > 0 && reentrancyId is not null && reentrancyId == chain)
            {
                depth++;
                return true;
            }
        }

        await turn.WaitAsync(cancellationToken);
        lock (gate)
        {
            if (!closed)
            {
                chain = reentrancyId;
                depth = 1;
                return true;
            }
        }

        turn.Release();
        return false;
    }

    /// <summary>Lets the next in.</summary>
    public void Leave()
    {
        lock (gate)
        {
            if (--depth > 0) return;
            chain = null;
        }

        turn.Release();
    }

    /// <summary>Closes the slot; the caller is in and still has to leave.</summary>
    public void Close()
    {
        lock (gate) closed = true;
    }
}
