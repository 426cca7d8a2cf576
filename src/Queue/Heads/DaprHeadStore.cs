using System.Globalization;
using Dapr.Client;
using Gateway.Core.Queue;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Heads;

/// <summary>
/// Heads under <c>queue:{device}</c>, documents under <c>queue:{device}:{name}</c> (a device id has no colon). Documents carry a
/// time to live past the retention: what a lost race or a crash leaves behind goes by itself, without anybody keeping a list.
/// </summary>
internal sealed class DaprHeadStore(DaprClient dapr, IOptions<QueueOptions> options) : IHeadStore
{
    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite };

    private readonly string store = options.Value.StateStore;

    private readonly Dictionary<string, string> documentMetadata = new()
    {
        ["ttlInSeconds"] = ((long)(options.Value.Retention + TimeSpan.FromDays(1)).TotalSeconds).ToString(CultureInfo.InvariantCulture),
    };

    public async Task<StoredHead> LoadAsync(string deviceId, CancellationToken cancellationToken)
    {
        var (head, etag) = await dapr.GetStateAndETagAsync<QueueHead>(
            store, QueueKeys.Head(deviceId), ConsistencyMode.Strong, cancellationToken: cancellationToken);
        return new StoredHead(head ?? QueueHead.Empty, etag ?? "");
    }

    public Task<bool> TrySaveAsync(string deviceId, QueueHead head, string etag, CancellationToken cancellationToken) =>
        dapr.TrySaveStateAsync(store, QueueKeys.Head(deviceId), head, etag, FirstWrite, cancellationToken: cancellationToken);

    public async Task<IReadOnlyDictionary<string, QueueDocument>> ReadAsync(
        string deviceId, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 1)
        {
            var name = names.First();
            var document = await dapr.GetStateAsync<QueueDocument>(store, QueueKeys.Document(deviceId, name), ConsistencyMode.Strong, cancellationToken: cancellationToken);
            return document is null ? [] : new Dictionary<string, QueueDocument> { [name] = document };
        }

        var prefix = QueueKeys.Document(deviceId, "");
        var items = await dapr.GetBulkStateAsync<QueueDocument>(
            store, [.. names.Select(name => prefix + name)], parallelism: null, cancellationToken: cancellationToken);
        return items.Where(item => item.Value is not null).ToDictionary(item => item.Key[prefix.Length..], item => item.Value);
    }

    public Task WriteAsync(string deviceId, IReadOnlyDictionary<string, QueueDocument> documents, CancellationToken cancellationToken) =>
        dapr.SaveBulkStateAsync(
            store,
            [.. documents.Select(document => new SaveStateItem<QueueDocument>(
                QueueKeys.Document(deviceId, document.Key), document.Value, etag: "", stateOptions: null, metadata: documentMetadata))],
            cancellationToken);

    public Task DeleteAsync(string deviceId, IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        names.Count == 1
            ? dapr.DeleteStateAsync(store, QueueKeys.Document(deviceId, names.First()), cancellationToken: cancellationToken)
            : dapr.DeleteBulkStateAsync(
                store,
                [.. names.Select(name => new BulkDeleteStateItem(QueueKeys.Document(deviceId, name), etag: "", stateOptions: null, metadata: null))],
                cancellationToken);
}
