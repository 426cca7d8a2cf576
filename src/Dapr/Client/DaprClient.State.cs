namespace Dapr.Client;

public abstract partial class DaprClient
{
    /// <summary>Reads one key.</summary>
    /// <returns>The value; the type's default when the key is absent.</returns>
    public abstract Task<TValue> GetStateAsync<TValue>(
        string storeName,
        string key,
        ConsistencyMode? consistencyMode = default,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);

    /// <summary>Reads one key and its etag.</summary>
    /// <returns>The value and its etag; the type's default and an empty etag when the key is absent.</returns>
    public abstract Task<(TValue value, string etag)> GetStateAndETagAsync<TValue>(
        string storeName,
        string key,
        ConsistencyMode? consistencyMode = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);

    /// <summary>Reads many keys, their values as JSON text. The order of the answer is the store's.</summary>
    /// <param name="storeName">The state component.</param>
    /// <param name="keys">The keys; at least one.</param>
    /// <param name="parallelism">How many the sidecar reads at once; null for its default.</param>
    /// <param name="metadata">Metadata for the store.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public abstract Task<IReadOnlyList<BulkStateItem>> GetBulkStateAsync(
        string storeName,
        IReadOnlyList<string> keys,
        int? parallelism,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);

    /// <summary>Reads many keys. The order of the answer is the store's.</summary>
    /// <param name="storeName">The state component.</param>
    /// <param name="keys">The keys; at least one.</param>
    /// <param name="parallelism">How many the sidecar reads at once; null for its default.</param>
    /// <param name="metadata">Metadata for the store.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public abstract Task<IReadOnlyList<BulkStateItem<TValue>>> GetBulkStateAsync<TValue>(
        string storeName,
        IReadOnlyList<string> keys,
        int? parallelism,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);

    /// <summary>Writes one key, whatever its etag.</summary>
    public abstract Task SaveStateAsync<TValue>(
        string storeName,
        string key,
        TValue value,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);

    /// <summary>Writes one key if it still has the etag. An empty etag says nothing about the key, as in Dapr.</summary>
    /// <returns>False when another writer was faster (HTTP 409); every other failure is a <see cref="DaprException"/>.</returns>
    public abstract Task<bool> TrySaveStateAsync<TValue>(
        string storeName,
        string key,
        TValue value,
        string etag,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);

    /// <summary>Writes many keys in one request, not as a transaction. At least one.</summary>
    public abstract Task SaveBulkStateAsync<TValue>(
        string storeName,
        IReadOnlyList<SaveStateItem<TValue>> items,
        CancellationToken cancellationToken = default);

    /// <summary>Removes one key, whatever its etag. An absent key is no error.</summary>
    public abstract Task DeleteStateAsync(
        string storeName,
        string key,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);

    /// <summary>Removes one key if it still has the etag.</summary>
    /// <returns>False when another writer was faster (HTTP 409); every other failure is a <see cref="DaprException"/>.</returns>
    public abstract Task<bool> TryDeleteStateAsync(
        string storeName,
        string key,
        string etag,
        StateOptions? stateOptions = null,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);

    /// <summary>Removes many keys, not as a transaction: Dapr's HTTP API removes them one by one.</summary>
    public abstract Task DeleteBulkStateAsync(
        string storeName,
        IReadOnlyList<BulkDeleteStateItem> items,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes and removes keys together. At least one. A stale etag is an error (HTTP 500); whether the other keys were
    /// written then depends on the store.
    /// </summary>
    public abstract Task ExecuteStateTransactionAsync(
        string storeName,
        IReadOnlyList<StateTransactionRequest> operations,
        IReadOnlyDictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);
}
