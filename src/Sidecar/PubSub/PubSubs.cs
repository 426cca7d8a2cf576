namespace Gateway.Sidecar.PubSub;

/// <summary>An opened publish/subscribe component.</summary>
/// <remarks><c>ConsumerGroup</c>: which group the app's subscriptions belong to, see <see cref="IPubSub.SubscribeAsync"/>.</remarks>
internal sealed record PubSubComponent(string Name, IPubSub PubSub, PubSubScopes Scopes, string ConsumerGroup);

/// <summary>The opened components. Filled before the sidecar listens, then read only.</summary>
internal sealed class PubSubs
{
    private readonly Dictionary<string, PubSubComponent> byName = new(StringComparer.Ordinal);

    /// <summary>The component of a name, or null.</summary>
    public PubSubComponent? Find(string name) => byName.GetValueOrDefault(name);

    public void Add(PubSubComponent component) => byName.Add(component.Name, component);
}
