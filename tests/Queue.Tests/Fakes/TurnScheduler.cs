namespace Gateway.Queue.Tests.Fakes;

/// <summary>
/// Decides by a seed whose call comes next when several clients work at once: it waits until each of them has one call under way,
/// or is done, and lets one go on. The same seed is the same interleaving, but where a client has several calls at once.
/// </summary>
internal sealed class TurnScheduler(int seed, int clients)
{
    /// <summary>How long nothing may happen, in real time: half of it twice in a row.</summary>
    private static readonly TimeSpan StandstillLimit = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Random random = new(seed);
    private readonly SortedList<(int Client, long Call), TaskCompletionSource> waiting = [];
    private readonly Dictionary<int, TaskCompletionSource> arrivals = [];
    private readonly HashSet<int> done = [];
    private readonly AsyncLocal<int> client = new();
    private int held;
    private long events;

    /// <summary>Runs the clients to their ends; their calls are told apart by their numbers.</summary>
    /// <exception cref="InvalidOperationException">They stand still; it says who waits for what.</exception>
    public async Task RunAsync(Func<int, Task> work)
    {
        var all = Task.WhenAll(Enumerable.Range(0, clients).Select(number => RunAsync(number, work)));
        for (long seen = -1; ;)
        {
            try
            {
                await all.WaitAsync(StandstillLimit / 2);
                return;
            }
            catch (TimeoutException) when (!all.IsCompleted)
            {
                lock (gate)
                {
                    if (events == seen) throw new InvalidOperationException($"Nothing happens any more: {Describe()}");
                    seen = events;
                }
            }
        }
    }

    /// <summary>Waits for this client's turn.</summary>
    public Task NextAsync()
    {
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            waiting.Add((client.Value, ++events), turn);
            if (arrivals.Remove(client.Value, out var arrival)) arrival.SetResult();
            Choose();
        }

        return turn.Task;
    }

    /// <summary>
    /// Begins something, waits for its first call, or its end without one, begins more, and only then lets anybody go on: what comes while a commit is
    /// under way.
    /// </summary>
    public async Task BurstAsync(Func<Task> begin, Action more)
    {
        var arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate)
        {
            held++;
            arrivals.Add(client.Value, arrival);
        }

        try
        {
            await Task.WhenAny(begin(), arrival.Task);
            more();
        }
        finally
        {
            lock (gate)
            {
                held--;
                arrivals.Remove(client.Value);
                Choose();
            }
        }
    }

    private async Task RunAsync(int number, Func<int, Task> work)
    {
        client.Value = number;
        try
        {
            // What a client does between its calls it does alone.
            await NextAsync();
            await work(number);
        }
        finally
        {
            lock (gate)
            {
                events++;
                done.Add(number);
                Choose();
            }
        }
    }

    /// <summary>
    /// Lets calls go on until somebody is at work. That is one, unless a client has a second call under way (a flush beside a commit): it may be the second
    /// that went on, and end, while all others wait.
    /// </summary>
    private void Choose()
    {
        while (held == 0 && waiting.Count > 0 && waiting.Keys.Select(call => call.Client).Distinct().Count(number => !done.Contains(number)) == clients - done.Count)
        {
            var at = random.Next(waiting.Count);
            var chosen = waiting.Values[at];
            waiting.RemoveAt(at);
            chosen.SetResult();
        }
    }

    private string Describe() =>
        $"{string.Join("; ", Enumerable.Range(0, clients).Select(number => $"client {number} {State(number)}"))}; {held} bursts hold the others up.";

    private string State(int number) =>
        done.Contains(number) ? "is done"
        : waiting.Keys.Any(call => call.Client == number) ? "waits for its turn"
        : arrivals.ContainsKey(number) ? "waits for the first call of a burst"
        : "is at work, or waits for something else than its turn";
}
