using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Xml.Linq;
using Gateway.Api.Backup;
using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Core.Queue;
using Gateway.Queue.Backup;
using Gateway.Storage.Backup;
using Gateway.Storage.History;
using Gateway.TestKit;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Gateway.Api.Tests.Backup;

/// <summary>
/// Events that history gets while an export runs: after its rows were taken, and gone from the queue when that is read. Without them the two would not
/// fit together.
/// </summary>
public sealed class BackupEventsTests : IDisposable
{
    private readonly Deployment deployment = new();
    private readonly StringWriter said = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => said.Dispose();

    [Fact]
    public async Task Export_HistoryWentOnMeanwhile_HasTheEventsBetweenRowsAndQueue()
    {
        // More than one page of them; the last two are still in the queue, too.
        deployment.Add("busy", inRows: 2, inHistory: 1_205, inQueue: [1_204, 1_205], last: 1_205);
        // Nothing is left in its queue.
        deployment.Add("idle", inRows: 1, inHistory: 4, inQueue: [], last: 4);

        var events = await ExportAsync();

        Assert.Equal(Numbers("busy", 3, 1_203).Concat(Numbers("idle", 2, 4)), events);
        Assert.Empty(said.ToString());
    }

    [Theory]
    [InlineData(5, new long[] { 6, 7 }, 7)]
    [InlineData(5, new long[] { 4, 5, 6 }, 6)]
    [InlineData(6, new long[] { }, 6)]
    [InlineData(0, new long[] { }, 0)]
    public async Task Export_QueueFollowsOnTheRows_HasNoEvents(long inRows, long[] inQueue, long last)
    {
        deployment.Add("quiet", inRows, inHistory: last, inQueue, last);

        Assert.Empty(await ExportAsync());
    }

    [Fact]
    public async Task Export_EventsThatAreNowhere_SaysSoAndGoesOn()
    {
        deployment.Add("broken", inRows: 2, inHistory: 9, inQueue: [10], last: 10);
        deployment.Lose("broken", 5, 6);
        deployment.Add("whole", inRows: 1, inHistory: 2, inQueue: [3], last: 3);

        var events = await ExportAsync();

        Assert.Equal(Numbers("broken", 3, 4).Concat(Numbers("whole", 2, 2)), events);
        Assert.Equal("warning: The events 5 to 9 of broken are neither in history nor in its queue: they were lost before.", said.ToString().TrimEnd());
    }

    [Fact]
    public async Task Import_EventsOfADevice_GoToItsHistoryTogetherAndInOrder()
    {
        deployment.Add("busy", inRows: 0, inHistory: 1_203, inQueue: [1_204], last: 1_204);
        deployment.Add("idle", inRows: 1, inHistory: 4, inQueue: [], last: 4);
        using var file = await WriteAsync();

        await new BackupImport(deployment, deployment).RunAsync(new BackupReader(file, "backup.gz"), new BackupSecrets(null, new NoKeys()), Progress, Token);

        Assert.Equal(Numbers("busy", 1, 1_203).Concat(Numbers("idle", 2, 4)), deployment.Imported.SelectMany(run => run.Events.Select(e => (run.DeviceId, e.Seq))));
        Assert.Equal([("busy", 500), ("busy", 500), ("busy", 203), ("idle", 3)], deployment.Imported.Select(run => (run.DeviceId, run.Events.Count)));
    }

    private BackupProgress Progress => new(said, isTerminal: false, new ManualTimeProvider());

    private async Task<MemoryStream> WriteAsync()
    {
        var file = new MemoryStream();
        await using var writer = new BackupWriter(file, Progress);
        await new BackupExport(deployment, deployment, deployment, TimeProvider.System).RunAsync(writer, null, Progress, Token);
        return file;
    }

    /// <summary>Writes a backup, and answers the events that it has beside the rows.</summary>
    private async Task<List<(string Device, long Seq)>> ExportAsync()
    {
        using var file = await WriteAsync();
        return await new BackupReader(file, "backup.gz").ReadAsync(kind => kind == BackupFormat.Event, Token)
            .Select(record => record.Value.Deserialize(QueueRecordJson.Default.EventRecord)!)
            .Select(record => (record.Device, record.Event.Seq))
            .ToListAsync(Token);
    }

    private static IEnumerable<(string, long)> Numbers(string device, int first, int last) =>
        Enumerable.Range(first, last - first + 1).Select(seq => (device, (long)seq));

    /// <summary>Devices with rows as of one moment, and history and queues as of a later one.</summary>
    private sealed class Deployment : IStoreBackup, IStoreSnapshot, IQueueBackup, IHistoryReader
    {
        private readonly SortedDictionary<string, long> rows = new(StringComparer.Ordinal);
        private readonly Dictionary<string, QueueHead> heads = [];
        private readonly Dictionary<string, List<QueueEvent>> history = [];

        public int Schema => 1;

        public List<DeviceEvents> Imported { get; } = [];

        /// <param name="device">A device.</param>
        /// <param name="inRows">The last event that the rows know.</param>
        /// <param name="inHistory">The last event that history has in the end.</param>
        /// <param name="inQueue">The events that the head still has.</param>
        /// <param name="last">The last event of all.</param>
        public void Add(string device, long inRows, long inHistory, long[] inQueue, long last)
        {
            rows.Add(device, inRows);
            history.Add(device, [.. Enumerable.Range(1, (int)inHistory).Select(seq => Event(seq))]);
            heads.Add(device, QueueHead.Empty with { Seq = last, Events = [.. inQueue.Select(Event)] });
        }

        public void Lose(string device, params long[] seqs) => history[device].RemoveAll(e => seqs.Contains(e.Seq));

        public Task<IStoreSnapshot> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<IStoreSnapshot>(this);

        public Task CheckTargetAsync(int schema, CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task ImportAsync(
            int schema, IAsyncEnumerable<StoreRow> rows, IAsyncEnumerable<DeviceEvents> events, CancellationToken cancellationToken)
        {
            await foreach (var run in events) Imported.Add(run);
        }

        public Task<IReadOnlyList<DeviceHistory>> DevicesPageAsync(string? afterId, int limit, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<DeviceHistory>>(
                [.. rows.Where(row => string.CompareOrdinal(row.Key, afterId) > 0).Select(row => new DeviceHistory(row.Key, row.Value))]);

        public IAsyncEnumerable<StoreRow> RowsAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<StoreRow>();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        public async IAsyncEnumerable<QueuePart> ReadAsync(IReadOnlyList<string> deviceIds, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            foreach (var device in deviceIds) yield return new HeadPart(device, heads[device]);
        }

        public Task CheckTargetAsync(string importId, IAsyncEnumerable<string> deviceIds, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task WriteAsync(string importId, IAsyncEnumerable<QueuePart> parts, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<IReadOnlyList<QueueEvent>> ListEventsAsync(string deviceId, long afterSeq, int limit, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<QueueEvent>>([.. history[deviceId].Where(e => e.Seq > afterSeq).Take(limit)]);

        public Task<IReadOnlyList<CommandRecord>> ListDeviceCommandsAsync(
            string deviceId, IReadOnlyCollection<CommandState> states, string? beforeCommandId, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyList<CommandRecord>> ListLiveCommandsAsync(string deviceId, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<IReadOnlyDictionary<string, long>> LastSeqAsync(IReadOnlyCollection<string> deviceIds, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        private static QueueEvent Event(long seq) => new() { Seq = seq, At = seq, Kind = QueueEventKind.Extended };
    }

    private sealed class NoKeys : IXmlRepository
    {
        public IReadOnlyCollection<XElement> GetAllElements() => [];

        public void StoreElement(XElement element, string friendlyName) => throw new NotSupportedException();
    }
}
