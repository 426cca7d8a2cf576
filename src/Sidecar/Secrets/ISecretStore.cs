namespace Gateway.Sidecar.Secrets;

/// <summary>A secret store (https://docs.dapr.io/developing-applications/building-blocks/secrets/). Read at start; thread-safe.</summary>
internal interface ISecretStore
{
    /// <summary>The values of a secret by key, or null when the store does not have it.</summary>
    IReadOnlyDictionary<string, string>? Get(string name);

    /// <summary>All secrets by name.</summary>
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> GetAll();
}

/// <summary>The opened secret stores by component name. Filled before the sidecar listens, then read only.</summary>
internal sealed class SecretStores
{
    private readonly Dictionary<string, ISecretStore> byName = new(StringComparer.Ordinal);

    public bool Any => byName.Count > 0;

    public ISecretStore? Find(string name) => byName.GetValueOrDefault(name);

    public void Add(string name, ISecretStore store) => byName.Add(name, store);
}
