namespace Dapr.Actors.Client;

/// <summary>Makes proxies. A proxy is light, holds no connection and needs no disposing.</summary>
public interface IActorProxyFactory
{
    /// <summary>A proxy that implements the actor's interface.</summary>
    /// <param name="actorId">The actor's id.</param>
    /// <param name="actorType">The actor's type as it is registered.</param>
    /// <param name="options">Options; null for the factory's own.</param>
    TActorInterface CreateActorProxy<TActorInterface>(ActorId actorId, string actorType, ActorProxyOptions? options = null)
        where TActorInterface : IActor;

    /// <summary>A proxy that implements the actor's interface.</summary>
    /// <param name="actorId">The actor's id.</param>
    /// <param name="actorInterfaceType">The actor's interface.</param>
    /// <param name="actorType">The actor's type as it is registered.</param>
    /// <param name="options">Options; null for the factory's own.</param>
    object CreateActorProxy(ActorId actorId, Type actorInterfaceType, string actorType, ActorProxyOptions? options = null);

    /// <summary>A proxy that calls methods by name, with plain JSON.</summary>
    /// <param name="actorId">The actor's id.</param>
    /// <param name="actorType">The actor's type as it is registered.</param>
    /// <param name="options">Options; null for the factory's own.</param>
    ActorProxy Create(ActorId actorId, string actorType, ActorProxyOptions? options = null);
}
