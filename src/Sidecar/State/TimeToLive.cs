using System.Globalization;

namespace Gateway.Sidecar.State;

/// <summary>Reads the metadata <c>ttlInSeconds</c> (https://docs.dapr.io/developing-applications/building-blocks/state-management/state-store-ttl/).</summary>
internal static class TimeToLive
{
    /// <summary>A whole number, or the refusal in Go's words; empty or absent is 0.</summary>
    public static StateFailure? Parse(string? text, string function, string prefix, out long seconds)
    {
        seconds = 0;
        if (string.IsNullOrEmpty(text)) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out seconds)) return null;
        bool number = text.AsSpan().TrimStart("+-") is { IsEmpty: false } digits && !digits.ContainsAnyExceptInRange('0', '9');
        return new StateFailure(
            StateFailureKind.Other,
            $"{prefix}strconv.{function}: parsing \"{text}\": {(number ? "value out of range" : "invalid syntax")}");
    }
}
