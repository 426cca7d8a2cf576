namespace Gateway.Sidecar.Actors.Turns;

/// <summary>A reentrant call is nested deeper than the type's <c>maxStackDepth</c>.</summary>
internal sealed class StackDepthException : Exception;
