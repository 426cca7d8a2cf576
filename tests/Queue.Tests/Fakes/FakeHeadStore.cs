using System.Text.Json;
using Gateway.Core.Commands;
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
    private uint version;
    private readonly HashSet<string> names = [];
    private int underWay;

    /// <summary>What its etags look like.</summary>
    public EtagKind Etags { get; init; }

    /// <summary>What no caller may do, and one did: an exception would only look like an error of the store.</summary>
    public List<string> Violations { get; } = [];

    /// <summary>Asked before every call, by its name; an exception is the call's.</summary>
    public Action<string>? Before { get; set; }

    /// <summary>Asked after every call that went through; an exception hides that it did.</summary>
    public Action<string>? After { get; set; }

    /// <summary>Every call so far: what a test counts round trips by.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Documents that are stored and that no head names: none in the end, but for what a crash has left to their time to live.</summary>
    public IReadOnlyList<string> Garbage(string deviceId)
    {
        lock (gate)
        {
            var named = Named(deviceId);
            return [.. Documents.Select(key => key[(deviceId.Length + 1)..]).Where(name => !named.Contains(name))];
        }
    }

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
        var copy = new FakeHeadStore { Etags = Etags, version = version };
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
        values[deviceId] = (JsonSerializer.Serialize(step.Head, QueueJson.Default.QueueHead), NextEtag(values[deviceId].Etag));
    }

    /// <summary>Waits until no call is under way: a replica's deletions, for which no operation waits, have begun when its next operation is answered.</summary>
    public Task IdleAsync() => Eventually.UntilAsync(() => Volatile.Read(ref underWay) == 0);

    /// <summary>Waits until no more garbage is left than that: what a replica's last commit deletes goes after its answer, and no operation follows it.</summary>
    public Task CollectedAsync(string deviceId, int most = 0) => Eventually.UntilAsync(() => Garbage(deviceId).Count <= most);

    public Task<StoredHead> LoadAsync(string deviceId, CancellationToken cancellationToken) => Call("load", () =>
        values.TryGetValue(deviceId, out var value)
            ? new StoredHead(Parse<QueueHead>(value.Json), value.Etag)
            : new StoredHead(QueueHead.Empty, ""));

    public Task<bool> TrySaveAsync(string deviceId, QueueHead head, string etag, CancellationToken cancellationToken) => Call("save", () =>
    {
        var current = values.TryGetValue(deviceId, out var value) ? value.Etag : "";
        // A first write to a key that is there is an error and no conflict in Dapr's Redis and Postgres.
        if (etag.Length == 0 && current.Length > 0 && Etags != EtagKind.Number) throw new IOException("the key is there");
        if (current != etag) return false;
        values[deviceId] = (JsonSerializer.Serialize(head, QueueJson.Default.QueueHead), NextEtag(current));
        foreach (var name in Named(deviceId).Where(name => !values.ContainsKey($"{deviceId}/{name}")))
            Violations.Add($"Commit {head.Commit} names the document {name}, which is not there.");
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
                if (!names.Add(name)) Violations.Add($"The document name {name} was used before.");
                values[$"{deviceId}/{name}"] = (JsonSerializer.Serialize(document, QueueJson.Default.QueueDocument), "1");
            }

            return true;
        });

    public Task DeleteAsync(string deviceId, IReadOnlyCollection<string> names, CancellationToken cancellationToken) => Call("delete", () =>
    {
        var named = Named(deviceId);
        foreach (var name in names)
        {
            if (named.Contains(name)) Violations.Add($"The document {name} was deleted, and the head names it.");
            values.Remove($"{deviceId}/{name}");
        }

        return true;
    });

    /// <summary>The documents that a device's head names, itself or through its segments.</summary>
    private HashSet<string> Named(string deviceId)
    {
        var head = Head(deviceId);
        var segments = head.Lanes.SelectMany(lane => lane.Segments).ToList();
        var entries = head.Lanes.SelectMany(lane => lane.Front.Concat(lane.Tail)).Concat(head.Pending).Concat(head.Claimed).Concat(
            segments.SelectMany(segment => values.TryGetValue($"{deviceId}/{segment.Name}", out var value)
                ? Parse<QueueDocument>(value.Json).Entries!.Value.Skip(segment.Skip)
                : []));
        var payloads = entries.Select(entry => entry.Definition.Parameters)
            .Concat(head.Events.Select(e => e.Definition?.Parameters).OfType<Payload>())
            .Concat(head.Events.SelectMany(e => new[] { e.Result?.Output, e.Result?.Error }).OfType<Payload>());
        return [.. segments.Select(segment => segment.Name), .. payloads.Select(payload => payload.Document).OfType<string>()];
    }

    private string NextEtag(string current)
    {
        version++;
        return Etags switch
        {
            EtagKind.Counter => current.Length == 0 ? "1" : $"{int.Parse(current) + 1}",
            EtagKind.Number => unchecked(version * 2_654_435_761u).ToString(),
            _ => $"{version * 2_654_435_761ul:x16}-{version:x8}",
        };
    }

    /// <summary>An event that was saved once is never another one later.</summary>
    private void Tell(string deviceId, QueueHead head)
    {
        if (!stories.TryGetValue(deviceId, out var story)) stories[deviceId] = story = [];
        foreach (var e in head.Events)
        {
            if (!story.TryGetValue(e.Seq, out var told)) story.Add(e.Seq, e);
            else if ((told.Kind, told.CommandId, told.At, told.State) != (e.Kind, e.CommandId, e.At, e.State))
                Violations.Add($"Event {e.Seq} was {told.Kind} of {told.CommandId} and became {e.Kind} of {e.CommandId}.");
        }
    }

    private async Task<T> Call<T>(string name, Func<T> body)
    {
        Interlocked.Increment(ref underWay);
        try
        {
            // Every call is asynchronous, as over a network: what may interleave does. But nobody waits for a deletion: that one is at
            // once, or the same seed would not be the same story.
            if (name != "delete") await Task.Yield();
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

/// <summary>What a store's etags look like.</summary>
public enum EtagKind
{
    /// <summary>Counters per key, as in Redis and the embedded stores.</summary>
    Counter,

    /// <summary>Numbers that tell nothing, as a transaction's (Postgres v1).</summary>
    Number,

    /// <summary>Random texts (Postgres v2, Dapr's SQLite).</summary>
    Text,
}
