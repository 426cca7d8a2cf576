using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;

namespace Gateway.Actors.Tests.Fakes;

/// <summary>Notes who was looked at, and fails where a test says so.</summary>
internal sealed class FakeQueue : ICommandQueue
{
    private readonly ConcurrentQueue<string> looks = new();

    /// <summary>Devices in the order in which they were looked at, failures among them.</summary>
    public IReadOnlyList<string> Looks => [.. looks];

    /// <summary>What the looks said of the reminder.</summary>
    public ConcurrentBag<bool> ReminderFired { get; } = [];

    /// <summary>Asked at every look; an exception is the look's.</summary>
    public Func<string, Task> OnLook { get; set; } = _ => Task.CompletedTask;

    public async Task<TOutcome> ExecuteAsync<TOutcome>(string deviceId, QueueOperation<TOutcome> operation, CancellationToken cancellationToken)
        where TOutcome : class
    {
        var look = Assert.IsType<LookAtClock>((QueueOperation)operation);
        ReminderFired.Add(look.ReminderFired);
        await LookAsync(deviceId);
        return (TOutcome)(object)new ClockOutcome(0);
    }

    public async Task<QueueHead> FlushAsync(string deviceId, CancellationToken cancellationToken)
    {
        await LookAsync(deviceId);
        return QueueHead.Empty;
    }

    public Task<ClaimOutcome> ClaimAsync(string deviceId, Func<ClaimCommands> claim, TimeSpan wait, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<ImmutableArray<ClaimedCommand>> ReadClaimsAsync(string deviceId, string connection, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<QueueHead> ReadHeadAsync(string deviceId, TimeSpan maxAge, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<int> CountWaitingAsync(string deviceId, CancellationToken cancellationToken) => throw new NotSupportedException();

    private Task LookAsync(string deviceId)
    {
        looks.Enqueue(deviceId);
        return OnLook(deviceId);
    }
}
