using System.Globalization;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.State.Redis;

/// <summary>
/// <c>state.redis</c> (https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-redis/), in the layout and with the
/// ways of Dapr's own store. What is durable when a write is answered is what Redis' <c>appendfsync</c> makes of it.
/// </summary>
internal sealed class RedisStateStore : IStateStore
{
    private readonly RedisClient client;
    private readonly string? standardTtl;

    private RedisStateStore(RedisClient client, string? standardTtl)
    {
        this.client = client;
        this.standardTtl = standardTtl;
    }

    /// <summary>As /v1.0/metadata of daprd lists it.</summary>
    public IReadOnlyList<string> Capabilities { get; } = ["ETAG", "TRANSACTIONAL", "TTL", "KEYS_LIKE", "ACTOR"];

    public bool KeepsJson => true;

    public string? QueryRefusal => "redis-json server support is required for query capability";

    /// <summary>Connects to Redis.</summary>
    /// <exception cref="ComponentException">It cannot be reached, or the metadata are wrong; the message says why.</exception>
    public static async Task<RedisStateStore> OpenAsync(
        ComponentSpec component, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        RedisSettings settings = RedisSettings.Of(component);
        if (component.Text("queryIndexes") is not null) throw new ComponentException("queryIndexes needs RedisJSON, which is not supported here");
        // Dapr's state stores begin with a longer pause, and know these settings by older names too.
        settings = settings with
        {
            MaxRetries = component.Text("redisMaxRetries") is null && RedisSettings.Number(component, "maxRetries", 0) is not 0 and var retries
                ? Math.Max(0, retries)
                : settings.MaxRetries,
            MinRetryInterval = component.Text("redisMinRetryInterval") is null ? TimeSpan.FromSeconds(2) : settings.MinRetryInterval,
        };
        string? ttl = component.Text("ttlInSeconds");
        if (TimeToLive.Parse(ttl, "ParseInt", "", out _) is not null) throw new ComponentException($"ttlInSeconds '{ttl}' is no number");

        var client = new RedisClient(settings, time, loggers.CreateLogger("Gateway.Sidecar.Redis"));
        try
        {
            await client.ConnectAsync(cancellationToken);
            return new RedisStateStore(client, ttl);
        }
        catch (RedisException error)
        {
            await client.DisposeAsync();
            throw new ComponentException($"redis store: error connecting to redis at {settings.Address}: {error.Message}", error);
        }
    }

    public async ValueTask<StateItem?> GetAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return ReadHash(key, await client.ExecuteAsync(new RedisCommand("HGETALL", key) { MayRepeat = true }, cancellationToken));
        }
        catch (RedisException error) when (error.Code == "WRONGTYPE")
        {
            return await GetPlainAsync(key, cancellationToken);
        }
        catch (RedisException error)
        {
            throw new StateStoreException(error);
        }
    }

    public async ValueTask<IReadOnlyList<BulkStateItem>> GetBulkAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        // Asked all at once, they go out together.
        Task<StateItem?>[] reads = [.. keys.Select(key => GetAsync(key, cancellationToken).AsTask())];
        StateItem?[] items = await Task.WhenAll(reads);
        return [.. keys.Select((key, i) => new BulkStateItem(key, items[i]))];
    }

    public async ValueTask<StateFailure?> WriteAsync(StateWrite write, CancellationToken cancellationToken)
    {
        var arguments = new RedisArgument[4];
        if (Translate(write, write.FirstWrite, arguments) is { } unreadable) return unreadable;
        (RedisStateFailure? failure, StateFailure? unavailable) = await RunAsync([write.Key], arguments, cancellationToken);
        if (failure is null) return unavailable;
        string text = failure.TextFor(write);
        if (failure.IsVersion && !string.IsNullOrEmpty(write.ETag)) return StateFailure.Etag(text);
        return new StateFailure(StateFailureKind.Other, write.Value is null ? text : $"failed to set key {write.Key}: {text}");
    }

    /// <remarks>As in Dapr's store: first-write means nothing in a transaction, and what is refused does not undo the rest.</remarks>
    public async ValueTask<StateFailure?> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        var arguments = new RedisArgument[4 * writes.Count];
        for (int i = 0; i < writes.Count; i++)
        {
            if (Translate(writes[i], firstWrite: false, arguments.AsSpan(4 * i, 4)) is { } unreadable) return unreadable;
        }

        (RedisStateFailure? failure, StateFailure? unavailable) = await RunAsync([.. writes.Select(write => write.Key)], arguments, cancellationToken);
        if (failure is null) return unavailable;
        return new StateFailure(
            failure.IsVersion ? StateFailureKind.EtagMismatch : StateFailureKind.Other, failure.TextFor(writes[failure.Number - 1]));
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();

    /// <summary>A value that was put there without Dapr, or by a very old one: a plain string, without an etag.</summary>
    private async ValueTask<StateItem?> GetPlainAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            RespValue value = await client.ExecuteAsync(new RedisCommand("GET", key) { MayRepeat = true }, cancellationToken);
            return value.IsNull ? null : new StateItem(value.Bytes, null, null);
        }
        catch (RedisException error)
        {
            throw new StateStoreException(error);
        }
    }

    private static StateItem? ReadHash(string key, RespValue fields)
    {
        RespValue[] items = fields.Items;
        if (items.Length == 0) return null;
        byte[]? data = null;
        string? version = null;
        for (int i = 0; i + 1 < items.Length; i += 2)
        {
            ReadOnlySpan<byte> name = items[i].Bytes;
            if (name.SequenceEqual("data"u8)) data = items[i + 1].Bytes;
            else if (name.SequenceEqual("version"u8)) version = items[i + 1].Text;
        }

        return data is not null && version is not null
            ? new StateItem(data, version, null)
            : throw new RedisException(RedisFault.Protocol, $"required hash field 'data' or 'version' of {key} was not found");
    }

    /// <summary>The arguments of a write; the refusal where its etag or time to live cannot be read.</summary>
    private StateFailure? Translate(StateWrite write, bool firstWrite, Span<RedisArgument> arguments)
    {
        if (write.Value is not { } value)
        {
            arguments[0] = RedisStateScript.Delete;
            arguments[1] = string.IsNullOrEmpty(write.ETag) ? RedisStateScript.AnyVersion : write.ETag;
            arguments[2] = arguments[3] = "";
            return null;
        }

        string version = RedisStateScript.AnyVersion;
        // Only here does last-write overwrite in spite of an etag.
        if (!write.LastWrite && write.ETag is { Length: > 0 } etag)
        {
            if (!GoInteger.TryParse(etag, "Atoi", out long number, out string unreadable))
                return StateFailure.EtagInvalid(unreadable);
            version = number.ToString(CultureInfo.InvariantCulture);
        }

        string? ttl = string.IsNullOrEmpty(write.Ttl) ? standardTtl : write.Ttl;
        if (TimeToLive.Parse(ttl, "ParseInt", "failed to parse ttl from metadata: ", out long seconds) is { } failure) return failure;
        arguments[0] = firstWrite ? RedisStateScript.SaveFirst : RedisStateScript.Save;
        arguments[1] = version;
        arguments[2] = value;
        arguments[3] = string.IsNullOrEmpty(ttl) ? "" : seconds.ToString(CultureInfo.InvariantCulture);
        return null;
    }

    private async ValueTask<(RedisStateFailure? Failure, StateFailure? Unavailable)> RunAsync(
        IReadOnlyList<string> keys, RedisArgument[] arguments, CancellationToken cancellationToken)
    {
        try
        {
            RespValue reply = await RedisStateScript.Script.RunAsync(client, keys, arguments, cancellationToken);
            if (reply.Kind == RespKind.Integer) return (null, null);
            RespValue[] failed = reply.Items;
            return (new RedisStateFailure((int)failed[0].Integer, failed[1].Text), null);
        }
        catch (RedisException error)
        {
            // Never an etag's conflict: nothing is known of what is stored. The client has logged that Redis is gone, once.
            return (null, new StateFailure(StateFailureKind.Other, error.Message));
        }
    }
}
