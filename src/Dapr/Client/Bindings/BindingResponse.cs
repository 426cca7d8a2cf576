namespace Dapr.Client;

/// <summary>The answer of an output binding.</summary>
/// <param name="request">The call it answers.</param>
/// <param name="data">The answer's body.</param>
/// <param name="metadata">The binding's metadata.</param>
public sealed class BindingResponse(
    BindingRequest request,
    ReadOnlyMemory<byte> data,
    IReadOnlyDictionary<string, string> metadata)
{
    /// <summary>The call it answers.</summary>
    public BindingRequest Request { get; } = request ?? throw new ArgumentNullException(nameof(request));

    /// <summary>The answer's body; empty for none.</summary>
    public ReadOnlyMemory<byte> Data { get; } = data;

    /// <summary>The binding's metadata: the answer's headers that begin with <c>metadata.</c>, without that prefix.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = metadata ?? throw new ArgumentNullException(nameof(metadata));
}
