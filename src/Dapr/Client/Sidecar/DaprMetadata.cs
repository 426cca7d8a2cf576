namespace Dapr.Client;

/// <summary>What a sidecar says of itself (<c>GET /v1.0/metadata</c>).</summary>
/// <param name="id">The app id.</param>
/// <param name="actors">The active actors, by type.</param>
/// <param name="extended">Further attributes.</param>
/// <param name="components">The components that are loaded.</param>
public sealed class DaprMetadata(
    string id,
    IReadOnlyList<DaprActorMetadata> actors,
    IReadOnlyDictionary<string, string> extended,
    IReadOnlyList<DaprComponentsMetadata> components)
{
    /// <summary>The app id.</summary>
    public string Id { get; } = id;

    /// <summary>The active actors, by type.</summary>
    public IReadOnlyList<DaprActorMetadata> Actors { get; } = actors;

    /// <summary>Further attributes, such as <c>daprRuntimeVersion</c>.</summary>
    public IReadOnlyDictionary<string, string> Extended { get; } = extended;

    /// <summary>The components that are loaded.</summary>
    public IReadOnlyList<DaprComponentsMetadata> Components { get; } = components;
}
