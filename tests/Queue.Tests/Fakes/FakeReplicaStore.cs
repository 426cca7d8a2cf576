using Gateway.Queue.Replicas;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>The replicas' documents in memory.</summary>
internal sealed class FakeReplicaStore : IReplicaStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (ReplicaDocument Document, int Etag)> documents = [];
    private readonly List<string> loads = [];

    /// <summary>Whose documents were read, one entry for each time.</summary>
    public IReadOnlyList<string> Loads
    {
        get { lock (gate) return [.. loads]; }
    }

    /// <summary>What every call throws; null: nothing.</summary>
    public Exception? Error { get; set; }

    public ReplicaDocument? Find(string replica)
    {
        lock (gate) return documents.TryGetValue(replica, out var value) ? value.Document : null;
    }

    public void Remove(string replica)
    {
        lock (gate) documents.Remove(replica);
    }

    public async Task<(ReplicaDocument? Document, string Etag)> LoadAsync(string replica, CancellationToken cancellationToken)
    {
        await Task.Yield();
        lock (gate)
        {
            loads.Add(replica);
            if (Error is not null) throw Error;
            return documents.TryGetValue(replica, out var value) ? (value.Document, $"{value.Etag}") : (null, "");
        }
    }

    public async Task<bool> TrySaveAsync(string replica, ReplicaDocument document, string etag, CancellationToken cancellationToken)
    {
        await Task.Yield();
        lock (gate)
        {
            if (Error is not null) throw Error;
            var current = documents.TryGetValue(replica, out var value) ? $"{value.Etag}" : "";
            if (current != etag) return false;
            documents[replica] = (document, value.Etag + 1);
            return true;
        }
    }
}
