using System.Threading.Channels;
using Gateway.Portal.Api;

namespace Gateway.Portal.Nodes.Desk;

/// <summary>
/// What all pages of an operator's token on this server share: they look at the same things together, so that many open pages ask no more often than one,
/// and a run of commands goes on whichever page is open. It looks only while somebody watches. Thread-safe.
/// </summary>
internal sealed class OperatorDesk
{
    /// <summary>The shortest time between two looks.</summary>
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>How long it stays away once the token is refused: who asks without a good one has few requests.</summary>
    private static readonly TimeSpan LookRefusedEvery = TimeSpan.FromMinutes(1);

    private const int KeptRuns = 20, KeptViews = 50;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Watched> known = new(StringComparer.Ordinal);
    private readonly HashSet<Watched> watched = [];
    private readonly Dictionary<string, CommandRun> runs = new(StringComparer.Ordinal);
    private readonly Channel<bool> wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly TimeProvider time;
    private bool isLooking;

    /// <param name="client">Has the token.</param>
    /// <param name="budget">What the token may still ask for.</param>
    /// <param name="time">The clock.</param>
    public OperatorDesk(OrchestratorClient client, RequestBudget budget, TimeProvider time)
    {
        (Client, Budget, this.time) = (client, budget, time);
        Farm = new Watched<FarmView>(cancellationToken => FarmView.LoadAsync(client, cancellationToken), FarmView.CostOf);
    }

    /// <summary>The API, for what is done at a press.</summary>
    public OrchestratorClient Client { get; }

    /// <summary>What the token may still ask for.</summary>
    public RequestBudget Budget { get; }

    /// <summary>The nodes and their devices.</summary>
    public Watched<FarmView> Farm { get; }

    /// <summary>The runs of commands that are remembered, the newest first.</summary>
    public IReadOnlyList<CommandRun> Runs
    {
        get { lock (gate) return [.. runs.Values.OrderByDescending(run => run.StartedAt)]; }
    }

    /// <summary>A device with its tasks.</summary>
    public Watched<DeviceView> Device(string id) => Shared($"device/{id}", () => new Watched<DeviceView>(
        cancellationToken => DeviceView.LoadAsync(Client, id, cancellationToken), static _ => DeviceView.Cost));

    /// <summary>An emergency action.</summary>
    public Watched<EmergencyReport> Emergency(string id) => Shared($"emergency/{id}", () => new Watched<EmergencyReport>(
        cancellationToken => Client.EmergencyAsync(id, cancellationToken), static _ => 1));

    /// <summary>Looks at something from here on, until the answer is disposed.</summary>
    /// <param name="what">What.</param>
    /// <param name="changed">Called after each look, on the desk's flow; it must not block.</param>
    public IDisposable Watch(Watched what, Action changed)
    {
        what.Changed += changed;
        bool begins;
        lock (gate)
        {
            what.Watchers++;
            watched.Add(what);
            begins = !isLooking;
            isLooking = true;
        }

        if (begins) _ = Task.Run(LookAsync);
        else Wake();
        return new Watching(this, what, changed);
    }

    /// <summary>Sees to it that something was looked at lately: what a page shows first.</summary>
    public async Task LookOnceAsync(Watched what, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (what.SeenAt is { } seen && (now - seen < LookEvery * 3 || Budget.BeforeLooking() > TimeSpan.Zero)) return;
        await what.LookAsync(now, cancellationToken);
    }

    /// <summary>Looks again at once, for example because a page has changed something.</summary>
    public void Wake() => wakes.Writer.TryWrite(true);

    /// <summary>A run by its id; null: this server does not know it, or not any more.</summary>
    public CommandRun? Run(string id)
    {
        lock (gate) return runs.GetValueOrDefault(id);
    }

    /// <summary>Runs a command on devices; the same key again is the same run.</summary>
    public CommandRun Start(NewTask task, IEnumerable<string> devices)
    {
        CommandRun? run;
        lock (gate)
        {
            if (runs.TryGetValue(task.IdempotencyKey, out run)) return run;
            runs[task.IdempotencyKey] = run = new CommandRun(task, devices, time.GetUtcNow());
            foreach (var old in runs.Values.Where(other => other.IsOver).OrderByDescending(other => other.StartedAt).Skip(KeptRuns).ToList()) runs.Remove(old.Id);
        }

        _ = Task.Run(() => new RunWorker(this, run, time).WorkAsync());
        return run;
    }

    /// <summary>The same for all who ask for it.</summary>
    private Watched<T> Shared<T>(string key, Func<Watched<T>> create)
        where T : class
    {
        lock (gate)
        {
            if (known.TryGetValue(key, out var there)) return (Watched<T>)there;
            if (known.Count >= KeptViews)
            {
                foreach (var (other, _) in known.Where(entry => entry.Value.Watchers == 0).ToList()) known.Remove(other);
            }

            var fresh = create();
            known[key] = fresh;
            return fresh;
        }
    }

    private void Unwatch(Watched what, Action changed)
    {
        what.Changed -= changed;
        lock (gate)
        {
            if (--what.Watchers == 0) watched.Remove(what);
        }
    }

    /// <summary>What is watched now; none: the desk stops looking, and says so in the same step.</summary>
    private List<Watched> Wanted()
    {
        lock (gate)
        {
            isLooking = watched.Count > 0;
            return [.. watched];
        }
    }

    private async Task LookAsync()
    {
        while (Wanted() is { Count: > 0 } wanted)
        {
            var wait = Budget.BeforeLooking();
            if (wait > TimeSpan.Zero)
            {
                // For the pages to say so.
                foreach (var what in wanted) what.Tell();
            }
            else
            {
                var cost = 0;
                foreach (var what in wanted) cost += await what.LookAsync(time.GetUtcNow(), CancellationToken.None);
                wait = TimeSpan.FromMinutes((double)cost / Budget.LooksPerMinute);
                if (wait < LookEvery) wait = LookEvery;
                if (wanted.Any(what => what.Problem is { Kind: ProblemKind.SignedOut })) wait = LookRefusedEvery;
            }

            using var pause = new CancellationTokenSource();
            var woken = wakes.Reader.ReadAsync(pause.Token).AsTask();
            await Task.WhenAny(woken, Task.Delay(wait, time, pause.Token));
            await pause.CancelAsync();
            await ((Task)woken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class Watching(OperatorDesk desk, Watched what, Action changed) : IDisposable
    {
        private int disposed;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref disposed, 1) == 0) desk.Unwatch(what, changed);
        }
    }
}
