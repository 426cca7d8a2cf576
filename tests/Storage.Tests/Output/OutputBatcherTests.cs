using System.Diagnostics.Metrics;
using Gateway.Storage.Output;
using Gateway.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Storage.Tests.Output;

public sealed class OutputBatcherTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ManualTimeProvider time = new();
    private readonly FakeOutput store = new();
    private readonly ServiceProvider meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly OutputBatcher batcher;

    public OutputBatcherTests() =>
        batcher = new(store, time, NullLogger<OutputBatcher>.Instance, meters.GetRequiredService<IMeterFactory>());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        batcher.Dispose();
        await meters.DisposeAsync();
    }

    [Fact]
    public async Task Add_ManyInASecond_AreWrittenAtOnceInOrder()
    {
        await StartAsync();
        for (var i = 0; i < 10; i++) Assert.True(batcher.TryAdd(Chunk(i)));
        Assert.Equal(10, batcher.Pending);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => Chunk(i)), await NextWriteAsync());
    }

    [Fact]
    public async Task Write_Fails_IsRepeatedWithWhatCameSince()
    {
        await StartAsync();
        store.Fault = new StorageUnavailableException("away");
        batcher.TryAdd(Chunk(0));
        await NextWriteAsync();
        batcher.TryAdd(Chunk(1));

        Assert.Equal([Chunk(0), Chunk(1)], await NextWriteAsync());
    }

    [Fact]
    public async Task Add_MoreThanMayWait_IsNotTaken()
    {
        var half = new string('a', OutputBatcher.MaxPending / 2);
        Assert.True(batcher.TryAdd(Chunk(0, half)));
        Assert.True(batcher.TryAdd(Chunk(1, half)));
        Assert.False(batcher.TryAdd(Chunk(2, "b")));

        await batcher.FlushAsync(Token);

        Assert.True(batcher.TryAdd(Chunk(2, "b")));
        Assert.Equal([1, 1], store.Written.Select(batch => batch.Count));
    }

    [Fact]
    public async Task Stop_WhatWaits_IsWritten()
    {
        await StartAsync();
        batcher.TryAdd(Chunk(0));

        await batcher.StopAsync(Token);

        Assert.Equal([Chunk(0)], store.Written.Single());
        Assert.Equal(0, batcher.Pending);
    }

    private static OutputChunkRow Chunk(int chunk, string text = "x") =>
        new("pi-1", "c", 1, chunk, chunk, chunk + text.Length, text, DateTimeOffset.UnixEpoch);

    private async Task StartAsync()
    {
        await batcher.StartAsync(Token);
        Assert.True(SpinWait.SpinUntil(() => time.ArmedTimers > 0, Limit));
    }

    private async Task<IReadOnlyCollection<OutputChunkRow>> NextWriteAsync()
    {
        var write = store.NextWrite();
        time.Advance(OutputBatcher.Interval);
        return await write.WaitAsync(Limit, Token);
    }

    private sealed class FakeOutput : ICommandOutput
    {
        private TaskCompletionSource<IReadOnlyCollection<OutputChunkRow>> next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Exception? Fault { get; set; }

        public List<IReadOnlyCollection<OutputChunkRow>> Written { get; } = [];

        public Task<IReadOnlyCollection<OutputChunkRow>> NextWrite() => next.Task;

        public async Task WriteAsync(IReadOnlyCollection<OutputChunkRow> chunks, CancellationToken cancellationToken)
        {
            await Task.Yield();
            var told = next;
            next = new(TaskCreationOptions.RunContinuationsAsynchronously);
            var fault = Fault;
            Fault = null;
            if (fault is null) Written.Add(chunks);
            told.SetResult(chunks);
            if (fault is not null) throw fault;
        }

        public Task<OutputEnd?> FindEndAsync(string deviceId, string commandId, int attempt, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public Task<OutputPage> ReadAsync(
            string deviceId, string commandId, int attempt, long offset, int limit, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
