using System.Globalization;
using Dapr.Client;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Replicas;

/// <summary>Under <c>replica:{id}</c>, beside the heads, with a time to live: what a replica that never comes back leaves goes by itself.</summary>
internal sealed class DaprReplicaStore(DaprClient dapr, IOptions<QueueOptions> options) : IReplicaStore
{
    /// <summary>Long past the time after which it counts as dead and its place as free; until then a restart finds its earlier boot.</summary>
    private static readonly TimeSpan TimeToLive = TimeSpan.FromHours(1);

    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite };

    private static readonly Dictionary<string, string> Metadata = new()
    {
        ["ttlInSeconds"] = TimeToLive.TotalSeconds.ToString(CultureInfo.InvariantCulture),
    };

    public async Task<(ReplicaDocument? Document, string Etag)> LoadAsync(string replica, CancellationToken cancellationToken)
    {
        var (document, etag) = await dapr.GetStateAndETagAsync<ReplicaDocument?>(
            options.Value.StateStore, Key(replica), ConsistencyMode.Strong, cancellationToken: cancellationToken);
        return (document, etag ?? "");
    }

    public Task<bool> TrySaveAsync(string replica, ReplicaDocument document, string etag, CancellationToken cancellationToken) =>
        dapr.TrySaveStateAsync(options.Value.StateStore, Key(replica), document, etag, FirstWrite, Metadata, cancellationToken);

    private static string Key(string replica) => $"replica:{replica}";
}
