using System.Collections.Concurrent;
using System.Reflection;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Client;

/// <summary>Makes proxies. Thread-safe; its proxies share connections.</summary>
public class ActorProxyFactory : IActorProxyFactory
{
    private readonly ConcurrentDictionary<(string Endpoint, string? Token, TimeSpan? Timeout), ActorSidecar> sidecars = new();
    private readonly HttpMessageHandler? handler;
    private ActorProxyOptions defaults;

    /// <summary>Makes the factory.</summary>
    /// <param name="options">Options for proxies made without their own; null for the defaults.</param>
    /// <param name="handler">What sends the requests; null for connections that all factories share. The caller disposes it.</param>
    public ActorProxyFactory(ActorProxyOptions? options = null, HttpMessageHandler? handler = null)
    {
        defaults = options ?? new ActorProxyOptions();
        this.handler = handler;
    }

    /// <summary>Options for proxies that are made without their own.</summary>
    public ActorProxyOptions DefaultOptions
    {
        get => defaults;
        set => defaults = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <inheritdoc />
    public TActorInterface CreateActorProxy<TActorInterface>(ActorId actorId, string actorType, ActorProxyOptions? options = null)
        where TActorInterface : IActor =>
        (TActorInterface)CreateActorProxy(actorId, typeof(TActorInterface), actorType, options);

    /// <inheritdoc />
    /// <exception cref="ArgumentException">The type is no actor interface, or one that cannot be called remotely.</exception>
    /// <exception cref="NotSupportedException"><see cref="ActorProxyOptions.UseJsonSerialization"/> is not set.</exception>
    public object CreateActorProxy(ActorId actorId, Type actorInterfaceType, string actorType, ActorProxyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(actorId);
        ArgumentNullException.ThrowIfNull(actorInterfaceType);
        ArgumentNullException.ThrowIfNull(actorType);
        options ??= defaults;
        if (!options.UseJsonSerialization)
            throw new NotSupportedException("Typed actor proxies need ActorProxyOptions.UseJsonSerialization.");

        ActorInterface.RequireWithParents(actorInterfaceType);
        var proxy = (RemotingProxy)DispatchProxy.Create(actorInterfaceType, typeof(RemotingProxy));
        proxy.Bind(Sidecar(options), actorId, actorType, options.JsonSerializerOptions);
        return proxy;
    }

    /// <inheritdoc />
    public ActorProxy Create(ActorId actorId, string actorType, ActorProxyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(actorId);
        ArgumentNullException.ThrowIfNull(actorType);
        options ??= defaults;
        return new ActorProxy(Sidecar(options), actorId, actorType, options.JsonSerializerOptions);
    }

    private ActorSidecar Sidecar(ActorProxyOptions options) => sidecars.GetOrAdd(
        (options.HttpEndpoint, options.DaprApiToken, options.RequestTimeout),
        static (key, handler) => new ActorSidecar(key.Endpoint, key.Token, key.Timeout, handler),
        handler);
}
