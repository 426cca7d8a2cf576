namespace Gateway.Sidecar.Actors.Turns;

/// <summary>
/// The turns of one actor: one at a time, in the order they were asked for
/// (https://docs.dapr.io/developing-applications/building-blocks/actors/actors-features-concepts/#turn-based-access).
/// </summary>
/// <remarks>
/// Called by any thread. A reentrant actor lets a call in that carries the id of the running turn. <see cref="Cut"/> takes the
/// running turn away from its owner, who may still be busy, and gives an exclusive one to the caller; whoever waited keeps waiting.
/// </remarks>
internal sealed class TurnQueue(bool reentrant, int maxStackDepth)
{
    private readonly Lock gate = new();
    private readonly LinkedList<Turn> waiting = [];
    private Turn? running;
    private bool retired;

    /// <summary>
    /// Waits for a turn. Null when the queue was retired: the actor is gone and the caller must look it up again.
    /// </summary>
    /// <exception cref="StackDepthException">A nested call is one too many.</exception>
    public ValueTask<Turn?> EnterAsync(string? reentrancyId, CancellationToken cancellationToken)
    {
        Turn turn;
        lock (gate)
        {
            if (retired) return ValueTask.FromResult<Turn?>(null);
            if (reentrant && running is { } current && reentrancyId is not null && current.ReentrancyId == reentrancyId)
            {
                if (current.Depth >= maxStackDepth) throw new StackDepthException();
                current.Depth++;
                return ValueTask.FromResult<Turn?>(current);
            }

            turn = new Turn(this, reentrant ? reentrancyId ?? Guid.NewGuid().ToString() : reentrancyId);
            if (running is null)
            {
                running = turn;
                return ValueTask.FromResult<Turn?>(turn);
            }

            turn.Place = waiting.AddLast(turn);
        }

        return WaitAsync(turn, cancellationToken);
    }

    /// <summary>
    /// Notes something under the lock in a granted turn; false when it was cut before, and the caller must ask again.
    /// </summary>
    public bool TryNote(Turn turn, Action note)
    {
        lock (gate)
        {
            if (running != turn) return false;
            note();
            return true;
        }
    }

    /// <summary>Takes over from the running turn, if any, before all that wait. Its owner sees <see cref="Turn.Cancelled"/>.</summary>
    /// <remarks><c>when</c>: Asked under the lock, so that no turn can start in between; false leaves everything as it is.</remarks>
    public Turn? Cut(Func<bool> when)
    {
        Turn? cut;
        Turn taken;
        lock (gate)
        {
            if (retired || !when()) return null;
            cut = running;
            running = taken = new Turn(this, null);
        }

        cut?.Cancel();
        return taken;
    }

    /// <summary>Ends a turn, and the queue with it when nobody waits; false when somebody does, whose turn it is then.</summary>
    public bool Retire(Turn last)
    {
        lock (gate)
        {
            if (running == last && waiting.Count == 0)
            {
                running = null;
                return retired = true;
            }
        }

        Leave(last);
        return false;
    }

    /// <summary>Waits until nothing runs and takes the turn before all that wait: used to let a turn finish before the end.</summary>
    public ValueTask<Turn?> EnterFirstAsync(CancellationToken cancellationToken)
    {
        Turn turn;
        lock (gate)
        {
            if (retired) return ValueTask.FromResult<Turn?>(null);
            turn = new Turn(this, null);
            if (running is null)
            {
                running = turn;
                return ValueTask.FromResult<Turn?>(turn);
            }

            turn.Place = waiting.AddFirst(turn);
        }

        return WaitAsync(turn, cancellationToken);
    }

    internal void Leave(Turn turn)
    {
        Turn? next;
        lock (gate)
        {
            if (running != turn || --turn.Depth > 0) return;
            next = waiting.First?.Value;
            if (next is not null) waiting.RemoveFirst();
            running = next;
        }

        next?.Granted.SetResult();
    }

    private static async ValueTask<Turn?> WaitAsync(Turn turn, CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((Turn)state!).Withdraw(token), turn);
        await turn.Granted.Task;
        return turn;
    }

    internal bool Withdraw(Turn turn)
    {
        lock (gate)
        {
            if (turn.Place?.List is null) return false;
            waiting.Remove(turn.Place);
            return true;
        }
    }
}
