using System.Diagnostics.Metrics;
using Gateway.Core.Devices;
using Gateway.Storage.Devices;
using Gateway.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Storage.Tests.Devices;

public sealed class HeartbeatBatcherTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider time = new();
    private readonly FakePresenceStore store = new();
    private readonly FakeObserver observer = new();
    private readonly ServiceProvider meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly HeartbeatBatcher batcher;

    public HeartbeatBatcherTests() => batcher = new(
        store, [observer], time, NullLogger<HeartbeatBatcher>.Instance, meters.GetRequiredService<IMeterFactory>());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        batcher.Dispose();
        await meters.DisposeAsync();
    }

    [Fact]
    public async Task Add_ManyInASecond_AreWrittenAtOnceWithTheLatestOfEach()
    {
        await StartAsync();
        for (var i = 0; i < 10; i++)
        {
            batcher.Add(Heartbeat("a", i, metrics: i == 0 ? "{}" : null));
            batcher.Add(Heartbeat("b", i));
        }

        Assert.Equal(2, batcher.Pending);
        var batch = await NextWriteAsync();

        Assert.Equal([Heartbeat("a", 9, metrics: "{}"), Heartbeat("b", 9)], batch.OrderBy(heartbeat => heartbeat.DeviceId));
        Assert.Equal(0, batcher.Pending);
    }

    [Fact]
    public async Task Add_OlderThanTheOneThatWaits_IsPassedOver()
    {
        batcher.Add(Heartbeat("a", 5));
        batcher.Add(Heartbeat("a", 3, metrics: "{}"));

        await batcher.FlushAsync(Token);

        Assert.Equal([Heartbeat("a", 5, metrics: "{}")], store.Written.Single());
    }

    [Fact]
    public async Task Write_Fails_IsRepeatedWithWhatCameSince()
    {
        await StartAsync();
        store.Fail(new StorageUnavailableException("away"));
        batcher.Add(Heartbeat("a", 1));
        batcher.Add(Heartbeat("b", 1));
        await NextWriteAsync();
        batcher.Add(Heartbeat("a", 2));

        var batch = await NextWriteAsync();

        Assert.Equal([Heartbeat("a", 2), Heartbeat("b", 1)], batch.OrderBy(heartbeat => heartbeat.DeviceId));
    }

    [Fact]
    public async Task Write_FailsForAReasonNobodyThoughtOf_TheLoopGoesOn()
    {
        await StartAsync();
        store.Fail(new InvalidOperationException("bug"));
        batcher.Add(Heartbeat("a", 1));
        await NextWriteAsync();

        Assert.Equal([Heartbeat("a", 1)], await NextWriteAsync());
    }

    [Fact]
    public async Task Stop_WhatWaits_IsWritten()
    {
        await StartAsync();
        batcher.Add(Heartbeat("a", 1));

        await batcher.StopAsync(Token);

        Assert.Equal([Heartbeat("a", 1)], store.Written.Single());
    }

    [Fact]
    public async Task Stop_StoreThatIsSilent_EndsAfterItsLimit()
    {
        await StartAsync();
        store.Hang();
        batcher.Add(Heartbeat("a", 1));

        var stopping = batcher.StopAsync(Token);
        await store.WriteBegan.WaitAsync(Limit, Token);
        Assert.False(stopping.IsCompleted);
        time.Advance(HeartbeatBatcher.StopLimit);

        await stopping.WaitAsync(Limit, Token);
        Assert.Equal(1, batcher.Pending);
    }

    [Fact]
    public async Task Write_ChangesOfStatus_AreToldAfterTheyAreStored()
    {
        store.Changes = [new PresenceChange("a", "alice", "offline", "online", time.GetUtcNow())];
        batcher.Add(Heartbeat("a", 1));

        await batcher.FlushAsync(Token);

        Assert.Equal(store.Changes, observer.Told.Single());
    }

    [Fact]
    public async Task Write_ObserverThatFails_LeavesTheHeartbeatsWritten()
    {
        observer.Error = new InvalidOperationException("bug");
        store.Changes = [new PresenceChange("a", "alice", "offline", "online", time.GetUtcNow())];
        batcher.Add(Heartbeat("a", 1));

        await batcher.FlushAsync(Token);

        Assert.Equal(0, batcher.Pending);
    }

    private static Heartbeat Heartbeat(string device, int second, string? metrics = null) =>
        new(device, new DateTimeOffset(2026, 1, 1, 0, 0, second, TimeSpan.Zero), "online", metrics, null);

    private async Task StartAsync()
    {
        await batcher.StartAsync(Token);
        Assert.True(SpinWait.SpinUntil(() => time.ArmedTimers > 0, Limit));
    }

    /// <summary>Moves the clock by a second and waits for the write that this brings.</summary>
    private async Task<IReadOnlyCollection<Heartbeat>> NextWriteAsync()
    {
        var write = store.NextWrite();
        time.Advance(HeartbeatBatcher.Interval);
        return await write.WaitAsync(Limit, Token);
    }

    private sealed class FakeObserver : IPresenceObserver
    {
        public List<IReadOnlyList<PresenceChange>> Told { get; } = [];

        public Exception? Error { get; set; }

        public ValueTask OnChangedAsync(IReadOnlyList<PresenceChange> changes, CancellationToken cancellationToken)
        {
            if (Error is not null) throw Error;
            Told.Add(changes);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class FakePresenceStore : IPresenceStore
    {
        private readonly TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource<IReadOnlyCollection<Heartbeat>> next = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Exception? error;
        private bool hang;

        public List<IReadOnlyCollection<Heartbeat>> Written { get; } = [];

        public IReadOnlyList<PresenceChange> Changes { get; set; } = [];

        public Task WriteBegan => began.Task;

        public void Fail(Exception once) => error = once;

        public void Hang() => hang = true;

        public Task<IReadOnlyCollection<Heartbeat>> NextWrite() => next.Task;

        public async Task<IReadOnlyList<PresenceChange>> WriteHeartbeatsAsync(
            IReadOnlyCollection<Heartbeat> heartbeats, CancellationToken cancellationToken)
        {
            await Task.Yield();
            began.TrySetResult();
            if (hang) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            var told = next;
            next = new(TaskCreationOptions.RunContinuationsAsynchronously);
            told.SetResult([.. heartbeats]);
            if (error is { } fault)
            {
                error = null;
                throw fault;
            }

            Written.Add([.. heartbeats]);
            return Changes;
        }

        public Task<IReadOnlyList<PresenceChange>> MarkOfflineAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
