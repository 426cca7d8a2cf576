using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.Bindings;

/// <summary>An output binding (https://docs.dapr.io/developing-applications/building-blocks/bindings/bindings-overview/). Thread-safe.</summary>
internal interface IOutputBinding : IAsyncDisposable
{
    /// <summary>What it can do, in the order in which daprd names it.</summary>
    IReadOnlyList<string> Operations { get; }

    /// <summary>Does one of its operations. What failed is part of the answer.</summary>
    Task<BindingAnswer> InvokeAsync(BindingRequest request, TraceContext trace, CancellationToken cancellationToken);
}

/// <summary>What a binding answered.</summary>
/// <param name="Data">Any bytes.</param>
/// <param name="Metadata">Told to the caller also with a failure.</param>
/// <param name="Failure">What failed, in the words of daprd; null when nothing did.</param>
internal sealed record BindingAnswer(ReadOnlyMemory<byte> Data, IReadOnlyList<KeyValuePair<string, string>> Metadata, string? Failure = null)
{
    /// <summary>Nothing but a failure.</summary>
    public static BindingAnswer Failed(string reason) => new(default, [], reason);
}
