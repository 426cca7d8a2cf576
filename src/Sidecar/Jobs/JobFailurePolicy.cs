using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Jobs;

/// <summary>What is done when the app does not take a job. <c>{"drop":{}}</c> or <c>{"constant":{"interval":"1s","maxRetries":3}}</c>.</summary>
/// <param name="Interval">Between two attempts; null gives up after the first.</param>
/// <param name="MaxRetries">Attempts beyond the first; null is no limit.</param>
internal sealed record JobFailurePolicy(TimeSpan? Interval, long? MaxRetries)
{
    /// <summary>Three times, a second apart.</summary>
    public static readonly JobFailurePolicy Default = new(TimeSpan.FromSeconds(1), 3);

    private static readonly JobFailurePolicy Drop = new(null, null);

    public static JobFailurePolicy Read(ProtoJson? policy)
    {
        if (policy?.Message("drop") is not null) return Drop;
        return policy?.Message("constant") is { } constant
            ? new JobFailurePolicy(constant.Duration("interval") ?? TimeSpan.Zero, constant.Unsigned("maxRetries", "max_retries"))
            : Default;
    }

    public JsonObject ToJson()
    {
        if (Interval is not { } interval) return new JsonObject { ["drop"] = new JsonObject() };
        // protobuf writes three, six or nine places, or none.
        string seconds = ((decimal)interval.Ticks / TimeSpan.TicksPerSecond).ToString(
            interval.Ticks % TimeSpan.TicksPerSecond == 0 ? "0" : interval.Ticks % TimeSpan.TicksPerMillisecond == 0 ? "0.000" : "0.000000000",
            CultureInfo.InvariantCulture);
        var constant = new JsonObject { ["interval"] = seconds + "s" };
        if (MaxRetries is { } retries) constant["maxRetries"] = retries;
        return new JsonObject { ["constant"] = constant };
    }
}
