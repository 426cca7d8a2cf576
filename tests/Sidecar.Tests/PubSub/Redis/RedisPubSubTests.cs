using System.Threading.Channels;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.PubSub;
using Gateway.Sidecar.PubSub.Redis;
using Gateway.Sidecar.Redis;
using Gateway.Sidecar.Tests.Redis;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sidecar.Tests.PubSub.Redis;

/// <summary>What the suites of publish/subscribe on Redis share: a component, a handler that keeps what it gets, and a look at Redis itself.</summary>
public abstract class RedisPubSubTests : IAsyncLifetime
{
    protected const string Group = "gold";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly List<IAsyncDisposable> opened = [];

    private protected RedisClient Raw { get; private set; } = null!;

    protected RedisServer Server { get; private set; } = null!;

    /// <summary>The metadata that name the database.</summary>
    protected (string Name, string Value)[] Address { get; private set; } = [];

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The server that a suite needs; by default a database in the shared one.</summary>
    protected virtual async Task<(RedisServer Server, int Database)> ServerAsync()
    {
        RedisDatabase database = await RedisDatabases.NextAsync();
        return (database.Server, database.Number);
    }

    public async ValueTask InitializeAsync()
    {
        (Server, int database) = await ServerAsync();
        Address = new RedisDatabase(Server, database).Metadata;
        Raw = new RedisClient(
            new RedisSettings { Host = "127.0.0.1", Port = Server.Port, Database = database }, TimeProvider.System, NullLogger.Instance);
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable component in opened) await component.DisposeAsync();
        if (Raw is not null) await Raw.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<RedisPubSub> OpenAsync(params (string Name, string Value)[] metadata)
    {
        var component = new ComponentSpec
        {
            Name = "ps",
            Type = "pubsub.redis",
            Version = "v1",
            File = "ps.yaml",
            Metadata = Address.Concat(metadata).ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.OrdinalIgnoreCase),
        };
        RedisPubSub pubSub = await RedisPubSub.OpenAsync(component, TimeProvider.System, NullLoggerFactory.Instance, Cancelled);
        opened.Add(pubSub);
        return pubSub;
    }

    private protected static async Task PublishAsync(RedisPubSub pubSub, string topic, string data, params (string Name, string Value)[] metadata) =>
        Assert.Null(await pubSub.PublishAsync(Message(topic, data, metadata), Cancelled));

    private protected static PubSubMessage Message(string topic, string data, params (string Name, string Value)[] metadata) =>
        new(topic, System.Text.Encoding.UTF8.GetBytes(data), metadata.ToDictionary(pair => pair.Name, pair => pair.Value));

    private protected static async Task<Received> SubscribeAsync(RedisPubSub pubSub, string topic, string group = Group, bool handled = true)
    {
        var received = new Received(handled);
        received.Subscription = await pubSub.SubscribeAsync(topic, group, received.HandleAsync, Cancelled);
        return received;
    }

    private protected Task<RespValue> RawAsync(params string[] parts) =>
        Raw.ExecuteAsync(new RedisCommand([.. parts.Select(part => (RedisArgument)part)]), Cancelled).AsTask();

    /// <summary>The entries of a stream, each as its fields and values.</summary>
    protected async Task<string[]> EntriesAsync(string topic) =>
        [.. (await RawAsync("XRANGE", topic, "-", "+")).Items.Select(entry => string.Join(' ', entry.Items[1].Items.Select(field => field.Text)))];

    /// <summary>How many messages of a topic are taken and not acknowledged.</summary>
    protected async Task<long> PendingAsync(string topic, string group = Group) => (await RawAsync("XPENDING", topic, group)).Items[0].Integer;

    /// <summary>Asks until it is so, for what follows from an answer.</summary>
    protected static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await condition()) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
    }

    /// <summary>What a subscription was handed, in order.</summary>
    private protected sealed class Received(bool handled)
    {
        private readonly Channel<PubSubMessage> messages = Channel.CreateUnbounded<PubSubMessage>();
        private int count;

        public IAsyncDisposable Subscription { get; set; } = null!;

        public int Count => Volatile.Read(ref count);

        /// <summary>What the handler waits for.</summary>
        public Task Released { get; set; } = Task.CompletedTask;

        public async ValueTask<bool> HandleAsync(PubSubMessage message, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref count);
            await messages.Writer.WriteAsync(message, cancellationToken);
            await Released.WaitAsync(cancellationToken);
            return handled;
        }

        public async Task<PubSubMessage> NextAsync() => await messages.Reader.ReadAsync(Cancelled).AsTask().WaitAsync(Limit, Cancelled);

        public async Task<string> NextTextAsync() => System.Text.Encoding.UTF8.GetString((await NextAsync()).Data.Span);
    }
}
