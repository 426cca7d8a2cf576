using Gateway.Actors.Deadlines;
using Gateway.Actors.Tests.Fakes;
using Gateway.Queue;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Actors.Tests.Deadlines;

public sealed class DueDevicesTests : IAsyncLifetime
{
    private readonly ManualTimeProvider time = new();
    private readonly FakeQueue queue = new();
    private readonly DueDevices due;

    public DueDevicesTests() => due = new DueDevices(queue, time, NullLogger<DueDevices>.Instance);

    [Fact]
    public async Task QueueIsUnavailable_IsTriedAgainUntilItAnswers()
    {
        var (failures, start) = (2, time.GetUtcNow());
        queue.OnLook = _ => failures-- > 0 ? throw new QueueUnavailableException() : Task.CompletedTask;

        due.Add("a");
        await Eventually.UntilAsync(() => queue.Looks.Count == 1 && time.ArmedTimers > 0);
        await PassTimeUntilAsync(() => queue.Looks.Count == 3);

        Assert.InRange((time.GetUtcNow() - start).TotalSeconds, 1.5, 10);
        Assert.All(queue.ReminderFired, Assert.True);
    }

    [Fact]
    public async Task QueueStaysUnavailable_IsLeftToTheSweep()
    {
        queue.OnLook = device => device == "a" ? throw new QueueUnavailableException() : Task.CompletedTask;

        due.Add("a");
        await PassTimeUntilAsync(() => queue.Looks.Count == 5);
        time.Advance(TimeSpan.FromHours(1));
        due.Add("b");
        await Eventually.UntilAsync(() => queue.Looks.Contains("b"));
        Assert.Equal(5, queue.Looks.Count(device => device == "a"));
    }

    [Fact]
    public async Task DeviceFailsForGood_OthersGoOn()
    {
        queue.OnLook = device => device == "bad" ? throw new InvalidOperationException("a fault") : Task.CompletedTask;

        for (var i = 0; i < 20; i++) due.Add("bad");
        due.Add("good");

        await Eventually.UntilAsync(() => queue.Looks.Contains("good"));
        Assert.Null(due.ExecuteTask!.Exception);
        Assert.False(due.ExecuteTask.IsCompleted);
    }

    [Fact]
    public async Task DeviceIsSlow_OthersGoOn()
    {
        var answer = new TaskCompletionSource();
        queue.OnLook = device => device == "slow" ? answer.Task : Task.CompletedTask;

        due.Add("slow");
        for (var i = 0; i < 50; i++) due.Add($"d{i}");

        await Eventually.UntilAsync(() => queue.Looks.Count == 51);
        answer.SetResult();
    }

    public async ValueTask InitializeAsync() => await due.StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await due.StopAsync(CancellationToken.None);
        due.Dispose();
    }

    private Task PassTimeUntilAsync(Func<bool> condition) => Eventually.UntilAsync(() =>
    {
        if (time.ArmedTimers > 0) time.Advance(TimeSpan.FromMilliseconds(100));
        return condition();
    });
}
