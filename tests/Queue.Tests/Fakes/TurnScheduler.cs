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
    private readonly Dictionary<int, TaskCompletionSource> arrivals = [];
    private readonly AsyncLocal<int> client = new();
    private int active = clients;
    private int held;

    /// <summary>Runs one client, whose calls are told apart by its number.</summary>
    public async Task RunAsync(int number, Func<Task> body)
    {
        client.Value = number;
        try
        {
            // What a client does between its calls it does alone.
            await NextAsync();
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
            if (arrivals.Remove(client.Value, out var arrival)) arrival.SetResult();
            Choose();
        }

        return turn.Task;
    }

    /// <summary>Begins something, waits for its first call, begins more, and only then lets anybody go on: what comes while a commit is under way.</summary>
    public async Task BurstAsync(Action begin, Action more)
    {
        var arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            held++;
            arrivals.Add(client.Value, arrival);
        }

        begin();
        await arrival.Task;
        more();
        lock (gate)
        {
            held--;
            Choose();
        }
    }

    private void Choose()
    {
        if (waiting.Count == 0 || waiting.Count < active || held > 0) return;
        var at = random.Next(waiting.Count);
        var chosen = waiting.Values[at];
        waiting.RemoveAt(at);
        chosen.SetResult();
    }
}
