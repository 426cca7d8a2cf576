namespace Gateway.Api.Channels.Sockets;

/// <summary>A token bucket: so many messages at once, and so many a second after that. One caller at a time.</summary>
internal sealed class MessageRate(int perSecond, TimeProvider time)
{
    private double left = perSecond;
    private long countedAt = time.GetTimestamp();

    /// <summary>Takes one; false: there is none left now.</summary>
    public bool TryTake()
    {
        var now = time.GetTimestamp();
        left = Math.Min(perSecond, left + (time.GetElapsedTime(countedAt, now).TotalSeconds * perSecond));
        countedAt = now;
        if (left < 1) return false;
        left--;
        return true;
    }
}
