using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.PubSub.Redis;

/// <summary>
/// A consumer group of this process: takes the messages of its topics from Redis and brings them to their subscriptions. The consumer inside
/// the group has the group's name, in every process, as in daprd. Thread-safe.
/// </summary>
internal sealed class RedisConsumer : IAsyncDisposable
{
    private readonly RedisTopics topics = new();
    private readonly RedisDeliveries deliveries;
    private readonly RedisStreamReader reader;
    private readonly RedisRedelivery redelivery;

    public RedisConsumer(string group, RedisPubSubSettings settings, RedisClient client, TimeProvider time, ILogger logger)
    {
        deliveries = new RedisDeliveries(group, settings, topics, client, logger);
        reader = new RedisStreamReader(group, settings, topics, deliveries, client, time, logger);
        redelivery = new RedisRedelivery(group, settings, topics, deliveries, client, time, logger);
    }

    /// <summary>
    /// Delivers a topic until the answer is disposed of. Then what is being handled is cancelled; that, and what waited, is given back.
    /// </summary>
    public IAsyncDisposable Subscribe(string topic, MessageHandler handler)
    {
        var subscription = new RedisSubscription(topic, handler);
        topics.Add(subscription);
        return new Subscribed(this, subscription);
    }

    public async ValueTask DisposeAsync()
    {
        await reader.DisposeAsync();
        await redelivery.DisposeAsync();
        await deliveries.DisposeAsync();
    }

    private sealed class Subscribed(RedisConsumer owner, RedisSubscription subscription) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (owner.topics.Remove(subscription)) await owner.reader.LeftAsync(subscription.Topic);
            await subscription.EndAsync();
            subscription.Dispose();
        }
    }
}
