using Gateway.Sidecar.Actors.Turns;

namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>One actor, from the first call that waits for it to the end of its deactivation.</summary>
internal sealed class ActorInstance(ActorKey key, ActorTypeOptions options)
{
    private ActorHost? host;

    public ActorKey Key { get; } = key;

    public ActorTypeOptions Options { get; } = options;

    public TurnQueue Turns { get; } = new(options.Reentrant, options.MaxStackDepth);

    /// <summary>
    /// Where the actor is active: from the start of its first turn there until its deactivation begins; null when it is active nowhere.
    /// Written under the turns' lock by who has the turn.
    /// </summary>
    public ActorHost? Host
    {
        get => Volatile.Read(ref host);
        set => Volatile.Write(ref host, value);
    }

    /// <summary>When the actor is idle: a while after the start of its latest turn. Read and written under the turns' lock.</summary>
    public DateTimeOffset IdleAt { get; set; }
}
