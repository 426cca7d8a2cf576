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
    private int version;

    /// <summary>Whether etags are counters per key, as in Redis.</summary>
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

    public int HeadBytes(string deviceId)
    {
        lock (gate) return values[deviceId].Json.Length;
    }

    /// <summary>Another replica's commit at this very moment. From within <see cref="Before"/> or <see cref="After"/>.</summary>
    public void CommitByOther(string deviceId, QueueOperation operation, DateTimeOffset now)
    {
        var step = DeviceQueue.Apply(
            Head(deviceId), [operation], new QueueContext(now, $"other-{version}", 0, new QueueFacts(), QueueLimits.Default));
        values[deviceId] = (JsonSerializer.Serialize(step.Head, QueueJson.Default.QueueHead), $"{int.Parse(values[deviceId].Etag) + 1}");
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
        var next = !Counting ? $"r{version:x}-{deviceId.Length}" : current.Length == 0 ? "1" : $"{int.Parse(current) + 1}";
        values[deviceId] = (JsonSerializer.Serialize(head, QueueJson.Default.QueueHead), next);
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

    private async Task<T> Call<T>(string name, Func<T> body)
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

    private static T Parse<T>(string json) => (T)JsonSerializer.Deserialize(json, typeof(T), QueueJson.Default)!;
}
