using System.Collections.Concurrent;
using System.Threading.Channels;
using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.PubSub.Redis;

/// <summary>
/// The messages of a consumer group between Redis and the app: a bounded queue, and as many workers as messages may be worked on at once.
/// </summary>
/// <remarks>
/// As in daprd every answer of the app acknowledges the message, also one that refuses it. What has no answer stays pending in Redis: until it
/// is overdue when the process died, and ready for the next when the subscription ended. Thread-safe.
/// </remarks>
internal sealed class RedisDeliveries : IAsyncDisposable
{
    private readonly Channel<RedisEntry> queue;
    private readonly ConcurrentDictionary<(string Topic, string Id), bool> waiting = new();
    private readonly string group;
    private readonly RedisTopics topics;
    private readonly RedisPubSubSettings settings;
    private readonly RedisClient client;
    private readonly ILogger logger;
    private readonly Task workers;

    public RedisDeliveries(string group, RedisPubSubSettings settings, RedisTopics topics, RedisClient client, ILogger logger)
    {
        this.group = group;
        this.settings = settings;
        this.topics = topics;
        this.client = client;
        this.logger = logger;
        queue = Channel.CreateBounded<RedisEntry>(settings.QueueDepth);
        workers = Task.WhenAll(Enumerable.Range(0, settings.Concurrency).Select(_ => Task.Run(WorkAsync)));
    }

    /// <summary>Leaves a message for the workers; waits while the queue is full.</summary>
    /// <remarks>
    /// One that waits here already is not taken again: redelivered for having waited too long, messages would only make a slow app slower.
    /// </remarks>
    public async ValueTask AddAsync(RedisEntry entry, CancellationToken cancellationToken)
    {
        if (!waiting.TryAdd(Key(entry), true)) return;
        try
        {
            await queue.Writer.WriteAsync(entry, cancellationToken);
        }
        catch
        {
            waiting.TryRemove(Key(entry), out _);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await workers;
    }

    private static (string, string) Key(RedisEntry entry) => (entry.Message.Topic, entry.Id);

    private async Task WorkAsync()
    {
        await foreach (RedisEntry entry in queue.Reader.ReadAllAsync())
        {
            waiting.TryRemove(Key(entry), out _);
            if (await IsAnsweredAsync(entry.Message)) await AcknowledgeAsync(entry);
            else await GiveBackAsync(entry);
        }
    }

    private async Task<bool> IsAnsweredAsync(PubSubMessage message)
    {
        while (topics.Next(message.Topic) is { } subscription)
        {
            try
            {
                if (await subscription.HandleAsync(message) is not null) return true;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                PubSubLog.HandlerFailed(logger, message.Topic, exception);
                return true;
            }
        }

        return false;
    }

    private Task AcknowledgeAsync(RedisEntry entry) =>
        TellAsync(entry, new RedisCommand("XACK", entry.Message.Topic, group, entry.Id) { MayRepeat = true });

    /// <summary>Makes the message overdue at once, so that whoever subscribes next need not wait for it.</summary>
    private async Task GiveBackAsync(RedisEntry entry)
    {
        if (!settings.Redelivers) return;
        long overdue = (long)settings.ProcessingTimeout.TotalMilliseconds;
        await TellAsync(entry, new RedisCommand("XCLAIM", entry.Message.Topic, group, group, 0, entry.Id, "IDLE", overdue, "JUSTID") { MayRepeat = true });
    }

    private async Task TellAsync(RedisEntry entry, RedisCommand command)
    {
        try
        {
            await client.ExecuteAsync(command, CancellationToken.None);
        }
        catch (RedisException error)
        {
            RedisPubSubLog.NotAcknowledged(logger, entry.Id, entry.Message.Topic, error.Message);
        }
    }
}
