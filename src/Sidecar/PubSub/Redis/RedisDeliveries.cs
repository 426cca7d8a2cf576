using System.Collections.Concurrent;
using System.Threading.Channels;
using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.PubSub.Redis;

/// <summary>
/// The messages of a consumer group between Redis and the app: a bounded queue, and as many workers as messages may be worked on at once.
/// </summary>
/// <remarks>
/// As in daprd every answer of the app acknowledges the message, also one that refuses it; what has no answer, since the subscription ended or
/// the process died, stays pending in Redis. Thread-safe.
/// </remarks>
internal sealed class RedisDeliveries : IAsyncDisposable
{
    private readonly Channel<RedisEntry> queue;
    private readonly ConcurrentDictionary<(string Topic, string Id), bool> waiting = new();
    private readonly string group;
    private readonly RedisTopics topics;
    private readonly RedisClient client;
    private readonly ILogger logger;
    private readonly Task workers;

    public RedisDeliveries(string group, RedisPubSubSettings settings, RedisTopics topics, RedisClient client, ILogger logger)
    {
        this.group = group;
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

    private async Task AcknowledgeAsync(RedisEntry entry)
    {
        try
        {
            await client.ExecuteAsync(new RedisCommand("XACK", entry.Message.Topic, group, entry.Id) { MayRepeat = true }, CancellationToken.None);
        }
        catch (RedisException error)
        {
            RedisPubSubLog.NotAcknowledged(logger, entry.Id, entry.Message.Topic, error.Message);
        }
    }
}
