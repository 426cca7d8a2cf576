using System.Globalization;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.PubSub.Redis;

/// <summary>
/// What <c>pubsub.redis</c> knows beside the way to Redis
/// (https://docs.dapr.io/reference/components-reference/supported-pubsub/setup-redis-pubsub/).
/// </summary>
internal sealed record RedisPubSubSettings
{
    public required RedisSettings Redis { get; init; }

    /// <summary>How long a message may be worked on before it comes again: <c>processingTimeout</c>, default 60 s; 0 is for ever.</summary>
    public TimeSpan ProcessingTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often such messages are looked for: <c>redeliverInterval</c>, default 15 s; 0 is never.</summary>
    public TimeSpan RedeliverInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How many messages are held for the app beside those that it works on: <c>queueDepth</c>, default 100.</summary>
    public int QueueDepth { get; init; } = 100;

    /// <summary>How many messages the app works on at once: <c>concurrency</c>, default 10.</summary>
    public int Concurrency { get; init; } = 10;

    /// <summary>About how many messages a stream keeps: <c>maxLenApprox</c>; 0, the default, is all.</summary>
    public long MaxLength { get; init; }

    /// <summary>About how long a stream keeps a message: <c>streamTTL</c>; 0, the default, is for ever. Means nothing beside <c>maxLenApprox</c>.</summary>
    public TimeSpan MaxAge { get; init; }

    /// <summary>Whether messages that are worked on for too long come again at all.</summary>
    public bool Redelivers => ProcessingTimeout > TimeSpan.Zero && RedeliverInterval > TimeSpan.Zero;

    public static RedisPubSubSettings Of(ComponentSpec component, ILogger logger)
    {
        string? interval = component.Text("redeliverInterval");
        if (interval is not null && Milliseconds(interval) is null) RedisPubSubLog.IntervalIgnored(logger, component.Name, interval);
        return new RedisPubSubSettings
        {
            Redis = RedisSettings.Of(component),
            ProcessingTimeout = ReadProcessingTimeout(component),
            // As daprd does, which takes no other form here.
            RedeliverInterval = Milliseconds(interval) ?? TimeSpan.FromSeconds(15),
            QueueDepth = Positive(component, "queueDepth", 100),
            Concurrency = Positive(component, "concurrency", 10),
            MaxLength = RedisSettings.Number(component, "maxLenApprox", 0),
            MaxAge = component.Duration("streamTTL") ?? TimeSpan.Zero,
        };
    }

    private static TimeSpan ReadProcessingTimeout(ComponentSpec component)
    {
        if (component.Text("processingTimeout") is not { } text) return TimeSpan.FromSeconds(60);
        if (Milliseconds(text) is { } milliseconds) return milliseconds;
        return GoDuration.TryParse(text, out TimeSpan duration) && duration >= TimeSpan.Zero
            ? duration
            : throw new ComponentException($"processingTimeout '{text}' is no duration; write for example 60s, or milliseconds");
    }

    private static TimeSpan? Milliseconds(string? text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? TimeSpan.FromMilliseconds(number) : null;

    private static int Positive(ComponentSpec component, string name, int standard) =>
        RedisSettings.Number(component, name, standard) is > 0 and var number ? number : throw new ComponentException($"{name} must be at least 1");
}
