namespace Gateway.Sidecar.State;

/// <summary>
/// A state store (https://docs.dapr.io/developing-applications/building-blocks/state-management/). Keys are the stored
/// ones, with their prefix. Expected refusals are values, not exceptions. Thread-safe; a write that was answered is durable
/// as far as the store is.
/// </summary>
internal interface IStateStore : IAsyncDisposable
{
    /// <summary>What the store can do, as /v1.0/metadata lists it.</summary>
    IReadOnlyList<string> Capabilities { get; }

    /// <summary>Values keep the order of their members and their characters; else they are sorted and escaped as Go's encoding/json does.</summary>
    bool KeepsJson => false;

    /// <summary>What the store says to a query that it cannot answer; null where it has no query API at all.</summary>
    string? QueryRefusal => null;

    /// <summary>Whether a delete refuses options that nobody knows; else it ignores them.</summary>
    bool DeleteReadsOptions => true;

    /// <summary>The value of a key, or null when it is missing or has expired.</summary>
    /// <exception cref="StateStoreException">The store itself failed.</exception>
    ValueTask<StateItem?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>The values of several keys in any order; as many entries as keys, as the store of daprd answers them.</summary>
    /// <exception cref="StateStoreException">The store itself failed.</exception>
    ValueTask<IReadOnlyList<BulkStateItem>> GetBulkAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>One write; null when it is done.</summary>
    ValueTask<StateFailure?> WriteAsync(StateWrite write, CancellationToken cancellationToken);

    /// <summary>Several writes, all or none (state.redis: all that are not refused); null when they are done.</summary>
    ValueTask<StateFailure?> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken);
}
