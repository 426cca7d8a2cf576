namespace Gateway.Agent.Work;

/// <summary>
/// Claims that are worked on, or were lately: what a gateway sends again of them, over a new socket or out of order, is not work. Thread-safe.
/// </summary>
internal sealed class RecentClaims
{
    /// <summary>So many commands later nothing of a claim can still be on its way.</summary>
    private const int Remembered = 1_000;

    private readonly Lock gate = new();
    private readonly HashSet<ClaimKey> known = [];
    private readonly Queue<ClaimKey> order = new();

    /// <param name="known">What an earlier run of the agent has said its last word on.</param>
    public RecentClaims(IEnumerable<ClaimKey> known)
    {
        foreach (ClaimKey key in known) TryAdd(key);
    }

    /// <returns>False when it is known.</returns>
    public bool TryAdd(ClaimKey key)
    {
        lock (gate)
        {
            if (!known.Add(key)) return false;
            order.Enqueue(key);
            if (order.Count > Remembered) known.Remove(order.Dequeue());
            return true;
        }
    }

    public void Remove(ClaimKey key)
    {
        lock (gate) known.Remove(key);
    }
}
