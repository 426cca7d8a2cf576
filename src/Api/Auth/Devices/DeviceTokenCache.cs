namespace Gateway.Api.Auth.Devices;

/// <summary>
/// What the store said about tokens in the last three seconds: so a busy device costs one read in three seconds, and one
/// that was suspended or provisioned anew anywhere is refused here within five. Unknown tokens are not kept, or made-up
/// ones would push out the real. Any number of threads.
/// </summary>
internal sealed class DeviceTokenCache(TimeProvider time)
{
    /// <summary>How long an answer counts, from before the store was asked.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(3);

    /// <summary>The most answers that are held.</summary>
    public const int Capacity = 20_000;

    private readonly Lock gate = new();

    // Two generations: when the young one is three seconds old or half the capacity, the old one goes as a whole.
    private Dictionary<string, Entry> young = [];
    private Dictionary<string, Entry> old = [];
    private long youngSince = time.GetTimestamp();

    /// <summary>A point in time to give to <see cref="Keep"/>, taken before the store is asked.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>What the store said lately; null: ask it.</summary>
    public DeviceTokenRecord? Find(string tokenHash)
    {
        lock (gate)
        {
            if (!young.TryGetValue(tokenHash, out var entry) && !old.TryGetValue(tokenHash, out entry)) return null;
            return time.GetElapsedTime(entry.AskedAt) < Freshness ? entry.Record : null;
        }
    }

    /// <summary>Keeps an answer that was asked for at <paramref name="askedAt"/>.</summary>
    public void Keep(string tokenHash, DeviceTokenRecord record, long askedAt)
    {
        lock (gate)
        {
            if (young.Count >= Capacity / 2 || time.GetElapsedTime(youngSince) >= Freshness)
            {
                (old, young) = (young, old);
                young.Clear();
                youngSince = time.GetTimestamp();
            }

            young[tokenHash] = new Entry(record, askedAt);
        }
    }

    private readonly record struct Entry(DeviceTokenRecord Record, long AskedAt);
}
