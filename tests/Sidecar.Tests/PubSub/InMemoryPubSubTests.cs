using System.Threading.Channels;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.PubSub;
using Gateway.Sidecar.PubSub.InMemory;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sidecar.Tests.PubSub;

// https://docs.dapr.io/reference/components-reference/supported-pubsub/setup-inmemory/
public sealed class InMemoryPubSubTests : IAsyncDisposable
{
    private readonly InMemoryPubSub pubSub = new(NullLogger.Instance);
    private readonly Channel<byte> handled = Channel.CreateUnbounded<byte>();
    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task Publish_GivenUpWhileItWaits_IsNeverDelivered()
    {
        await pubSub.SubscribeAsync("t", "g", HandleAsync, default);
        await pubSub.PublishAsync(Message(1), default);
        using var giveUp = new CancellationTokenSource();
        ValueTask<string?> second = pubSub.PublishAsync(Message(2), giveUp.Token);
        ValueTask<string?> third = pubSub.PublishAsync(Message(3), default);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await second);
        release.SetResult();
        await third;
        Assert.Equal(1, await handled.Reader.ReadAsync());
        Assert.Equal(3, await handled.Reader.ReadAsync());
    }

    [Fact]
    public async Task Publish_SubscriberThatFails_GoesOnWithTheNext()
    {
        release.SetResult();
        await pubSub.SubscribeAsync("t", "g", (message, token) => message.Data.Span[0] == 1 ? throw new InvalidOperationException() : HandleAsync(message, token), default);
        await pubSub.PublishAsync(Message(1), default);
        await pubSub.PublishAsync(Message(2), default);
        Assert.Equal(2, await handled.Reader.ReadAsync());
    }

    [Fact]
    public async Task Forward_SubscriberIsBusy_WaitsForNothing()
    {
        await pubSub.SubscribeAsync("t", "g", HandleAsync, default);
        await pubSub.PublishAsync(Message(1), default);
        Assert.Null(await pubSub.ForwardAsync(Message(2), default));
        release.SetResult();
        Assert.Equal(1, await handled.Reader.ReadAsync());
        Assert.Equal(2, await handled.Reader.ReadAsync());
    }

    [Fact]
    public async Task Forward_MoreThanTheQueueHolds_IsRefused()
    {
        await pubSub.SubscribeAsync("t", "g", HandleAsync, default);
        int taken = 0;
        while (await pubSub.ForwardAsync(Message(0), default) is null) Assert.True(++taken < 2000);
        Assert.True(taken >= 1000);
    }

    [Fact]
    public async Task Dispose_WhilePublishersWait_LetsThemGo()
    {
        IAsyncDisposable subscription = await pubSub.SubscribeAsync("t", "g", HandleAsync, default);
        await pubSub.PublishAsync(Message(1), default);
        ValueTask<string?> second = pubSub.PublishAsync(Message(2), default);
        await subscription.DisposeAsync();
        Assert.Null(await second);
        Assert.Null(await pubSub.PublishAsync(Message(3), default));
    }

    [Fact]
    public async Task Group_TwoSubscriptions_ShareTheMessagesAndOthersGetThemToo()
    {
        release.SetResult();
        var counts = new int[2];
        for (int member = 0; member < 2; member++)
        {
            int mine = member;
            await pubSub.SubscribeAsync("t", "shared", (_, _) => Count(mine), default);
        }

        await pubSub.SubscribeAsync("t", "other", HandleAsync, default);
        for (byte number = 0; number < 40; number++) await pubSub.PublishAsync(Message(number), default);
        for (byte number = 0; number < 40; number++) Assert.Equal(number, await handled.Reader.ReadAsync());
        // The last one was taken before the publish was answered, and counted by then or soon.
        while (Volatile.Read(ref counts[0]) + Volatile.Read(ref counts[1]) < 40) await Task.Yield();
        Assert.Equal(40, counts[0] + counts[1]);

        ValueTask<bool> Count(int member)
        {
            Interlocked.Increment(ref counts[member]);
            return ValueTask.FromResult(true);
        }
    }

    [Fact]
    public async Task Group_OneSubscriptionIsBusy_TheOtherTakesTheRest()
    {
        await pubSub.SubscribeAsync("t", "g", HandleAsync, default);
        await pubSub.PublishAsync(Message(0), default);
        var free = Channel.CreateUnbounded<byte>();
        await pubSub.SubscribeAsync("t", "g", (message, _) => ValueTask.FromResult(free.Writer.TryWrite(message.Data.Span[0])), default);
        for (byte number = 1; number < 4; number++) await pubSub.PublishAsync(Message(number), default);
        for (byte number = 1; number < 4; number++) Assert.Equal(number, await free.Reader.ReadAsync());
    }

    [Fact]
    public async Task Group_BusySubscriptionEnds_WhatWaitedGoesToTheOther()
    {
        IAsyncDisposable busy = await pubSub.SubscribeAsync("t", "g", HandleAsync, default);
        await pubSub.PublishAsync(Message(0), default);
        for (byte number = 1; number < 4; number++) await pubSub.ForwardAsync(Message(number), default);
        var rest = Channel.CreateUnbounded<byte>();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await pubSub.SubscribeAsync("t", "g", TakeAsync, default);
        await busy.DisposeAsync();
        first.SetResult();
        for (byte number = 1; number < 4; number++) Assert.Equal(number, await rest.Reader.ReadAsync());

        async ValueTask<bool> TakeAsync(PubSubMessage message, CancellationToken cancellationToken)
        {
            await first.Task.WaitAsync(cancellationToken);
            return rest.Writer.TryWrite(message.Data.Span[0]);
        }
    }

    [Fact]
    public async Task Subscribe_Wildcard_IsRefused() =>
        await Assert.ThrowsAsync<ComponentException>(async () => await pubSub.SubscribeAsync("orders.*", "g", HandleAsync, default));

    public ValueTask DisposeAsync() => pubSub.DisposeAsync();

    private static PubSubMessage Message(byte number) => new("t", new[] { number }, PubSubMessage.NoMetadata);

    private async ValueTask<bool> HandleAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        await release.Task.WaitAsync(cancellationToken);
        handled.Writer.TryWrite(message.Data.Span[0]);
        return true;
    }
}
