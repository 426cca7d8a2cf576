using System.Collections.Concurrent;
using Gateway.Sidecar.Components;

namespace Gateway.Sidecar.PubSub.InMemory;

/// <summary>
/// <c>pubsub.in-memory</c> (https://docs.dapr.io/reference/components-reference/supported-pubsub/setup-inmemory/): within this
/// process only, to each subscription one message of a topic at a time, delivered once whatever the app answers. A publish waits
/// until its message is being handled in every consumer group; without a subscriber the message is gone.
/// </summary>
internal sealed class InMemoryPubSub(ILogger logger) : IPubSub
{
    public const string Type = "pubsub.in-memory";

    // Publishers read without the lock; the arrays are never changed, only replaced.
    private readonly ConcurrentDictionary<string, InMemoryGroup[]> topics = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    public IReadOnlyList<string> Capabilities { get; } = ["SUBSCRIBE_WILDCARDS"];

    public async ValueTask<string?> PublishAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        if (!topics.TryGetValue(message.Topic, out InMemoryGroup[]? groups)) return null;
        foreach (InMemoryGroup group in groups)
        {
            if (!await group.HandOverAsync(message, cancellationToken)) return InMemoryGroup.Full;
        }

        return null;
    }

    public ValueTask<string?> ForwardAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        bool all = !topics.TryGetValue(message.Topic, out InMemoryGroup[]? groups)
            || Array.TrueForAll(groups, group => group.TryEnqueue(message));
        return ValueTask.FromResult(all ? null : InMemoryGroup.Full);
    }

    public ValueTask<IAsyncDisposable> SubscribeAsync(
        string topic, string consumerGroup, MessageHandler handler, CancellationToken cancellationToken)
    {
        if (topic.Contains('*', StringComparison.Ordinal))
            throw new ComponentException($"topic '{topic}': this sidecar has no wildcard subscriptions for {Type}; name each topic");
        InMemoryGroup group = Join(topic, consumerGroup);
        return ValueTask.FromResult<IAsyncDisposable>(new Subscribed(this, topic, group, handler));
    }

    public ValueTask DisposeAsync()
    {
        foreach (InMemoryGroup group in topics.Values.SelectMany(groups => groups)) group.Close();
        topics.Clear();
        return ValueTask.CompletedTask;
    }

    private InMemoryGroup Join(string topic, string name)
    {
        lock (gate)
        {
            InMemoryGroup[] groups = topics.GetValueOrDefault(topic) ?? [];
            InMemoryGroup? group = Array.Find(groups, group => group.Name == name);
            if (group is null)
            {
                group = new InMemoryGroup(name, logger);
                topics[topic] = [.. groups, group];
            }

            group.Members++;
            return group;
        }
    }

    /// <summary>Takes a subscription out of its group; true when it was the last, and the group is gone.</summary>
    private bool Leave(string topic, InMemoryGroup group)
    {
        lock (gate)
        {
            if (--group.Members > 0) return false;
            InMemoryGroup[] rest = [.. (topics.GetValueOrDefault(topic) ?? []).Where(other => other != group)];
            if (rest.Length == 0) topics.TryRemove(topic, out _);
            else topics[topic] = rest;
            return true;
        }
    }

    private sealed class Subscribed : IAsyncDisposable
    {
        private readonly CancellationTokenSource stopping = new();
        private readonly InMemoryPubSub owner;
        private readonly string topic;
        private readonly InMemoryGroup group;
        private readonly Task loop;

        public Subscribed(InMemoryPubSub owner, string topic, InMemoryGroup group, MessageHandler handler)
        {
            this.owner = owner;
            this.topic = topic;
            this.group = group;
            loop = Task.Run(() => group.DeliverAsync(handler, stopping.Token));
        }

        public async ValueTask DisposeAsync()
        {
            bool last = owner.Leave(topic, group);
            await stopping.CancelAsync();
            await loop;
            if (last) group.Close();
            stopping.Dispose();
        }
    }
}
