namespace Gateway.Sidecar.State;

/// <summary>A store could not read.</summary>
internal sealed class StateStoreException(Exception inner) : Exception("The state store could not read.", inner);
