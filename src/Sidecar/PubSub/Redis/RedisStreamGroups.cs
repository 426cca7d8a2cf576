using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.PubSub.Redis;

/// <summary>Makes the consumer group on the streams of its topics, where it is not yet. Used by one task at a time.</summary>
internal sealed class RedisStreamGroups(string group, RedisClient client, TimeProvider time, ILogger logger)
{
    // How long a topic is left out whose key is no stream.
    private static readonly TimeSpan RefusalTime = TimeSpan.FromSeconds(5);

    private readonly HashSet<string> made = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> refused = new(StringComparer.Ordinal);

    /// <summary>A command failed since a stream, or the group on it, is not there any more.</summary>
    public static bool AreGone(RedisException error) => error.Code is "NOGROUP" or "UNBLOCKED" or "WRONGTYPE";

    /// <summary>Makes what is missing; those of the topics that can be read.</summary>
    public async Task<IReadOnlyList<string>> PrepareAsync(IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        string[] missing = [.. topics.Where(topic => !made.Contains(topic) && !IsRefused(topic))];
        RedisException?[] refusals = await Task.WhenAll(missing.Select(topic => MakeAsync(topic, cancellationToken)));
        foreach ((string topic, RedisException? refusal) in missing.Zip(refusals))
        {
            if (refusal is null)
            {
                made.Add(topic);
                refused.Remove(topic);
                continue;
            }

            if (!refused.ContainsKey(topic)) RedisPubSubLog.TopicRefused(logger, topic, refusal.Message);
            refused[topic] = time.GetTimestamp();
        }

        return [.. topics.Where(made.Contains)];
    }

    /// <summary>Takes nothing for made any more.</summary>
    public void Forget() => made.Clear();

    private bool IsRefused(string topic) =>
        refused.TryGetValue(topic, out long since) && time.GetElapsedTime(since) < RefusalTime;

    private async Task<RedisException?> MakeAsync(string topic, CancellationToken cancellationToken)
    {
        try
        {
            // From the first message that is still there: a new group is owed all of them.
            var command = new RedisCommand("XGROUP", "CREATE", topic, group, "0", "MKSTREAM") { MayRepeat = true };
            await client.ExecuteAsync(command, cancellationToken);
            return null;
        }
        catch (RedisException error) when (error.Fault == RedisFault.Refused)
        {
            return error.Code == "BUSYGROUP" ? null : error;
        }
    }
}
