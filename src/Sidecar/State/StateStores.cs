namespace Gateway.Sidecar.State;

/// <summary>The opened state stores. Filled before the sidecar listens, then read only.</summary>
internal sealed class StateStores
{
    private readonly Dictionary<string, StateComponent> byName = new(StringComparer.Ordinal);

    /// <summary>Whether there is any.</summary>
    public bool Any => byName.Count > 0;

    /// <summary>The store with the metadata <c>actorStateStore: "true"</c>, or null.</summary>
    public StateComponent? ActorStore { get; private set; }

    /// <summary>The store of a component, or null.</summary>
    public StateComponent? Find(string name) => byName.GetValueOrDefault(name);

    public void Add(StateComponent component, bool actorStore)
    {
        byName.Add(component.Name, component);
        if (actorStore) ActorStore = component;
    }
}

/// <summary>A state store with its name and the way it makes keys.</summary>
internal sealed record StateComponent(string Name, IStateStore Store, KeyPrefix Prefix);
