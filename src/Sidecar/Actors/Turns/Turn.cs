namespace Gateway.Sidecar.Actors.Turns;

/// <summary>A turn on an actor; disposing ends it, or one nested call of it.</summary>
internal sealed class Turn(TurnQueue queue, string? reentrancyId) : IDisposable
{
    private readonly CancellationTokenSource cut = new();

    /// <summary>The id that nested calls must carry to be let in, or what the caller sent; null when there is none.</summary>
    public string? ReentrancyId { get; } = reentrancyId;

    /// <summary>Set when the turn was taken away: the actor was deactivated under it.</summary>
    public CancellationToken Cancelled => cut.Token;

    /// <summary>Whether a call runs that was let in from within the turn.</summary>
    public bool IsNested => Depth > 1;

    internal int Depth { get; set; } = 1;

    internal LinkedListNode<Turn>? Place { get; set; }

    internal TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Dispose() => queue.Leave(this);

    internal void Cancel() => cut.Cancel();

    internal void Withdraw(CancellationToken token)
    {
        if (queue.Withdraw(this)) Granted.SetCanceled(token);
    }
}
