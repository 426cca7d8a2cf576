using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Gateway.Core.History;
using Gateway.Queue.Backup;
using Gateway.Storage;
using Gateway.Storage.Backup;

namespace Gateway.Api.Backup;

/// <summary>
/// Fills an empty deployment. Queues come first: nobody looks for one whose device the relational store does not know. The relational
/// store's one transaction makes all of it true at once.
/// </summary>
internal sealed class BackupImport(IStoreBackup stores, IQueueBackup queues)
{
    /// <summary>Events of one device that are written together.</summary>
    private const int EventsAtOnce = 500;

    /// <summary>Imports a backup.</summary>
    /// <exception cref="InvalidDataException">It is not whole; nothing was written.</exception>
    /// <exception cref="StorageStartException">The deployment is not empty, or its relational store cannot be used.</exception>
    /// <exception cref="QueueImportException">The state store is not one to import into.</exception>
    public async Task RunAsync(BackupReader reader, BackupSecrets secrets, BackupProgress progress, CancellationToken cancellationToken)
    {
        var (header, end) = await reader.VerifyAsync(cancellationToken);
        progress.Say($"The backup of {header.At:yyyy-MM-dd HH:mm:ss} UTC is whole: {end.Records.Values.Sum()} records.");
        await stores.CheckTargetAsync(header.Schema, cancellationToken);
        var devices = reader.ReadAsync(kind => kind == BackupFormat.Queue, cancellationToken).Select(record => Read(record, QueueRecordJson.Default.QueueRecord).Device);
        await queues.CheckTargetAsync(header.Id, devices, cancellationToken);
        await secrets.ReadAsync(Records(reader, kind => kind == BackupFormat.Secret, progress, cancellationToken), progress);
        try
        {
            await queues.WriteAsync(header.Id, QueuesAsync(reader, progress, cancellationToken), cancellationToken);
            await stores.ImportAsync(header.Schema, RowsAsync(reader, progress, cancellationToken), EventsAsync(reader, progress, cancellationToken), cancellationToken);
            // They may be kept in a table, which is there only now.
            await secrets.ReadAsync(Records(reader, kind => kind == BackupFormat.PortalKey, progress, cancellationToken), progress);
        }
        catch (Exception)
        {
            progress.Say("The import is not complete, and no replica will be ready: run it again with the same file when the trouble is over.");
            throw;
        }

        await queues.CompleteAsync(cancellationToken);
    }

    private static async IAsyncEnumerable<QueuePart> QueuesAsync(
        BackupReader reader, BackupProgress progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in Records(reader, kind => kind is BackupFormat.Queue or BackupFormat.Document, progress, cancellationToken))
        {
            if (record.Kind == BackupFormat.Queue)
            {
                var queue = Read(record, QueueRecordJson.Default.QueueRecord);
                yield return new HeadPart(queue.Device, queue.Head);
            }
            else
            {
                var document = Read(record, QueueRecordJson.Default.DocumentRecord);
                yield return new DocumentPart(document.Device, document.Name, document.Expires, document.Document);
            }
        }
    }

    private static IAsyncEnumerable<StoreRow> RowsAsync(BackupReader reader, BackupProgress progress, CancellationToken cancellationToken) =>
        Records(reader, kind => !BackupFormat.NotRows.Contains(kind), progress, cancellationToken).Select(record => new StoreRow(
            record.Kind,
            record.Value.EnumerateObject().ToDictionary(
                column => column.Name,
                column => column.Value.ValueKind switch
                {
                    JsonValueKind.Null => null,
                    JsonValueKind.Number => (object)column.Value.GetInt64(),
                    _ => column.Value.GetString(),
                })));

    /// <summary>Those of one device together, as they stand in the backup.</summary>
    private static async IAsyncEnumerable<DeviceEvents> EventsAsync(
        BackupReader reader, BackupProgress progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var run = new List<EventRecord>();
        await foreach (var record in Records(reader, kind => kind == BackupFormat.Event, progress, cancellationToken))
        {
            var next = Read(record, QueueRecordJson.Default.EventRecord);
            if (run.Count >= EventsAtOnce || (run.Count > 0 && run[0].Device != next.Device))
            {
                yield return new DeviceEvents(run[0].Device, [.. run.Select(e => e.Event)]);
                run.Clear();
            }

            run.Add(next);
        }

        if (run.Count > 0) yield return new DeviceEvents(run[0].Device, [.. run.Select(e => e.Event)]);
    }

    private static IAsyncEnumerable<BackupRecord> Records(BackupReader reader, Func<string, bool> isWanted, BackupProgress progress, CancellationToken cancellationToken) =>
        reader.ReadAsync(isWanted, cancellationToken).Select(record =>
        {
            progress.Add(record.Kind, record.Bytes);
            return record;
        });

    private static T Read<T>(BackupRecord record, JsonTypeInfo<T> type) => record.Value.Deserialize(type)!;
}
