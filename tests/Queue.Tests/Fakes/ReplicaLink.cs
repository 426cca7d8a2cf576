using Gateway.Core.History;
using Gateway.Core.Queue;
using Gateway.Queue.Heads;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>
/// One replica's way to the store, the history and the reminders that it shares with others. A fault happens here, so that it is
/// this replica's alone; after a crash nothing of the replica gets through any more, whatever its code still tries.
/// </summary>
internal sealed class ReplicaLink(FakeHeadStore store, FakeHistory history, FaultPlan? plan = null, TurnScheduler? turns = null)
    : IHeadStore, ICommandHistory
{
    private readonly Lock gate = new();
    private readonly List<string> calls = [];
    private Func<Task>? late;

    public bool IsDead { get; private set; }

    /// <summary>The names of the calls so far.</summary>
    public IReadOnlyList<string> Calls
    {
        get { lock (gate) return [.. calls]; }
    }

    /// <summary>An arming; the fake reminder itself is the replica's.</summary>
    public void Arm()
    {
        var fault = Note("arm");
        Before(fault);
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
        Call("write", () => Answer(store.WriteAsync(deviceId, documents, cancellationToken)));

    public Task DeleteAsync(string deviceId, IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        Call("delete", () => Answer(store.DeleteAsync(deviceId, names, cancellationToken)));

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

    private async Task<T> Call<T>(string name, Func<Task<T>> body)
    {
        var fault = Note(name);
        // Nobody waits for a deletion, so it waits for nobody's turn.
        if (turns is not null && name != "delete") await turns.NextAsync();
        Before(fault);
        if (name == "save" && Interlocked.Exchange(ref late, null) is { } arrives) await arrives();
        if (fault == Fault.Late)
        {
            late = body;
            throw new IOException("no answer");
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
            return plan?.At(name);
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
