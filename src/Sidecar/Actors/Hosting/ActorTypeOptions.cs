namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>How actors of one type are run: what the app asked for in its answer to <c>GET /dapr/config</c>.</summary>
internal sealed record ActorTypeOptions(string Type)
{
    /// <summary>How long after the start of its latest turn an actor is deactivated, default 60 min.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>How long a running turn is waited for when the host goes away, default 60 s; see <see cref="DrainOnStop"/>.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether running turns are waited for when the host goes away, or cut at once. Default false.</summary>
    public bool DrainOnStop { get; init; }

    /// <summary>Whether an actor may be called back from its own turn. Default false.</summary>
    public bool Reentrant { get; init; }

    /// <summary>How many calls of one turn may be nested, the first one included. Default 32.</summary>
    public int MaxStackDepth { get; init; } = 32;
}
