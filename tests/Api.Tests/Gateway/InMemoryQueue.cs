using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;
using Gateway.Queue.Observers;

namespace Gateway.Api.Tests.Gateway;

/// <summary>
/// The command queue with its heads in a dictionary: Core's own state machine, committed under a lock, and real history on
/// <see cref="FlushAsync"/>. It can be made to fail.
/// </summary>
internal sealed class InMemoryQueue(ICommandHistory history, TimeProvider time, QueueLimits? limits = null) : ICommandQueue, IDisposable
{
    private readonly ConcurrentDictionary<string, Cell> cells = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim polls = new(0);
    private Predicate<QueueOperation>? fails;

    /// <summary>What every call throws; null: nothing.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Who is told of every head that is saved, before its operation is answered.</summary>
    public Func<IEnumerable<IHeadObserver>> Observers { get; init; } = () => [];

    /// <summary>Who is told of the events of devices that are watched here.</summary>
    public Func<IEnumerable<IQueueEventObserver>> EventObservers { get; init; } = () => [];

    /// <summary>Whether what is committed reaches nobody who watches, as when notices are lost.</summary>
    public bool LosesNotices { get; set; }

    /// <summary>Makes the next operation of this kind fail, as if the state store were away for that moment.</summary>
    public void FailOnce(Predicate<QueueOperation> which) => fails = which;

    /// <summary>Waits until a long poll found nothing and waits itself.</summary>
    public async Task PollWaitsAsync() => Assert.True(await polls.WaitAsync(TimeSpan.FromSeconds(10)), "No long poll waits.");

    public async Task<TOutcome> ExecuteAsync<TOutcome>(
        string deviceId, QueueOperation<TOutcome> operation, CancellationToken cancellationToken)
        where TOutcome : class
    {
        var cell = Open(deviceId);
        if (fails?.Invoke(operation) == true)
        {
            fails = null;
            throw new QueueUnavailableException();
        }

        await cell.Gate.WaitAsync(cancellationToken);
        try
        {
            var facts = new QueueFacts();
            while (true)
            {
                var context = new QueueContext(
                    time.GetUtcNow(), Guid.NewGuid().ToString("N"), cell.Written, facts, limits ?? QueueLimits.Default)
                {
                    Push = new PushTerms($"device:{deviceId}", () => Guid.NewGuid().ToString("N")),
                };
                var step = DeviceQueue.Apply(cell.Head, [operation], context);
                if (!step.Needs.Any)
                {
                    cell.Commit(step);
                    foreach (var observer in Observers()) observer.OnSeen(deviceId, cell.Head);
                    TellWatchers(deviceId, cell, step);
                    return (TOutcome)step.Outcomes[0];
                }

                await LookUpAsync(deviceId, cell, step.Needs, facts, cancellationToken);
            }
        }
        finally
        {
            cell.Gate.Release();
        }
    }

    public async Task<ClaimOutcome> ClaimAsync(string deviceId, Func<ClaimCommands> claim, TimeSpan wait, CancellationToken cancellationToken)
    {
        var cell = Open(deviceId);
        var until = time.GetUtcNow() + wait;
        while (true)
        {
            var woken = cell.Woken;
            var outcome = await ExecuteAsync(deviceId, claim(), cancellationToken);
            var left = until - time.GetUtcNow();
            if (outcome.Commands.Length > 0 || left <= TimeSpan.Zero) return outcome;
            using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var timeout = Task.Delay(left, time, done.Token);
            polls.Release();
            await Task.WhenAny(woken, timeout);
            await done.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public Task<ImmutableArray<ClaimedCommand>> ReadClaimsAsync(string deviceId, string connection, CancellationToken cancellationToken) =>
        Task.FromResult(Open(deviceId).ClaimsOf(connection));

    public Task<QueueHead> ReadHeadAsync(string deviceId, TimeSpan maxAge, CancellationToken cancellationToken) =>
        Task.FromResult(Open(deviceId).Head);

    public Task<int> CountWaitingAsync(string deviceId, CancellationToken cancellationToken) =>
        Task.FromResult(Open(deviceId).Head.Waiting);

    public async Task<QueueHead> FlushAsync(string deviceId, CancellationToken cancellationToken)
    {
        var cell = Open(deviceId);
        await cell.Gate.WaitAsync(cancellationToken);
        try
        {
            var events = cell.Head.Events.Where(e => e.Seq > cell.Written).Select(cell.Complete).ToArray();
            if (events.Length > 0) await history.WriteAsync([new DeviceEvents(deviceId, events)], cancellationToken);
            cell.Written = cell.Head.Seq;
            return cell.Head;
        }
        finally
        {
            cell.Gate.Release();
        }
    }

    public void Dispose()
    {
        foreach (var cell in cells.Values) cell.Dispose();
        polls.Dispose();
    }

    private void TellWatchers(string deviceId, Cell cell, QueueStep step)
    {
        if (LosesNotices || step.News.Count == 0 || !cell.Head.Watchers.Contains(OneReplica.Boot)) return;
        var news = step.News.Select(cell.Complete).ToList();
        foreach (var observer in EventObservers()) observer.OnCommitted(deviceId, news, news[^1].Seq, cell.Head);
    }

    private Cell Open(string deviceId) =>
        Fault is null ? cells.GetOrAdd(deviceId, _ => new Cell()) : throw Fault;

    private async Task LookUpAsync(string deviceId, Cell cell, QueueNeeds needs, QueueFacts facts, CancellationToken cancellationToken)
    {
        foreach (var name in needs.Documents) facts.Documents[name] = cell.Documents[name];
        foreach (var key in needs.Keys) facts.Keys[key] = await history.FindByIdempotencyKeyAsync(deviceId, key, cancellationToken);
        foreach (var id in needs.Commands) facts.Commands[id] = await history.FindAsync(deviceId, id, cancellationToken);
    }

    private sealed class Cell : IDisposable
    {
        private TaskCompletionSource wake = NewWake();

        public SemaphoreSlim Gate { get; } = new(1);

        public QueueHead Head { get; private set; } = QueueHead.Empty;

        public Dictionary<string, QueueDocument> Documents { get; } = [];

        public long Written { get; set; }

        public Task Woken => Volatile.Read(ref wake).Task;

        public void Commit(QueueStep step)
        {
            if (!step.Changed) return;
            foreach (var (name, document) in step.Effects.Writes) Documents[name] = document;
            Head = step.Head;
            foreach (var name in step.Effects.Deletes) Documents.Remove(name);
            if (step.Effects.Wakes) Interlocked.Exchange(ref wake, NewWake()).SetResult();
        }

        /// <summary>What a connection holds, if it is the one that is attached.</summary>
        public ImmutableArray<ClaimedCommand> ClaimsOf(string connection) => Head.Channel?.Connection != connection ? [] :
        [
            .. Head.Claimed.Where(entry => entry.Claim!.Connection == connection)
                .Select(entry => ClaimedCommand.Of(entry, Inline(entry.Definition.Parameters)!.Text!)),
        ];

        /// <summary>An event with its texts in it, as history takes it.</summary>
        public QueueEvent Complete(QueueEvent e) => e with
        {
            Definition = e.Definition is { } definition ? definition with { Parameters = Inline(definition.Parameters)! } : null,
            Result = e.Result is { } result ? result with { Output = Inline(result.Output), Error = Inline(result.Error) } : null,
        };

        public void Dispose() => Gate.Dispose();

        private Payload? Inline(Payload? payload) =>
            payload?.Document is { } name ? Payload.Inline(Documents[name].Text!) : payload;

        private static TaskCompletionSource NewWake() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
