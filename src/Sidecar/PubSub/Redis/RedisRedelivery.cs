using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.PubSub.Redis;

/// <summary>
/// Takes over the messages that somebody of the consumer group took and has not acknowledged for the processing time: the app is still
/// busy with them, or whoever took them is gone. Looks for them when a topic is new, and at intervals. One task runs it.
/// </summary>
internal sealed class RedisRedelivery : IAsyncDisposable
{
    private readonly string group;
    private readonly RedisPubSubSettings settings;
    private readonly RedisTopics topics;
    private readonly RedisDeliveries deliveries;
    private readonly RedisClient client;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task loop;

    public RedisRedelivery(
        string group, RedisPubSubSettings settings, RedisTopics topics, RedisDeliveries deliveries, RedisClient client, TimeProvider time, ILogger logger)
    {
        this.group = group;
        this.settings = settings;
        this.topics = topics;
        this.deliveries = deliveries;
        this.client = client;
        this.time = time;
        this.logger = logger;
        loop = settings.Redelivers ? Task.Run(RunAsync) : Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(settings.RedeliverInterval, time);
            Task<bool> tick = timer.WaitForNextTickAsync(stopping.Token).AsTask();
            HashSet<string> known = [];
            while (true)
            {
                RedisTopicsModel current = topics.Current;
                foreach (string topic in current.Names.Where(name => !known.Contains(name))) await TakeOverAsync(topic);
                known = [.. current.Names];
                if (await Task.WhenAny(tick, current.Changed) != tick) continue;
                await tick;
                known.Clear();
                tick = timer.WaitForNextTickAsync(stopping.Token).AsTask();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The group is closed.
        }
    }

    private async Task TakeOverAsync(string topic)
    {
        try
        {
            // https://redis.io/docs/latest/commands/xautoclaim/: [where to go on, entries, ids of entries that are no longer in the stream].
            string cursor = "0-0";
            do
            {
                RespValue[] reply = (await client.ExecuteAsync(
                    new RedisCommand("XAUTOCLAIM", topic, group, group, (long)settings.ProcessingTimeout.TotalMilliseconds, cursor, "COUNT", settings.QueueDepth),
                    stopping.Token)).Items;
                cursor = reply[0].Text;
                foreach (RedisEntry entry in RedisEntry.Read(topic, reply[1])) await deliveries.AddAsync(entry, stopping.Token);
            }
            while (cursor != "0-0");
        }
        catch (RedisException error)
        {
            // The next interval comes. A missing group is made by whoever reads, and a lost connection is told by the client.
            if (error.Fault == RedisFault.Refused && !RedisStreamGroups.AreGone(error)) RedisPubSubLog.RedeliveryFailed(logger, topic, error.Message);
        }
    }
}
