namespace Gateway.Sidecar.State.InMemory;

/// <summary>
/// <c>state.in-memory</c>: a dictionary under one lock; gone with the process. Expired keys are as good as missing at once
/// and are removed once a second.
/// </summary>
internal sealed class InMemoryStateStore : IStateStore
{
    private static readonly TimeSpan CleanupInterval = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly TimeProvider time;
    private readonly ITimer cleanup;

    public InMemoryStateStore(TimeProvider time)
    {
        this.time = time;
        cleanup = time.CreateTimer(_ => RemoveExpired(), null, CleanupInterval, CleanupInterval);
    }

    public IReadOnlyList<string> Capabilities => StateCapabilities.All;

    public ValueTask<StateItem?> GetAsync(string key, CancellationToken cancellationToken)
    {
        lock (gate) return ValueTask.FromResult(Live(key)?.ToItem());
    }

    public ValueTask<IReadOnlyList<BulkStateItem>> GetBulkAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            return ValueTask.FromResult<IReadOnlyList<BulkStateItem>>([.. keys.Select(key => new BulkStateItem(key, Live(key)?.ToItem()))]);
        }
    }

    public ValueTask<StateFailure?> WriteAsync(StateWrite write, CancellationToken cancellationToken) => TransactAsync([write], cancellationToken);

    public ValueTask<StateFailure?> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        long?[] expiries = new long?[writes.Count];
        for (int i = 0; i < writes.Count; i++)
        {
            if (TimeToLive.Parse(writes[i].Ttl, "Atoi", "", out long seconds) is { } failure) return ValueTask.FromResult<StateFailure?>(failure);
            expiries[i] = Expiry(seconds);
        }

        lock (gate)
        {
            // As in daprd, all are checked against what was there before the first is applied.
            foreach (StateWrite write in writes)
            {
                if (Check(write) is { } failure) return ValueTask.FromResult<StateFailure?>(failure);
            }

            for (int i = 0; i < writes.Count; i++) Apply(writes[i], expiries[i]);
        }

        return ValueTask.FromResult<StateFailure?>(null);
    }

    public ValueTask DisposeAsync() => cleanup.DisposeAsync();

    private StateFailure? Check(StateWrite write)
    {
        Entry? current = Live(write.Key);
        if (string.IsNullOrEmpty(write.ETag))
            return write.FirstWrite && current is not null ? StateFailure.Etag("item already exists and no etag was passed") : null;
        if (current is null) return StateFailure.Etag($"state not exist or expired for key={write.Key}");
        return current.ETag == write.ETag ? null : StateFailure.Etag($"state etag not match for key={write.Key}: current={current.ETag}, expect={write.ETag}");
    }

    private void Apply(StateWrite write, long? expires)
    {
        if (write.Value is not { } value)
        {
            entries.Remove(write.Key);
            return;
        }

        entries[write.Key] = new Entry(value, (Live(write.Key)?.Version ?? 0) + 1, expires);
    }

    private Entry? Live(string key) => entries.GetValueOrDefault(key) is { } entry && !IsExpired(entry, Now()) ? entry : null;

    private void RemoveExpired()
    {
        lock (gate)
        {
            long now = Now();
            foreach (string key in entries.Where(pair => IsExpired(pair.Value, now)).Select(pair => pair.Key).ToList()) entries.Remove(key);
        }
    }

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static bool IsExpired(Entry entry, long now) => entry.Expires is { } expires && now > expires;

    // daprd multiplies in 64 bits of nanoseconds without a check, so more than 292 years wrap around; kept, since the answer shows it.
    private long? Expiry(long seconds) => seconds <= 0 ? null : Now() + (unchecked(seconds * 1_000_000_000) / 1_000_000);

    private sealed record Entry(ReadOnlyMemory<byte> Value, long Version, long? Expires)
    {
        public string ETag { get; } = Version.ToString(System.Globalization.CultureInfo.InvariantCulture);

        public StateItem ToItem() => new(Value, ETag, Expires is { } expires ? DateTimeOffset.FromUnixTimeMilliseconds(expires) : null);
    }
}
