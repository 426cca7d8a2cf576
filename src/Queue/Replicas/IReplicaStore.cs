using System.Text.Json.Serialization;

namespace Gateway.Queue.Replicas;

/// <summary>The replicas' documents. Any failure but a conflict is an exception.</summary>
internal interface IReplicaStore
{
    /// <summary>Reads a replica's document and its etag; null and an empty etag: there is none.</summary>
    Task<(ReplicaDocument? Document, string Etag)> LoadAsync(string replica, CancellationToken cancellationToken);

    /// <summary>Saves a replica's document if the stored one still has the etag (empty: if there is none).</summary>
    /// <returns>False: it has another.</returns>
    Task<bool> TrySaveAsync(string replica, ReplicaDocument document, string etag, CancellationToken cancellationToken);
}

/// <summary>A replica's sign of life.</summary>
/// <param name="Boot">Which run it is of.</param>
/// <param name="RenewedAt">When it was given, Unix milliseconds by that replica's clock.</param>
/// <param name="Name">The name of the process, where the id is a place; null: the id was configured.</param>
internal sealed record ReplicaDocument(
    [property: JsonPropertyName("boot")] long Boot,
    [property: JsonPropertyName("renewedAt")] long RenewedAt,
    [property: JsonPropertyName("name")] string? Name = null);
