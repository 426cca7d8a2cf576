using Gateway.Actors.Sweeps;
using Gateway.Actors.Tests.Fakes;
using Gateway.Queue;
using Gateway.Storage.Devices;
using Gateway.Storage.History;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Actors.Tests.Sweeps;

public sealed class SweeperTests
{
    private readonly ManualTimeProvider time = new();
    private readonly FakeQueue queue = new();
    private readonly FakeSweepStore store = new();
    private readonly List<IPresenceObserver> observers = [];

    [Fact]
    public async Task MarkOffline_DevicesHaveGone_EveryObserverIsTold()
    {
        var (first, second) = (new Observer(), new Observer());
        observers.AddRange([first, second]);
        store.GoneOffline.Add(new PresenceChange("d", "c", "online", "offline", time.GetUtcNow()));

        await NewSweeper().MarkOfflineAsync();

        Assert.Equal("d", Assert.Single(Assert.Single(first.Told)).DeviceId);
        Assert.Single(second.Told);
    }

    [Fact]
    public async Task MarkOffline_OneObserverFails_TheOthersAreTold()
    {
        var second = new Observer();
        observers.AddRange([new Observer { Error = new InvalidOperationException("a fault") }, second]);
        store.GoneOffline.Add(new PresenceChange("d", "c", "online", "offline", time.GetUtcNow()));

        await NewSweeper().MarkOfflineAsync();

        Assert.Single(second.Told);
    }

    [Fact]
    public async Task MarkOffline_NobodyHasGone_NobodyIsTold()
    {
        var observer = new Observer();
        observers.Add(observer);

        await NewSweeper().MarkOfflineAsync();

        Assert.Empty(observer.Told);
    }

    [Fact]
    public async Task Overdue_Devices_EachIsLookedAtOnce()
    {
        for (var i = 0; i < 10; i++) store.Overdue.Add(new OverdueDevice($"d{i}", 0));

        await NewSweeper().LookAtOverdueAsync();

        Assert.Equal(store.Overdue.Select(device => device.DeviceId), queue.Looks.Order());
        Assert.Equal((time.GetUtcNow(), TimeSpan.FromSeconds(15)), Assert.Single(store.OverdueAsked));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Overdue_OneDeviceFails_TheOthersAreLookedAt(bool unavailable)
    {
        for (var i = 0; i < 20; i++) store.Overdue.Add(new OverdueDevice($"d{i:00}", i));
        queue.OnLook = device => device is not ("d00" or "d07") ? Task.CompletedTask
            : throw (unavailable ? new QueueUnavailableException() : new InvalidOperationException("a fault"));

        await NewSweeper().LookAtOverdueAsync();

        Assert.Equal(20, queue.Looks.Distinct().Count());
    }

    [Fact]
    public async Task Overdue_OneDeviceHangs_TheOthersAreLookedAtMeanwhile()
    {
        for (var i = 0; i < 20; i++) store.Overdue.Add(new OverdueDevice($"d{i:00}", i));
        var answer = new TaskCompletionSource();
        queue.OnLook = device => device == "d00" ? answer.Task : Task.CompletedTask;

        var look = NewSweeper().LookAtOverdueAsync();

        await Eventually.UntilAsync(() => queue.Looks.Count == 20);
        answer.SetResult();
        await look;
    }

    [Fact]
    public async Task WalkHeads_MoreThanOnePage_GoesOnAndWrapsAround()
    {
        for (var i = 0; i < 450; i++) store.Devices.Add($"d{i:000}");
        var sweeper = NewSweeper();

        var first = await sweeper.WalkHeadsAsync(null);
        var second = await sweeper.WalkHeadsAsync(first);
        var third = await sweeper.WalkHeadsAsync(second);

        Assert.Equal(("d199", "d399", (string?)null), (first, second, third));
        Assert.Equal(store.Devices, queue.Looks.Order());
    }

    [Fact]
    public async Task WalkHeads_LastPageIsFull_EndsWithAnEmptyOne()
    {
        for (var i = 0; i < 200; i++) store.Devices.Add($"d{i:000}");
        var sweeper = NewSweeper();

        Assert.Equal("d199", await sweeper.WalkHeadsAsync(null));
        Assert.Null(await sweeper.WalkHeadsAsync("d199"));
    }

    private Sweeper NewSweeper() => new(queue, store, observers, store, store, time, NullLogger<Sweeper>.Instance);

    private sealed class Observer : IPresenceObserver
    {
        public List<IReadOnlyList<PresenceChange>> Told { get; } = [];

        public Exception? Error { get; init; }

        public ValueTask OnChangedAsync(IReadOnlyList<PresenceChange> changes, CancellationToken cancellationToken)
        {
            if (Error is not null) throw Error;
            Told.Add(changes);
            return ValueTask.CompletedTask;
        }
    }
}
