using Gateway.Sidecar.Actors.Turns;

namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>One actor of a host, from the first call that waits for it to the end of its deactivation.</summary>
internal sealed class ActorInstance(ActorKey key, ActorTypeOptions options)
{
    public ActorKey Key { get; } = key;

    public ActorTypeOptions Options { get; } = options;

    public TurnQueue Turns { get; } = new(options.Reentrant, options.MaxStackDepth);

    /// <summary>True from the start of the first turn until the deactivation begins. Written during a turn only.</summary>
    public bool Active { get; set; }

    /// <summary>When the actor is idle: a while after the start of its latest turn. Read and written under the turns' lock.</summary>
    public DateTimeOffset IdleAt { get; set; }
}
