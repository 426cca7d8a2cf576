namespace Dapr.Actors.Runtime;

/// <summary>One actor class that the application hosts.</summary>
public sealed class ActorRegistration
{
    /// <summary>Registers a class with the runtime's options.</summary>
    public ActorRegistration(ActorTypeInformation type)
        : this(type, null)
    {
    }

    /// <summary>Registers a class with options of its own: <c>entitiesConfig</c> of <c>/dapr/config</c>.</summary>
    public ActorRegistration(ActorTypeInformation type, ActorRuntimeOptions? options)
    {
        Type = type;
        TypeOptions = options;
    }

    /// <summary>The class.</summary>
    public ActorTypeInformation Type { get; }

    /// <summary>Options of its own, or null.</summary>
    public ActorRuntimeOptions? TypeOptions { get; }
}
