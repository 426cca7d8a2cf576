using Gateway.Queue.Commits;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit;
using Microsoft.Extensions.Logging;

namespace Gateway.Queue.Tests;

/// <summary>A store that is away, as it is for every device at once when a sidecar ends before its app.</summary>
public sealed class StoreAwayTests : ILogger<Committer>
{
    private readonly List<string> told = [];

    [Fact]
    public async Task Save_FailsForManyDevices_IsToldOnceAndItsReturnToo()
    {
        string[] devices = ["d1", "d2", "d3"];
        var store = new FakeHeadStore();
        var replica = new QueueReplica(store, new FakeHistory(), new ManualTimeProvider(), log: this);
        foreach (var device in devices) await replica.EnqueueAsync(device, QueueReplica.Command());

        store.Before = _ => throw new IOException("no store");
        foreach (var device in devices)
            await Assert.ThrowsAsync<QueueUnavailableException>(() => replica.EnqueueAsync(device, QueueReplica.Command()));
        store.Before = null;
        foreach (var device in devices) await replica.EnqueueAsync(device, QueueReplica.Command());

        Assert.Equal(["SaveFailed", "SavesRecovered"], told);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        told.Add(eventId.Name!);
}
