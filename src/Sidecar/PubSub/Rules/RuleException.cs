namespace Gateway.Sidecar.PubSub.Rules;

/// <summary>A routing rule cannot be read, or does not apply to an event; the message says why.</summary>
internal sealed class RuleException(string message) : Exception(message);
