namespace Gateway.Sidecar.Components;

/// <summary>What the resource files and the configuration file declare for this app.</summary>
internal sealed record SidecarResources
{
    /// <summary>The components in the order of the files, secrets not yet resolved.</summary>
    public required IReadOnlyList<ComponentDocument> Components { get; init; }

    /// <summary>Declarative subscriptions that this app is in the scopes of.</summary>
    public required IReadOnlyList<SubscriptionSpec> Subscriptions { get; init; }

    /// <summary>The configuration.</summary>
    public required ConfigurationSpec Configuration { get; init; }
}

/// <summary>A component as its file has it.</summary>
internal sealed record ComponentDocument(
    string Name,
    string Type,
    string Version,
    IReadOnlyList<ComponentValue> Values,
    IReadOnlyList<string> Scopes,
    string? SecretStore,
    bool IgnoreErrors,
    string File);

/// <summary>One item of <c>spec.metadata</c>: a value, the name of an environment variable, or a secret.</summary>
internal sealed record ComponentValue(string Name, string? Value, string? EnvRef, SecretKeyRef? SecretKeyRef);

/// <summary><c>secretKeyRef</c>: the secret's name and the key in it.</summary>
internal sealed record SecretKeyRef(string Name, string Key);

/// <summary>
/// A declarative subscription (https://docs.dapr.io/reference/resource-specs/subscription-schema/): v1alpha1 with
/// <c>route</c> is one rule without a match.
/// </summary>
internal sealed record SubscriptionSpec
{
    public required string PubsubName { get; init; }

    public required string Topic { get; init; }

    /// <summary>Rules in order; the default route is the last, with an empty match.</summary>
    public required IReadOnlyList<SubscriptionRule> Rules { get; init; }

    public string? DeadLetterTopic { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    public BulkSubscribeSpec? BulkSubscribe { get; init; }

    /// <summary>The file, relative to the working directory.</summary>
    public required string File { get; init; }
}

/// <summary>One routing rule: a CEL expression (empty matches all) and the app's path.</summary>
internal sealed record SubscriptionRule(string Match, string Path);

/// <summary><c>bulkSubscribe</c>: how many messages one call may hold, and how long it waits for them.</summary>
internal sealed record BulkSubscribeSpec(bool Enabled, int? MaxMessagesCount, int? MaxAwaitDurationMs);

/// <summary>What of a Configuration (https://docs.dapr.io/reference/resource-specs/configuration-schema/) the sidecar heeds.</summary>
internal sealed record ConfigurationSpec
{
    public static readonly ConfigurationSpec Empty = new();

    /// <summary><c>spec.features</c> by name, such as <c>ActorStateTTL</c>.</summary>
    public IReadOnlyDictionary<string, bool> Features { get; init; } = new Dictionary<string, bool>();

    /// <summary><c>spec.secrets.scopes</c> by store.</summary>
    public IReadOnlyDictionary<string, SecretScope> SecretScopes { get; init; } = new Dictionary<string, SecretScope>();
}

/// <summary>
/// Which secrets of a store the app may read (https://docs.dapr.io/operations/configuration/secret-scope/): with any
/// <paramref name="Allowed"/> only those; else all but <paramref name="Denied"/>, or none with <paramref name="DenyByDefault"/>.
/// </summary>
internal sealed record SecretScope(bool DenyByDefault, IReadOnlyList<string> Allowed, IReadOnlyList<string> Denied)
{
    public bool Allows(string key) => Allowed.Count > 0 ? Allowed.Contains(key) : !Denied.Contains(key) && !DenyByDefault;
}
