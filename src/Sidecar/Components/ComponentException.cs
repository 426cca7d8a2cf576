namespace Gateway.Sidecar.Components;

/// <summary>What is wrong with a component, in words; whoever opens components adds its file and name.</summary>
internal sealed class ComponentException(string message, Exception? inner = null) : Exception(message, inner);
