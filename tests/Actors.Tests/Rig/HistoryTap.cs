using Gateway.Core.History;
using Gateway.Core.Queue;

namespace Gateway.Actors.Tests.Rig;

/// <summary>The relational store's history, with an ear: tests wait for what is written, and may have it fail.</summary>
internal sealed class HistoryTap(ICommandHistory history) : ICommandHistory
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    private readonly Lock gate = new();
    private readonly List<(string DeviceId, QueueEvent Event)> written = [];
    private TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether the relational store is away.</summary>
    public volatile bool IsDown;

    /// <summary>Waits until an event of a device is written.</summary>
    public async Task<QueueEvent> WaitForAsync(string deviceId, Func<QueueEvent, bool> which)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (written.Find(item => item.DeviceId == deviceId && which(item.Event)).Event is { } found) return found;
                next = more.Task;
            }

            await next.WaitAsync(limit.Token);
        }
    }

    public async Task WriteAsync(IReadOnlyCollection<DeviceEvents> batch, CancellationToken cancellationToken)
    {
        if (IsDown) throw new IOException("the relational store is away");
        await history.WriteAsync(batch, cancellationToken);
        TaskCompletionSource told;
        lock (gate)
        {
            written.AddRange(batch.SelectMany(run => run.Events.Select(e => (run.DeviceId, e))));
            told = more;
            more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        told.SetResult();
    }

    public Task<KnownCommand?> FindByIdempotencyKeyAsync(string deviceId, string key, CancellationToken cancellationToken) =>
        history.FindByIdempotencyKeyAsync(deviceId, key, cancellationToken);

    public Task<CommandRecord?> FindAsync(string deviceId, string commandId, CancellationToken cancellationToken) =>
        history.FindAsync(deviceId, commandId, cancellationToken);
}
