using System.Text.Json;
using Gateway.Core.Queue;
using Gateway.Queue.Heads;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>
/// Heads in memory, kept as the JSON that a store would hold, with etags that count or not, and faults at every call: an error
/// before, or an error after the store has done it.
/// </summary>
internal sealed class FakeHeadStore : IHeadStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (string Json, string Etag)> values = [];
    private readonly Dictionary<string, SortedList<long, QueueEvent>> stories = [];
    private int version;
    private int underWay;

    /// <summary>Whether etags are counters per key, as in Redis; otherwise they are any numbers, as in Dapr's SQLite.</summary>
    public bool Counting { get; init; } = true;

    /// <summary>Asked before every call, by its name; an exception is the call's.</summary>
    public Action<string>? Before { get; set; }

    /// <summary>Asked after every call that went through; an exception hides that it did.</summary>
    public Action<string>? After { get; set; }

    /// <summary>Every call so far: what a test counts round trips by.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Documents that are stored, heads not among them.</summary>
    public IReadOnlyList<string> Documents
    {
        get { lock (gate) return [.. values.Keys.Where(key => key.Contains('/', StringComparison.Ordinal))]; }
    }

    public QueueHead Head(string deviceId)
    {
        lock (gate) return values.TryGetValue(deviceId, out var value) ? Parse<QueueHead>(value.Json) : QueueHead.Empty;
    }

    /// <summary>Every event that a saved head ever held: what history must tell in the end.</summary>
    public IReadOnlyList<QueueEvent> Story(string deviceId)
    {
        lock (gate) return stories.TryGetValue(deviceId, out var story) ? [.. story.Values] : [];
    }

    /// <summary>Another store with the same content.</summary>
    public FakeHeadStore Copy()
    {
        var copy = new FakeHeadStore { Counting = Counting, version = version };
        lock (gate)
        {
            foreach (var (key, value) in values) copy.values.Add(key, value);
            foreach (var (device, story) in stories) copy.stories.Add(device, new SortedList<long, QueueEvent>(story));
        }

        return copy;
    }

    public int HeadBytes(string deviceId)
    {
        lock (gate) return values[deviceId].Json.Length;
    }

    /// <summary>Another replica's commit at this very moment. From within <see cref="Before"/> or <see cref="After"/>.</summary>
    public void CommitByOther(string deviceId, QueueOperation operation, DateTimeOffset now, string writer = "other")
    {
        var step = DeviceQueue.Apply(
            Head(deviceId),
            [operation],
            new QueueContext(now, $"other-{++version}", 0, new QueueFacts(), QueueLimits.Default) { Writer = writer });
        foreach (var (name, document) in step.Effects.Writes)
            values[$"{deviceId}/{name}"] = (JsonSerializer.Serialize(document, QueueJson.Default.QueueDocument), "1");
        values[deviceId] = (JsonSerializer.Serialize(step.Head, QueueJson.Default.QueueHead), $"{int.Parse(values[deviceId].Etag) + 1}");
    }

    /// <summary>Waits until no call is under way: a replica's deletions, for which no operation waits, have begun when its next operation is answered.</summary>
    public async Task IdleAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (Volatile.Read(ref underWay) > 0)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public Task<StoredHead> LoadAsync(string deviceId, CancellationToken cancellationToken) => Call("load", () =>
        values.TryGetValue(deviceId, out var value)
            ? new StoredHead(Parse<QueueHead>(value.Json), value.Etag)
            : new StoredHead(QueueHead.Empty, ""));

    public Task<bool> TrySaveAsync(string deviceId, QueueHead head, string etag, CancellationToken cancellationToken) => Call("save", () =>
    {
        var current = values.TryGetValue(deviceId, out var value) ? value.Etag : "";
        if (current != etag) return false;
        version++;
        var next = !Counting ? unchecked((uint)version * 2_654_435_761u).ToString() : current.Length == 0 ? "1" : $"{int.Parse(current) + 1}";
        values[deviceId] = (JsonSerializer.Serialize(head, QueueJson.Default.QueueHead), next);
        Tell(deviceId, head);
        return true;
    });

    public Task<IReadOnlyDictionary<string, QueueDocument>> ReadAsync(
        string deviceId, IReadOnlyCollection<string> names, CancellationToken cancellationToken) => Call("read", () =>
            (IReadOnlyDictionary<string, QueueDocument>)names
                .Where(name => values.ContainsKey($"{deviceId}/{name}"))
                .ToDictionary(name => name, name => Parse<QueueDocument>(values[$"{deviceId}/{name}"].Json)));

    public Task WriteAsync(string deviceId, IReadOnlyDictionary<string, QueueDocument> documents, CancellationToken cancellationToken) =>
        Call("write", () =>
        {
            foreach (var (name, document) in documents)
            {
                Assert.False(values.ContainsKey($"{deviceId}/{name}"), $"The document name {name} was used before.");
                values[$"{deviceId}/{name}"] = (JsonSerializer.Serialize(document, QueueJson.Default.QueueDocument), "1");
            }

            return true;
        });

    public Task DeleteAsync(string deviceId, IReadOnlyCollection<string> names, CancellationToken cancellationToken) => Call("delete", () =>
    {
        foreach (var name in names) values.Remove($"{deviceId}/{name}");
        return true;
    });

    /// <summary>An event that was saved once is never another one later.</summary>
    private void Tell(string deviceId, QueueHead head)
    {
        if (!stories.TryGetValue(deviceId, out var story)) stories[deviceId] = story = [];
        foreach (var e in head.Events)
        {
            if (story.TryGetValue(e.Seq, out var told))
                Assert.Equal((told.Kind, told.CommandId, told.At, told.State), (e.Kind, e.CommandId, e.At, e.State));
            else
                story.Add(e.Seq, e);
        }
    }

    private async Task<T> Call<T>(string name, Func<T> body)
    {
        Interlocked.Increment(ref underWay);
        try
        {
            // Every call is asynchronous, as over a network: what may interleave does.
            await Task.Yield();
            T result;
            lock (gate)
            {
                Calls.Add(name);
                Before?.Invoke(name);
                result = body();
                After?.Invoke(name);
            }

            return result;
        }
        finally
        {
            Interlocked.Decrement(ref underWay);
        }
    }

    private static T Parse<T>(string json) => (T)JsonSerializer.Deserialize(json, typeof(T), QueueJson.Default)!;
}
