using System.Collections.Concurrent;
using Gateway.Core.History;
using Gateway.Core.Queue;
using Gateway.Queue.Commits;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Queue.History;

/// <summary>
/// Writes the events of committed heads to history: those of many devices in one call, and under steady traffic those of
/// <see cref="Gather"/> together, since each call costs the disk a flush that the next operation's save waits for. What is not
/// written stays in its head, so a crash loses nothing; reads do not wait for the next call (<see cref="WriteAsync"/>).
/// </summary>
internal sealed class HistoryWriter(
    ICommandHistory history, Committer committer, QueueMetrics metrics, TimeProvider time, ILogger<HistoryWriter> logger) : BackgroundService
{
    private const int DevicesPerCall = 256;

    /// <summary>A head with so many unwritten events is not kept waiting: each of its saves carries them.</summary>
    private const int EventsPerHead = 12;

    /// <summary>Calls begin no closer together than this, unless a call is full or a head holds much.</summary>
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<DeviceCell, bool> waiting = [];
    private readonly SemaphoreSlim signal = new(0, 1);
    private volatile TaskCompletionSource hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Episode failing = new();
    private volatile IReadOnlyList<DeviceCell> underWay = [];

    /// <summary>Notes that a cell's head may hold events that history does not have.</summary>
    public void Notice(DeviceCell cell)
    {
        if (cell.Head is not { Events: [.., var last] } || last.Seq <= cell.WrittenThrough) return;
        waiting[cell] = true;
        if (last.Seq - cell.WrittenThrough >= EventsPerHead) hurry.TrySetResult();
        Wake();
    }

    /// <summary>Writes one device's events now and answers when history has them.</summary>
    public async Task WriteAsync(DeviceCell cell, CancellationToken cancellationToken)
    {
        if (await CollectAsync(cell, cancellationToken) is not { } run) return;
        try
        {
            await history.WriteAsync([run], cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new QueueUnavailableException("History cannot be written.", e);
        }

        cell.MarkWritten(run.Events[^1].Seq);
    }

    /// <summary>The age of the oldest event that history does not have; zero when it has all that was committed here.</summary>
    public TimeSpan Lag()
    {
        long? oldest = null;
        foreach (var cell in waiting.Keys.Concat(underWay))
        {
            var through = cell.WrittenThrough;
            if (cell.Head?.Events.FirstOrDefault(e => e.Seq > through) is { } first && !(first.At >= oldest)) oldest = first.At;
        }

        var age = oldest is { } at ? time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(at) : TimeSpan.Zero;
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        metrics.ObserveHistory(Lag);
        var pause = TimeSpan.FromMilliseconds(250);
        long? lastCall = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await signal.WaitAsync(stoppingToken);
                if (lastCall is { } began) await GatherAsync(Gather - time.GetElapsedTime(began), stoppingToken);
                lastCall = time.GetTimestamp();
                await WriteBatchAsync(stoppingToken);
                pause = TimeSpan.FromMilliseconds(250);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                if (failing.Began()) QueueLog.HistoryFailed(logger, e);
                await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 > LongestPause ? LongestPause : pause * 2;
                Wake();
            }
        }

        await DrainAsync();
    }

    /// <summary>Lets more devices come in, while none is in a hurry.</summary>
    private async Task GatherAsync(TimeSpan left, CancellationToken cancellationToken)
    {
        if (left > TimeSpan.Zero && waiting.Count < DevicesPerCall)
        {
            using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(hurry.Task, Task.Delay(left, time, enough.Token));
            await enough.CancelAsync();
        }

        cancellationToken.ThrowIfCancellationRequested();
        hurry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private async Task WriteBatchAsync(CancellationToken cancellationToken)
    {
        // A device that was forgotten and opened again may have two cells; one run of each device at a time.
        var cells = waiting.Keys.DistinctBy(cell => cell.DeviceId).Take(DevicesPerCall).ToList();
        underWay = cells;
        var runs = new List<(DeviceCell Cell, DeviceEvents Events)>(cells.Count);
        try
        {
            foreach (var cell in cells)
            {
                // Taken out before its events are: what comes after is noticed again.
                waiting.TryRemove(cell, out _);
                if (await CollectAsync(cell, cancellationToken) is { } run) runs.Add((cell, run));
            }

            if (runs.Count > 0) await history.WriteAsync([.. runs.Select(run => run.Events)], cancellationToken);
        }
        catch
        {
            foreach (var cell in cells) waiting[cell] = true;
            throw;
        }

        if (failing.Ended()) QueueLog.HistoryRecovered(logger);
        foreach (var (cell, run) in runs) cell.MarkWritten(run.Events[^1].Seq);
        underWay = [];
        if (!waiting.IsEmpty) Wake();
    }

    /// <summary>The events that history may not have, their texts at hand; null: it has all.</summary>
    private async Task<DeviceEvents?> CollectAsync(DeviceCell cell, CancellationToken cancellationToken)
    {
        var through = cell.WrittenThrough;
        if (cell.Head is not { } head) return null;
        var events = head.Events.Where(e => e.Seq > through).ToList();
        if (events.Count == 0) return null;
        var names = events.SelectMany(EventTexts.Documents).ToHashSet();
        if (names.Count == 0) return new DeviceEvents(cell.DeviceId, events);

        var texts = await committer.ReadAsync(cell.DeviceId, names, cancellationToken);
        return new DeviceEvents(cell.DeviceId, [.. events.Select(e => WithTexts(cell.DeviceId, e, texts))]);
    }

    private QueueEvent WithTexts(string deviceId, QueueEvent e, IReadOnlyDictionary<string, QueueDocument> texts) => EventTexts.Inline(e, name =>
    {
        if (texts.TryGetValue(name, out var document)) return document.Text!;

        // Another replica has written this event, dropped it and deleted its document: history keeps what it has.
        QueueLog.DocumentLost(logger, deviceId, e.Seq, name);
        return "";
    });

    private async Task DrainAsync()
    {
        using var limit = new CancellationTokenSource(DrainLimit, time);
        try
        {
            while (!waiting.IsEmpty) await WriteBatchAsync(limit.Token);
        }
        catch (Exception)
        {
            QueueLog.HistoryCutShort(logger);
        }
    }

    private void Wake()
    {
        try
        {
            signal.Release();
        }
        catch (SemaphoreFullException)
        {
            // Already signalled.
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        signal.Dispose();
        base.Dispose();
    }
}
