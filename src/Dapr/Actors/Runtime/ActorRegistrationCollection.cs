using System.Collections.ObjectModel;

namespace Dapr.Actors.Runtime;

/// <summary>The actor classes that the application hosts.</summary>
public sealed class ActorRegistrationCollection : KeyedCollection<ActorTypeInformation, ActorRegistration>
{
    /// <summary>Registers a class under its own name.</summary>
    public void RegisterActor<TActor>(Action<ActorRegistration>? configure = null)
        where TActor : Actor =>
        RegisterActor<TActor>(null, null, configure);

    /// <summary>Registers a class with options of its own.</summary>
    public void RegisterActor<TActor>(ActorRuntimeOptions? typeOptions, Action<ActorRegistration>? configure = null)
        where TActor : Actor =>
        RegisterActor<TActor>(null, typeOptions, configure);

    /// <summary>Registers a class under another name.</summary>
    public void RegisterActor<TActor>(string? actorTypeName, Action<ActorRegistration>? configure = null)
        where TActor : Actor =>
        RegisterActor<TActor>(actorTypeName, null, configure);

    /// <summary>Registers a class under another name and with options of its own.</summary>
    public void RegisterActor<TActor>(
        string? actorTypeName, ActorRuntimeOptions? typeOptions, Action<ActorRegistration>? configure = null)
        where TActor : Actor
    {
        var registration = new ActorRegistration(ActorTypeInformation.Get(typeof(TActor), actorTypeName), typeOptions);
        configure?.Invoke(registration);
        Add(registration);
    }

    /// <inheritdoc />
    protected override ActorTypeInformation GetKeyForItem(ActorRegistration item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return item.Type;
    }
}
