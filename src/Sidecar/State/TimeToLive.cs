namespace Gateway.Sidecar.State;

/// <summary>Reads the metadata <c>ttlInSeconds</c> (https://docs.dapr.io/developing-applications/building-blocks/state-management/state-store-ttl/).</summary>
internal static class TimeToLive
{
    /// <summary>A whole number, or the refusal in Go's words; empty or absent is 0.</summary>
    public static StateFailure? Parse(string? text, string function, string prefix, out long seconds)
    {
        seconds = 0;
        if (string.IsNullOrEmpty(text)) return null;
        return GoInteger.TryParse(text, function, out seconds, out string error) ? null : new StateFailure(StateFailureKind.Other, prefix + error);
    }
}
