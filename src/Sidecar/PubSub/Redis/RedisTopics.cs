namespace Gateway.Sidecar.PubSub.Redis;

/// <summary>The topics at one moment, and a task that completes when they are no longer these.</summary>
internal sealed record RedisTopicsModel(IReadOnlyList<string> Names, Task Changed);

/// <summary>The subscriptions of a consumer group by topic. Thread-safe.</summary>
internal sealed class RedisTopics
{
    private readonly Dictionary<string, List<RedisSubscription>> byName = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int turn;

    public RedisTopicsModel Current
    {
        get { lock (gate) return new RedisTopicsModel([.. byName.Keys], changed.Task); }
    }

    public void Add(RedisSubscription subscription)
    {
        lock (gate)
        {
            if (byName.TryGetValue(subscription.Topic, out List<RedisSubscription>? others))
            {
                others.Add(subscription);
                return;
            }

            byName.Add(subscription.Topic, [subscription]);
            Change();
        }
    }

    /// <summary>Takes a subscription out; true when it was the last of its topic.</summary>
    public bool Remove(RedisSubscription subscription)
    {
        lock (gate)
        {
            if (!byName.TryGetValue(subscription.Topic, out List<RedisSubscription>? all) || !all.Remove(subscription) || all.Count > 0) return false;
            byName.Remove(subscription.Topic);
            Change();
            return true;
        }
    }

    /// <summary>Whose turn it is to get a message of a topic; null when nobody subscribes to it any more.</summary>
    public RedisSubscription? Next(string topic)
    {
        lock (gate)
        {
            return byName.TryGetValue(topic, out List<RedisSubscription>? all) ? all[(int)((uint)turn++ % (uint)all.Count)] : null;
        }
    }

    private void Change()
    {
        changed.SetResult();
        changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
