using Gateway.Core.History;
using Gateway.Core.Queue;
using Gateway.Queue.Heads;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>
/// One replica's way to the store, the history and the reminders that it shares with others. A fault happens here, so that it is
/// this replica's alone; after a crash nothing of the replica gets through any more, whatever its code still tries.
/// </summary>
internal sealed class ReplicaLink(
    FakeHeadStore store, FakeHistory history, IFaults? faults = null, TurnScheduler? turns = null, Network? network = null)
    : IHeadStore, ICommandHistory
{
    private readonly Lock gate = new();
    private readonly List<string> calls = [];
    private readonly Network network = network ?? new Network();

    public bool IsDead { get; private set; }

    /// <summary>The names of the calls so far.</summary>
    public IReadOnlyList<string> Calls
    {
        get { lock (gate) return [.. calls]; }
    }

    /// <summary>An arming; the fake reminder itself is the replica's.</summary>
    public void Arm() => Arm(() => { });

    /// <summary>An arming, with what the reminder's service does.</summary>
    public void Arm(Action set)
    {
        var fault = Note("arm");
        Before(fault);
        set();
        After(fault);
    }

    public Task<StoredHead> LoadAsync(string deviceId, CancellationToken cancellationToken) =>
        Call("load", () => store.LoadAsync(deviceId, cancellationToken));

    public Task<bool> TrySaveAsync(string deviceId, QueueHead head, string etag, CancellationToken cancellationToken) =>
        Call("save", () => store.TrySaveAsync(deviceId, head, etag, cancellationToken));

    public Task<IReadOnlyDictionary<string, QueueDocument>> ReadAsync(
        string deviceId, IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Call("read", () => store.ReadAsync(deviceId, names, cancellationToken));

    public Task WriteAsync(string deviceId, IReadOnlyDictionary<string, QueueDocument> documents, CancellationToken cancellationToken) =>
        Call(
            "write",
            () => Answer(store.WriteAsync(deviceId, documents, cancellationToken)),
            () => store.WriteAsync(deviceId, documents.OrderBy(document => document.Key).Take(documents.Count / 2).ToDictionary(), cancellationToken));

    public Task DeleteAsync(string deviceId, IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Call(
            "delete",
            () => Answer(store.DeleteAsync(deviceId, names, cancellationToken)),
            () => store.DeleteAsync(deviceId, [.. names.Take(names.Count / 2)], cancellationToken));

    public Task WriteAsync(IReadOnlyCollection<DeviceEvents> batch, CancellationToken cancellationToken) =>
        Call("history", () => Answer(history.WriteAsync(batch, cancellationToken)));

    public Task<KnownCommand?> FindByIdempotencyKeyAsync(string deviceId, string key, CancellationToken cancellationToken) =>
        Call("key", () => history.FindByIdempotencyKeyAsync(deviceId, key, cancellationToken));

    public Task<CommandRecord?> FindAsync(string deviceId, string commandId, CancellationToken cancellationToken) =>
        Call("find", () => history.FindAsync(deviceId, commandId, cancellationToken));

    private static async Task<bool> Answer(Task task)
    {
        await task;
        return true;
    }

    private async Task<T> Call<T>(string name, Func<Task<T>> body, Func<Task>? half = null)
    {
        var fault = Note(name);
        // Nobody waits for a deletion, so it waits for nobody's turn.
        if (turns is not null && name != "delete") await turns.NextAsync();
        if (name == "save") await network.ArriveAsync();
        Before(fault);
        if (fault is Fault.Late or Fault.CrashLate)
        {
            IsDead = fault == Fault.CrashLate;
            network.Delay(body);
            throw new IOException("no answer");
        }

        if (fault == Fault.Half)
        {
            await half!();
            throw new IOException("not all of it");
        }

        var result = await body();
        After(fault);
        return fault == Fault.RefusedAfter ? (T)(object)false : result;
    }

    private Fault? Note(string name)
    {
        lock (gate)
        {
            calls.Add(name);
            return faults?.At(name);
        }
    }

    private void Before(Fault? fault)
    {
        if (fault == Fault.CrashBefore) IsDead = true;
        if (IsDead || fault == Fault.ErrorBefore) throw new IOException("not reached");
    }

    private void After(Fault? fault)
    {
        if (fault == Fault.CrashAfter) IsDead = true;
        if (IsDead || fault == Fault.ErrorAfter) throw new IOException("the answer is lost");
    }
}

/// <summary>Calls that are under way although nobody waits for them any more. One arrives before each save that comes after it.</summary>
internal sealed class Network
{
    private readonly Queue<Func<Task>> delayed = [];

    public void Delay(Func<Task> call)
    {
        lock (delayed) delayed.Enqueue(call);
    }

    public async Task ArriveAsync()
    {
        Func<Task>? call;
        lock (delayed) delayed.TryDequeue(out call);
        if (call is not null) await call();
    }
}
