using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.PubSub.Redis;

/// <summary>
/// <c>pubsub.redis</c> (https://docs.dapr.io/reference/components-reference/supported-pubsub/setup-redis-pubsub/) in Dapr's own layout: a
/// topic is a stream of its name, whose entries have <c>data</c> and <c>metadata</c> (JSON); its consumer groups are the apps'.
/// </summary>
internal sealed class RedisPubSub : IPubSub
{
    public const string Type = "pubsub.redis";

    private readonly RedisPubSubSettings settings;
    private readonly RedisClient client;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ConcurrentDictionary<string, Lazy<RedisConsumer>> consumers = new(StringComparer.Ordinal);

    private RedisPubSub(RedisPubSubSettings settings, RedisClient client, TimeProvider time, ILogger logger)
    {
        this.settings = settings;
        this.client = client;
        this.time = time;
        this.logger = logger;
    }

    public IReadOnlyList<string> Capabilities { get; } = [];

    /// <summary>Connects to Redis.</summary>
    /// <exception cref="ComponentException">It cannot be reached, or the metadata are wrong; the message says why.</exception>
    public static async Task<RedisPubSub> OpenAsync(
        ComponentSpec component, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        ILogger logger = loggers.CreateLogger("Gateway.Sidecar.PubSub");
        RedisPubSubSettings settings = RedisPubSubSettings.Of(component, logger);
        if (settings is { MaxLength: > 0, MaxAge.Ticks: > 0 }) RedisPubSubLog.TrimmedTwice(logger, component.Name);
        var client = new RedisClient(settings.Redis, time, loggers.CreateLogger("Gateway.Sidecar.Redis"));
        try
        {
            await client.ConnectAsync(cancellationToken);
            return new RedisPubSub(settings, client, time, logger);
        }
        catch (RedisException error)
        {
            await client.DisposeAsync();
            throw new ComponentException($"redis streams: error connecting to redis at {settings.Redis.Address}: {error.Message}", error);
        }
    }

    public async ValueTask<string?> PublishAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await client.ExecuteAsync(Add(message), cancellationToken);
            return null;
        }
        catch (RedisException error)
        {
            return $"redis streams: error from publish: {error.Message}";
        }
    }

    public async ValueTask<IReadOnlyList<string?>> PublishAsync(IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        // Asked all at once, they go out together, and in this order.
        return await Task.WhenAll(messages.Select(message => PublishAsync(message, cancellationToken).AsTask()));
    }

    public ValueTask<string?> ForwardAsync(PubSubMessage message, CancellationToken cancellationToken) => PublishAsync(message, cancellationToken);

    public ValueTask<IAsyncDisposable> SubscribeAsync(
        string topic, string consumerGroup, MessageHandler handler, CancellationToken cancellationToken)
    {
        Lazy<RedisConsumer> consumer = consumers.GetOrAdd(
            consumerGroup, name => new Lazy<RedisConsumer>(() => new RedisConsumer(name, settings, client, time, logger)));
        return ValueTask.FromResult<IAsyncDisposable>(consumer.Value.Subscribe(topic, handler));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Lazy<RedisConsumer> consumer in consumers.Values) await consumer.Value.DisposeAsync();
        await client.DisposeAsync();
    }

    private RedisCommand Add(PubSubMessage message)
    {
        var metadata = new JsonObject();
        foreach ((string name, string value) in message.Metadata.OrderBy(item => item.Key, StringComparer.Ordinal)) metadata[name] = value;
        List<RedisArgument> parts = ["XADD", message.Topic];
        if (settings.MaxLength > 0)
        {
            parts.AddRange(["MAXLEN", "~", settings.MaxLength]);
        }
        else if (settings.MaxAge > TimeSpan.Zero)
        {
            long oldest = (time.GetUtcNow() - settings.MaxAge).ToUnixTimeMilliseconds();
            parts.AddRange(["MINID", "~", string.Create(CultureInfo.InvariantCulture, $"{oldest}-1")]);
        }

        parts.AddRange(["*", "data", message.Data, "metadata", GoJson.Serialize(metadata)]);
        return new RedisCommand([.. parts]);
    }
}
