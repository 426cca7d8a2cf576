using System.Security.Cryptography;
using System.Text.Json;
using Gateway.Actors.Hosting;
using Gateway.Core.Ids;
using Gateway.Queue.Backup;
using Gateway.Storage.Backup;
using Gateway.Storage.History;

namespace Gateway.Api.Backup;

/// <summary>
/// Writes everything that lasts: the queues, then the relational store as it was just before they were read. Events that a busy queue
/// gave to history in between are added, so that each device's history and queue fit together, number by number.
/// </summary>
internal sealed class BackupExport(IStoreBackup stores, IQueueBackup queues, IHistoryReader history, TimeProvider time)
{
    /// <summary>Devices whose queues are read together, and events of one device.</summary>
    private const int DevicesAtOnce = 256, EventsAtOnce = 500;

    /// <summary>Writes the backup, and its secrets when they are asked for.</summary>
    public async Task RunAsync(BackupWriter writer, BackupSecrets? secrets, BackupProgress progress, CancellationToken cancellationToken)
    {
        await using var snapshot = await stores.OpenAsync(cancellationToken);
        var now = time.GetUtcNow();
        var id = SortableId.Create(now, RandomNumberGenerator.GetBytes(SortableId.EntropyBytes));
        var header = new BackupHeader(BackupFormat.Name, BackupFormat.Version, id, now.UtcDateTime, BuildInfo.Version, snapshot.Schema);
        await writer.WriteAsync(BackupFormat.Header, header, BackupJson.Default.BackupHeader, cancellationToken);

        var after = "";
        while (await snapshot.DevicesPageAsync(after, DevicesAtOnce, cancellationToken) is { Count: > 0 } page)
        {
            await WriteQueuesAsync(writer, page, progress, cancellationToken);
            after = page[^1].DeviceId;
        }

        await foreach (var row in snapshot.RowsAsync(cancellationToken)) await writer.WriteAsync(row.Table, json => Write(json, row), cancellationToken);
        if (secrets is not null) await secrets.WriteAsync(writer, cancellationToken);
        await writer.CompleteAsync(cancellationToken);
    }

    private async Task WriteQueuesAsync(BackupWriter writer, IReadOnlyList<DeviceHistory> devices, BackupProgress progress, CancellationToken cancellationToken)
    {
        var histories = devices.ToDictionary(device => device.DeviceId, device => device.LastSeq);
        await foreach (var part in queues.ReadAsync([.. histories.Keys], cancellationToken))
        {
            switch (part)
            {
                case DocumentPart of:
                    var document = new DocumentRecord(of.DeviceId, of.Name, of.ExpiresAt.UtcDateTime, of.Document);
                    await writer.WriteAsync(BackupFormat.Document, document, QueueRecordJson.Default.DocumentRecord, cancellationToken);
                    break;
                case HeadPart { Head: var head } of:
                    await writer.WriteAsync(BackupFormat.Queue, new QueueRecord(of.DeviceId, head), QueueRecordJson.Default.QueueRecord, cancellationToken);
                    await WriteEventsAsync(
                        writer, of.DeviceId, histories[of.DeviceId], head.Events is [var first, ..] ? first.Seq : head.Seq + 1, progress, cancellationToken);
                    break;
                case LostPart of:
                    progress.Warn($"The queue of {of.DeviceId} names the document {of.Name}, which the state store does not have: it was lost before.");
                    break;
            }
        }
    }

    /// <summary>Events after what the rows have and before what the head has: history has got them since.</summary>
    private async Task WriteEventsAsync(
        BackupWriter writer, string deviceId, long after, long before, BackupProgress progress, CancellationToken cancellationToken)
    {
        while (after + 1 < before)
        {
            var stored = await history.ListEventsAsync(deviceId, after, EventsAtOnce, cancellationToken);
            var events = stored.TakeWhile((e, i) => e.Seq == after + 1 + i && e.Seq < before).ToList();
            if (events.Count == 0)
            {
                progress.Warn($"The events {after + 1} to {before - 1} of {deviceId} are neither in history nor in its queue: they were lost before.");
                return;
            }

            foreach (var e in events) await writer.WriteAsync(BackupFormat.Event, new EventRecord(deviceId, e), QueueRecordJson.Default.EventRecord, cancellationToken);
            after = events[^1].Seq;
        }
    }

    private static void Write(Utf8JsonWriter json, StoreRow row)
    {
        json.WriteStartObject();
        foreach (var (column, value) in row.Values)
        {
            if (value is long number) json.WriteNumber(column, number);
            else json.WriteString(column, (string?)value);
        }

        json.WriteEndObject();
    }
}
