namespace Dapr.Client;

/// <summary>A call of an output binding.</summary>
/// <param name="bindingName">The binding component.</param>
/// <param name="operation">What it is to do, such as <c>create</c>.</param>
public sealed class BindingRequest(string bindingName, string operation)
{
    /// <summary>The binding component.</summary>
    public string BindingName { get; } = bindingName ?? throw new ArgumentNullException(nameof(bindingName));

    /// <summary>What it is to do, such as <c>create</c>.</summary>
    public string Operation { get; } = operation ?? throw new ArgumentNullException(nameof(operation));

    /// <summary>The payload as UTF-8 JSON (Dapr's HTTP API carries nothing else); empty for none.</summary>
    public ReadOnlyMemory<byte> Data { get; set; }

    /// <summary>Metadata for the binding.</summary>
    public Dictionary<string, string> Metadata { get; } = [];
}
