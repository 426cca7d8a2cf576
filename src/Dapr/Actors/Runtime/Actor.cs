using Dapr.Actors.Client;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

/// <summary>
/// The base of every actor: one object for each id at a time, activated by its first call, running one turn at a time. What a
/// turn does to <see cref="StateManager"/> is saved when it succeeds and forgotten when it fails.
/// </summary>
public abstract partial class Actor
{
    /// <summary>Makes the actor.</summary>
    /// <param name="host">What the runtime gives it.</param>
    protected Actor(ActorHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        Host = host;
        StateManager = new ActorStateManager(this);
        Logger = host.LoggerFactory.CreateLogger(GetType());
    }

    /// <summary>The actor's id.</summary>
    public ActorId Id => Host.Id;

    /// <summary>What the runtime gave it.</summary>
    public ActorHost Host { get; }

    /// <summary>What makes its proxies.</summary>
    public IActorProxyFactory ProxyFactory => Host.ProxyFactory;

    /// <summary>The actor's state; a test may replace it.</summary>
    public IActorStateManager StateManager { get; protected set; }

    /// <summary>The actor's log.</summary>
    protected ILogger Logger { get; }

    private string TypeName => Host.ActorTypeInfo.ActorTypeName;

    internal async Task ActivateAsync()
    {
        await StateManager.ClearCacheAsync();
        await OnActivateAsync();
        ActorLog.Activated(Logger, TypeName, Id.GetId());
        await SaveStateAsync();
    }

    internal async Task DeactivateAsync()
    {
        await StateManager.ClearCacheAsync();
        await OnDeactivateAsync();
        ActorLog.Deactivated(Logger, TypeName, Id.GetId());
    }

    /// <summary>Runs one turn.</summary>
    internal async Task<T> RunAsync<T>(ActorMethodContext context, Func<Task<T>> body)
    {
        try
        {
            await OnPreActorMethodAsync(context);
            var result = await body();
            await OnPostActorMethodAsync(context);
            await SaveStateAsync();
            return result;
        }
        catch (Exception exception)
        {
            await OnActorMethodFailedAsync(context, exception);
            await StateManager.ClearCacheAsync();
            throw;
        }
    }

    /// <summary>Writes the changes now instead of at the end of the turn.</summary>
    protected Task SaveStateAsync() => StateManager.SaveStateAsync();

    /// <summary>Runs before the first turn. When it throws, the actor is not activated and the call fails.</summary>
    protected virtual Task OnActivateAsync() => Task.CompletedTask;

    /// <summary>Runs after the last turn, when the sidecar deactivates the actor. Not when the process ends.</summary>
    protected virtual Task OnDeactivateAsync() => Task.CompletedTask;

    /// <summary>Runs before each method, reminder and timer.</summary>
    protected virtual Task OnPreActorMethodAsync(ActorMethodContext actorMethodContext) => Task.CompletedTask;

    /// <summary>Runs after each method, reminder and timer that succeeded, before the state is saved.</summary>
    protected virtual Task OnPostActorMethodAsync(ActorMethodContext actorMethodContext) => Task.CompletedTask;

    /// <summary>Runs after each method, reminder and timer that failed, before its changes are forgotten.</summary>
    protected virtual Task OnActorMethodFailedAsync(ActorMethodContext actorMethodContext, Exception e) => Task.CompletedTask;
}
