using System.Text.Json;
using Dapr.Actors.Client;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

/// <summary>What an actor gets from the runtime. It goes to the base class and is of no use otherwise.</summary>
public sealed class ActorHost
{
    internal ActorHost(
        ActorTypeInformation actorTypeInfo,
        ActorId id,
        JsonSerializerOptions jsonSerializerOptions,
        ILoggerFactory loggerFactory,
        IActorProxyFactory proxyFactory,
        ActorTimerManager timerManager)
    {
        ActorTypeInfo = actorTypeInfo;
        Id = id;
        JsonSerializerOptions = jsonSerializerOptions;
        LoggerFactory = loggerFactory;
        ProxyFactory = proxyFactory;
        TimerManager = timerManager;
    }

    /// <summary>The actor's class.</summary>
    public ActorTypeInformation ActorTypeInfo { get; }

    /// <summary>The actor's id.</summary>
    public ActorId Id { get; }

    /// <summary>Where its logs go.</summary>
    public ILoggerFactory LoggerFactory { get; }

    /// <summary>How it writes JSON.</summary>
    public JsonSerializerOptions JsonSerializerOptions { get; }

    /// <summary>What makes its proxies.</summary>
    public IActorProxyFactory ProxyFactory { get; }

    /// <summary>What registers its reminders and timers.</summary>
    public ActorTimerManager TimerManager { get; }

    /// <summary>Where its state is; null in tests.</summary>
    internal ActorStateStore? StateStore { get; init; }

    internal TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>A host for an actor that a test makes itself.</summary>
    public static ActorHost CreateForTest<TActor>(ActorTestOptions? options = null)
        where TActor : Actor =>
        CreateForTest(typeof(TActor), null, options);

    /// <summary>A host for an actor that a test makes itself, under another type name.</summary>
    public static ActorHost CreateForTest<TActor>(string? actorTypeName, ActorTestOptions? options = null)
        where TActor : Actor =>
        CreateForTest(typeof(TActor), actorTypeName, options);

    /// <summary>A host for an actor that a test makes itself.</summary>
    public static ActorHost CreateForTest(Type actorType, ActorTestOptions? options = null) =>
        CreateForTest(actorType, null, options);

    /// <summary>A host for an actor that a test makes itself, under another type name.</summary>
    public static ActorHost CreateForTest(Type actorType, string? actorTypeName, ActorTestOptions? options = null)
    {
        options ??= new ActorTestOptions();
        return new ActorHost(
            ActorTypeInformation.Get(actorType, actorTypeName),
            options.ActorId,
            options.JsonSerializerOptions,
            options.LoggerFactory,
            options.ProxyFactory,
            options.TimerManager);
    }
}
