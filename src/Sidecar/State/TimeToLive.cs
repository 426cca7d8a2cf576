namespace Gateway.Sidecar.State;

/// <summary>Reads the metadata <c>ttlInSeconds</c> (https://docs.dapr.io/developing-applications/building-blocks/state-management/state-store-ttl/).</summary>
internal static class TimeToLive
{
    /// <summary>As the SQL stores of daprd read it: -1 and 0 are for ever, and more than 31 bits are refused.</summary>
    public static StateFailure? ParseForSql(string? text, out long seconds)
    {
        const string prefix = "error parsing TTL: incorrect value for metadata 'ttlInSeconds': ";
        if (Parse(text, "ParseInt", prefix, out seconds) is { } failure) return failure;
        return seconds is < -1 or > int.MaxValue ? Unreadable(prefix + "must be -1 or greater") : null;
    }

    /// <summary>A whole number, or the refusal in Go's words; empty or absent is 0.</summary>
    public static StateFailure? Parse(string? text, string function, string prefix, out long seconds)
    {
        seconds = 0;
        if (string.IsNullOrEmpty(text)) return null;
        return GoInteger.TryParse(text, function, out seconds, out string error) ? null : Unreadable(prefix + error);
    }

    private static StateFailure Unreadable(string text) => new(StateFailureKind.Other, text) { Unasked = true };
}
