namespace Gateway.Agent.Transport;

/// <summary>Claims as the gateway writes them.</summary>
internal static class ClaimReading
{
    /// <summary>A Date header leaves out the fraction of the second, and servers renew it once a second only.</summary>
    private static readonly TimeSpan DateError = TimeSpan.FromSeconds(2);

    /// <summary>A claim; null: the text does not say which.</summary>
    /// <param name="longest">How long it can last.</param>
    /// <param name="serverTime">The gateway's clock; null: not known.</param>
    public static ClaimedCommand? Read(ClaimedCommandBody body, TimeSpan longest, DateTimeOffset? serverTime)
    {
        if (string.IsNullOrEmpty(body.Id) || string.IsNullOrEmpty(body.ClaimToken) || body.Type is null) return null;
        TimeSpan? timeout = body.TimeoutMs is { } ms and > 0 and < int.MaxValue ? TimeSpan.FromMilliseconds(ms) : null;
        return new ClaimedCommand(
            body.Id, body.Type, body.Parameters, body.ClaimToken, Lease(body.VisibleUntil, longest, serverTime), timeout);
    }

    /// <summary>
    /// What is left of a claim, by the gateway's clock alone (its Date header): a device's own may be wrong by hours.
    /// </summary>
    public static ClaimLease Lease(DateTimeOffset? visibleUntil, TimeSpan longest, DateTimeOffset? serverTime)
    {
        if (visibleUntil - serverTime is not { } left) return new ClaimLease(longest);
        left -= DateError;
        if (left > longest) return new ClaimLease(longest);
        return new ClaimLease(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }
}
