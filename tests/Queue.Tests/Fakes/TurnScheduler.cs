namespace Gateway.Queue.Tests.Fakes;

/// <summary>
/// Decides by a seed whose call comes next when several clients work at once: it waits until each of them has one call under way,
/// or is done, and lets one go on. The same seed is the same interleaving.
/// </summary>
internal sealed class TurnScheduler(int seed, int clients)
{
    private readonly Lock gate = new();
    private readonly Random random = new(seed);
    private readonly SortedList<int, TaskCompletionSource> waiting = [];
    private readonly AsyncLocal<int> client = new();
    private int active = clients;

    /// <summary>Runs one client, whose calls are told apart by its number.</summary>
    public async Task RunAsync(int number, Func<Task> body)
    {
        client.Value = number;
        try
        {
            await body();
        }
        finally
        {
            lock (gate)
            {
                active--;
                Choose();
            }
        }
    }

    /// <summary>Waits for this client's turn.</summary>
    public Task NextAsync()
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            waiting.Add(client.Value, turn);
            Choose();
        }

        return turn.Task;
    }

    private void Choose()
    {
        if (waiting.Count == 0 || waiting.Count < active) return;
        var at = random.Next(waiting.Count);
        var chosen = waiting.Values[at];
        waiting.RemoveAt(at);
        chosen.SetResult();
    }
}
