using System.Collections.Concurrent;
using Gateway.Sidecar.Components;

namespace Gateway.Sidecar.PubSub.InMemory;

/// <summary>
/// <c>pubsub.in-memory</c> (https://docs.dapr.io/reference/components-reference/supported-pubsub/setup-inmemory/): within this
/// sidecar only, one message of a topic at a time, delivered once whatever the app answers. A publish waits until the message
/// before it was handled; without a subscriber the message is gone.
/// </summary>
internal sealed class InMemoryPubSub(ILogger logger) : IPubSub
{
    public const string Type = "pubsub.in-memory";

    private readonly ConcurrentDictionary<string, InMemorySubscription[]> subscriptions = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Capabilities { get; } = ["SUBSCRIBE_WILDCARDS"];

    public async ValueTask<string?> PublishAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        if (!subscriptions.TryGetValue(message.Topic, out InMemorySubscription[]? subscribers)) return null;
        foreach (InMemorySubscription subscriber in subscribers)
        {
            if (!await subscriber.HandOverAsync(message, cancellationToken)) return InMemorySubscription.Full;
        }

        return null;
    }

    public ValueTask<string?> ForwardAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        bool all = !subscriptions.TryGetValue(message.Topic, out InMemorySubscription[]? subscribers)
            || Array.TrueForAll(subscribers, subscriber => subscriber.TryEnqueue(message));
        return ValueTask.FromResult(all ? null : InMemorySubscription.Full);
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(string topic, MessageHandler handler, CancellationToken cancellationToken)
    {
        if (topic.Contains('*', StringComparison.Ordinal))
            throw new ComponentException($"topic '{topic}': this sidecar has no wildcard subscriptions for {Type}; name each topic");
        var subscription = new InMemorySubscription(handler, logger);
        subscriptions.AddOrUpdate(topic, [subscription], (_, others) => [.. others, subscription]);
        return ValueTask.FromResult<IAsyncDisposable>(new Subscribed(this, topic, subscription));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (string topic in subscriptions.Keys)
        {
            if (!subscriptions.TryRemove(topic, out InMemorySubscription[]? subscribers)) continue;
            foreach (InMemorySubscription subscriber in subscribers) await subscriber.DisposeAsync();
        }
    }

    private void Remove(string topic, InMemorySubscription subscription)
    {
        while (subscriptions.TryGetValue(topic, out InMemorySubscription[]? others))
        {
            InMemorySubscription[] rest = [.. others.Where(other => other != subscription)];
            bool done = rest.Length == 0
                ? subscriptions.TryRemove(new KeyValuePair<string, InMemorySubscription[]>(topic, others))
                : subscriptions.TryUpdate(topic, rest, others);
            if (done) return;
        }
    }

    private sealed class Subscribed(InMemoryPubSub owner, string topic, InMemorySubscription subscription) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            owner.Remove(topic, subscription);
            await subscription.DisposeAsync();
        }
    }
}
