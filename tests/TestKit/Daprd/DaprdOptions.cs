namespace Gateway.TestKit.Daprd;

/// <summary>One <c>daprd</c>: https://docs.dapr.io/reference/arguments-annotations-overview/.</summary>
public sealed record DaprdOptions
{
    public required string AppId { get; init; }

    /// <summary>The app's port on 127.0.0.1; without one there is no app.</summary>
    public int? AppPort { get; init; }

    /// <summary>The folder with the component and subscription files; without one there are none.</summary>
    public string? ResourcesPath { get; init; }

    /// <summary>The YAML of a Configuration, which is merged with the one of the stack (name resolution), or null.</summary>
    public string? Configuration { get; init; }

    /// <summary>Further flags, such as <c>--enable-app-health-check</c>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Environment variables, such as <c>DAPR_API_TOKEN</c>; of Dapr's own it gets no others.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether its start waits until <c>/v1.0/healthz</c> answers 204, which it does not before the app listens.</summary>
    public bool WaitUntilReady { get; init; } = true;
}
