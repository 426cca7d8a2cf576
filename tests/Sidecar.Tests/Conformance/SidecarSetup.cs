namespace Gateway.Sidecar.Tests.Conformance;

/// <summary>What the app and the files beside it tell a sidecar at its start.</summary>
public sealed record SidecarSetup
{
    /// <summary>The app's answer to <c>/dapr/config</c>; null is a 404.</summary>
    public string? Config { get; init; }

    /// <summary>The app's answer to <c>/dapr/subscribe</c>; null is a 404.</summary>
    public string? Subscribe { get; init; }

    /// <summary>The status of that answer.</summary>
    public int SubscribeStatus { get; init; } = 200;

    /// <summary>YAML documents beside the components.</summary>
    public string Resources { get; init; } = "";

    /// <summary>The YAML of Dapr's Configuration, or null.</summary>
    public string? Configuration { get; init; }

    /// <summary>Further publish/subscribe components beside <c>ps</c>: their names, and the metadata of each.</summary>
    public IReadOnlyDictionary<string, (string Name, string Value)> PubSubs { get; init; } =
        new Dictionary<string, (string Name, string Value)>();
}
