using System.Globalization;
using System.Runtime.CompilerServices;
using Dapr.Client;
using Gateway.Core.Queue;
using Gateway.Queue.Heads;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Backup;

/// <summary>Reads many keys in one request, and writes each by itself: together they could be more than a sidecar takes.</summary>
internal sealed class QueueBackup(DaprClient dapr, IOptions<QueueOptions> options, TimeProvider time) : IQueueBackup
{
    private const int HeadsAtOnce = 32, DocumentsAtOnce = 16, WritesAtOnce = 8;

    /// <summary>How often a queue is read that changed meanwhile. Each time only what is new has to be read.</summary>
    private const int MaxReads = 50;

    /// <summary>An imported document lasts at least so long: of an old backup, the queue still has to read what has expired, to say so.</summary>
    private static readonly TimeSpan ShortestLife = TimeSpan.FromDays(1);

    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite };

    private readonly string store = options.Value.StateStore;

    public async IAsyncEnumerable<QueuePart> ReadAsync(IReadOnlyList<string> deviceIds, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var devices in deviceIds.Chunk(HeadsAtOnce))
        {
            var heads = await ReadAsync<QueueHead>([.. devices.Select(QueueKeys.Head)], cancellationToken);
            foreach (var device in devices)
            {
                if (!heads.TryGetValue(QueueKeys.Head(device), out var head)) continue;
                await foreach (var part in ReadAsync(device, head, cancellationToken)) yield return part;
            }
        }
    }

    public async Task CheckTargetAsync(string importId, IAsyncEnumerable<string> deviceIds, CancellationToken cancellationToken)
    {
        if (await HasBegunAsync(importId, cancellationToken)) return;
        await foreach (var devices in deviceIds.Chunk(HeadsAtOnce).WithCancellation(cancellationToken))
        {
            var heads = await ReadAsync<QueueHead>([.. devices.Select(QueueKeys.Head)], cancellationToken);
            if (Array.Find(devices, device => heads.ContainsKey(QueueKeys.Head(device))) is { } found)
                throw new QueueImportException($"The state store {store} is not empty, it has a queue of the device {found}: an import needs an empty deployment.");
        }
    }

    public async Task WriteAsync(string importId, IAsyncEnumerable<QueuePart> parts, CancellationToken cancellationToken)
    {
        var isRepeated = await HasBegunAsync(importId, cancellationToken);
        if (!isRepeated && !await TrySaveAsync(IQueueBackup.UnderWayKey, new ImportMark(importId), "", cancellationToken))
            throw new QueueImportException($"Another import has begun in the state store {store} just now.");
        var limits = new ParallelOptions { MaxDegreeOfParallelism = WritesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(parts, limits, async (part, token) =>
        {
            if (part is HeadPart head) await WriteAsync(head, isRepeated, token);
            else if (part is DocumentPart document) await WriteAsync(document, token);
        });
    }

    public Task CompleteAsync(CancellationToken cancellationToken) =>
        Guard(() => dapr.DeleteStateAsync(store, IQueueBackup.UnderWayKey, cancellationToken: cancellationToken));

    /// <summary>One queue as it is at one moment: should a commit have deleted what its head names, a later head is read.</summary>
    private async IAsyncEnumerable<QueuePart> ReadAsync(string deviceId, QueueHead head, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, QueueDocument>();
        for (var reads = 1; ; reads++)
        {
            var contents = new HeadContents(head);
            var absent = new List<string>();
            while (contents.Next(DocumentsAtOnce) is { Count: > 0 } names)
            {
                var read = names.Where(name => !known.ContainsKey(name)).ToList();
                var documents = await ReadAsync<QueueDocument>([.. read.Select(name => QueueKeys.Document(deviceId, name))], cancellationToken);
                foreach (var name in names)
                {
                    var isNew = !known.TryGetValue(name, out var document);
                    if (isNew && !documents.TryGetValue(QueueKeys.Document(deviceId, name), out document))
                    {
                        if (contents.IsNeeded(name)) absent.Add(name);
                        continue;
                    }

                    contents.Read(name, document!);
                    if (!isNew) continue;

                    // It never changes under its name. Of a text it is enough to know that it was read.
                    known.Add(name, document!.Entries is null ? new QueueDocument() : document);
                    yield return new DocumentPart(deviceId, name, contents.ExpiryOf(name, options.Value.Retention), document);
                }
            }

            if (absent.Count > 0 && await ReadLaterAsync(deviceId, head, cancellationToken) is { } later)
            {
                if (reads == MaxReads) throw new QueueUnavailableException($"The queue of {deviceId} changed {MaxReads} times while it was read.");
                head = later;
                continue;
            }

            foreach (var name in absent) yield return new LostPart(deviceId, name);
            yield return new HeadPart(deviceId, head);
            yield break;
        }
    }

    /// <summary>The stored head; null: it is the one that was read before.</summary>
    private async Task<QueueHead?> ReadLaterAsync(string deviceId, QueueHead head, CancellationToken cancellationToken)
    {
        var heads = await ReadAsync<QueueHead>([QueueKeys.Head(deviceId)], cancellationToken);
        return heads.TryGetValue(QueueKeys.Head(deviceId), out var stored) && stored.Commit != head.Commit ? stored : null;
    }

    private async Task<Dictionary<string, T>> ReadAsync<T>(IReadOnlyList<string> keys, CancellationToken cancellationToken)
        where T : class
    {
        if (keys.Count == 0) return [];
        var items = await Guard(() => dapr.GetBulkStateAsync<T>(store, keys, parallelism: null, cancellationToken: cancellationToken));
        return items.Where(item => item.Value is not null).ToDictionary(item => item.Key, item => item.Value);
    }

    /// <summary>Whether this import has begun before, so that what is there may be its own.</summary>
    private async Task<bool> HasBegunAsync(string importId, CancellationToken cancellationToken)
    {
        var mark = await Guard(() => dapr.GetStateAsync<ImportMark?>(store, IQueueBackup.UnderWayKey, ConsistencyMode.Strong, cancellationToken: cancellationToken));
        return mark is null || mark.Id == importId ? mark is not null : throw new QueueImportException(
            $"An import of another backup was begun in the state store {store} and not finished: run that one again, or empty the store.");
    }

    private async Task WriteAsync(HeadPart part, bool isRepeated, CancellationToken cancellationToken)
    {
        var key = QueueKeys.Head(part.DeviceId);
        var etag = isRepeated
            ? (await Guard(() => dapr.GetStateAndETagAsync<QueueHead>(store, key, ConsistencyMode.Strong, cancellationToken: cancellationToken))).etag ?? ""
            : "";
        if (!await TrySaveAsync(key, part.Head.ForAnotherDeployment(), etag, cancellationToken))
            throw new QueueImportException($"Somebody else writes to the queue of the device {part.DeviceId}: nothing may work with a deployment while it is imported.");
    }

    private Task<bool> TrySaveAsync<T>(string key, T value, string etag, CancellationToken cancellationToken) =>
        Guard(() => dapr.TrySaveStateAsync(store, key, value, etag, FirstWrite, cancellationToken: cancellationToken));

    private Task WriteAsync(DocumentPart part, CancellationToken cancellationToken)
    {
        var left = part.ExpiresAt - time.GetUtcNow();
        var seconds = (long)(left > ShortestLife ? left : ShortestLife).TotalSeconds;
        var metadata = new Dictionary<string, string> { ["ttlInSeconds"] = seconds.ToString(CultureInfo.InvariantCulture) };
        return Guard(() => dapr.SaveStateAsync(
            store, QueueKeys.Document(part.DeviceId, part.Name), part.Document, metadata: metadata, cancellationToken: cancellationToken));
    }

    private async Task Guard(Func<Task> call) => await Guard(async () =>
    {
        await call();
        return true;
    });

    private async Task<T> Guard<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new QueueUnavailableException($"The state store {store} cannot be used: {e.Message}", e);
        }
    }

    private sealed record ImportMark(string Id);
}
