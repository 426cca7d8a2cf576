using System.Buffers;

namespace Gateway.Sidecar.Hosting;

/// <summary>
/// The W3C trace context (https://www.w3.org/TR/trace-context/) that a call to the app carries: the caller's own, unchanged, since
/// the sidecar records no span of its own, or one that names no trace, so that the app begins one as it likes. daprd without a
/// tracing configuration does the same.
/// </summary>
internal readonly record struct TraceContext(string TraceParent, string? TraceState, string? Baggage)
{
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>No trace.</summary>
    public static readonly TraceContext None = new("00-00000000000000000000000000000000-0000000000000000-00", null, null);

    /// <summary>The context of a request; <see cref="None"/> when it brings none.</summary>
    public static TraceContext Continue(HttpRequest request)
    {
        string parent = request.Headers.TraceParent.ToString();
        if (!IsValid(parent)) return None with { Baggage = NullIfEmpty(request.Headers.Baggage) };
        return new TraceContext(
            parent,
            NullIfEmpty(request.Headers.TraceState),
            NullIfEmpty(request.Headers.Baggage));
    }

    /// <summary>The context of a <c>traceparent</c> that came with a message; <see cref="None"/> when it is none.</summary>
    public static TraceContext Continue(string parent) => IsValid(parent) ? new TraceContext(parent, null, null) : None;

    /// <summary>Writes the headers on a call to the app.</summary>
    public void Apply(HttpRequestMessage request)
    {
        request.Headers.TryAddWithoutValidation("traceparent", TraceParent);
        if (TraceState is not null) request.Headers.TryAddWithoutValidation("tracestate", TraceState);
        if (Baggage is not null) request.Headers.TryAddWithoutValidation("baggage", Baggage);
    }

    // 00-<32 hex>-<16 hex>-<2 hex>
    private static bool IsValid(string text) =>
        text.Length == 55 && text[2] == '-' && text[35] == '-' && text[52] == '-'
        && !text.AsSpan(3, 32).ContainsAnyExcept(Hex) && !text.AsSpan(36, 16).ContainsAnyExcept(Hex);

    private static string? NullIfEmpty(Microsoft.Extensions.Primitives.StringValues values) =>
        values.Count == 0 ? null : values.ToString();
}
