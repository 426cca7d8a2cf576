using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.ExceptionServices;
using System.Text.Json;
using Dapr.Actors.Client;
using Dapr.Actors.Communication;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

/// <summary>Hosts the actors of one class: activates them, runs their turns, deactivates them. Thread-safe.</summary>
internal sealed class ActorManager(
    ActorTypeInformation type,
    ActorActivator activator,
    ActorRuntimeOptions options,
    ActorSidecar sidecar,
    IActorProxyFactory proxies,
    ILoggerFactory loggers,
    TimeProvider time)
{
    private readonly ConcurrentDictionary<string, ActorSlot> slots = new(StringComparer.Ordinal);
    private readonly FrozenDictionary<int, ActorInterface> interfaces = type.InterfaceTypes.Select(ActorInterface.Of).ToFrozenDictionary(face => face.Id);
    private readonly FrozenDictionary<string, ActorMethod> byName = type.InterfaceTypes
        .SelectMany(face => ActorInterface.Of(face).ById.Values)
        .ToFrozenDictionary(method => method.Name);
    private readonly ActorTimerManager timers = new SidecarTimerManager(sidecar);
    private readonly JsonSerializerOptions remotingJson = RemotingBody.Options(options.JsonSerializerOptions);
    private readonly ILogger logger = loggers.CreateLogger<ActorManager>();

    /// <summary>Runs a typed call. What it throws is what the caller is told.</summary>
    /// <returns>The reply's body.</returns>
    public Task<byte[]> InvokeTypedAsync(
        ActorId id, string name, string header, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!options.UseJsonSerialization)
            throw new NotSupportedException("Typed actor calls need ActorRuntimeOptions.UseJsonSerialization.");
        var method = Find(header);
        var arguments = RemotingBody.ReadRequest(method, body.Span, remotingJson);
        return RunAsync(id, ActorMethodContext.ForMethod(name), ReentrancyContext.Id, async actor =>
        {
            var result = await method.InvokeAsync(actor, arguments, cancellationToken);
            return RemotingBody.Reply(method.Result.Type, result, remotingJson);
        }, cancellationToken);
    }

    /// <summary>Runs a call by name: at most one argument, as plain JSON.</summary>
    /// <returns>The result as JSON; empty for a method without one.</returns>
    public Task<byte[]> InvokeByNameAsync(ActorId id, string name, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!byName.TryGetValue(name, out var method))
            throw new MissingMethodException($"Actor type {type.ActorTypeName} has no method {name}.");
        object?[] arguments = method.Arguments switch
        {
            [] => [],
            [var argument] => [JsonSerializer.Deserialize(body.Span, argument.ParameterType, options.JsonSerializerOptions)],
            _ => throw new ArgumentException($"Method {name} has more than one parameter and cannot be called by name.", nameof(name)),
        };
        return RunAsync(id, ActorMethodContext.ForMethod(name), ReentrancyContext.Id, async actor =>
        {
            var result = await method.InvokeAsync(actor, arguments, cancellationToken);
            return method.Result.Type is { } resultType
                ? JsonSerializer.SerializeToUtf8Bytes(result, resultType, options.JsonSerializerOptions)
                : [];
        }, cancellationToken);
    }

    /// <summary>Tells an actor that a reminder fired. A class that takes none ignores it.</summary>
    public async Task FireReminderAsync(ActorId id, string name, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!type.IsRemindable) return;
        var callback = CallbackBody.ReadReminder(body);
        await RunAsync(id, ActorMethodContext.ForReminder, null, async actor =>
        {
            await ((IRemindable)actor).ReceiveReminderAsync(name, callback.Data, callback.DueTime, callback.Period);
            return true;
        }, cancellationToken);
    }

    /// <summary>Calls the method that a timer was registered with.</summary>
    public Task FireTimerAsync(ActorId id, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var timer = CallbackBody.ReadTimer(body);
        return RunAsync(id, ActorMethodContext.ForTimer, null, async actor =>
        {
            var method = actor.TimerCallback(timer.Callback);
            try
            {
                await (Task)method.Invoke(actor, method.GetParameters().Length == 0 ? null : [timer.Data])!;
            }
            catch (TargetInvocationException exception) when (exception.InnerException is { } inner)
            {
                ExceptionDispatchInfo.Throw(inner);
            }

            return true;
        }, cancellationToken);
    }

    /// <summary>
    /// Ends an actor after its running turn. Not cancelled by a sidecar that gives up waiting: an actor that stayed would
    /// answer from old state when it is asked again.
    /// </summary>
    public async Task DeactivateAsync(ActorId id)
    {
        if (!slots.TryGetValue(id.GetId(), out var slot) || !await slot.EnterAsync(null, CancellationToken.None)) return;
        try
        {
            await CloseAsync(id, slot, static actor => actor.DeactivateAsync());
        }
        finally
        {
            slot.Leave();
        }
    }

    private ActorMethod Find(string header)
    {
        var (interfaceId, methodId) = RemotingHeader.Read(header);
        return interfaces.TryGetValue(interfaceId, out var face) && face.ById.TryGetValue(methodId, out var method)
            ? method
            : throw new MissingMethodException($"Actor type {type.ActorTypeName} has no method {methodId} of interface {interfaceId}.");
    }

    private async Task<T> RunAsync<T>(
        ActorId id, ActorMethodContext context, string? reentrancyId, Func<Actor, Task<T>> body, CancellationToken cancellationToken)
    {
        ActorSlot slot;
        do slot = slots.GetOrAdd(id.GetId(), static _ => new ActorSlot());
        while (!await slot.EnterAsync(reentrancyId, cancellationToken));

        try
        {
            var actor = (slot.Activated ?? await ActivateAsync(id, slot)).Actor;
            if (reentrancyId is not null && actor.StateManager is ActorStateManager state) state.BeginReentrant();
            return await actor.RunAsync(context, () => body(actor));
        }
        finally
        {
            slot.Leave();
        }
    }

    private async Task<ActivatedActor> ActivateAsync(ActorId id, ActorSlot slot)
    {
        try
        {
            var host = new ActorHost(type, id, options.JsonSerializerOptions, loggers, proxies, timers)
            {
                StateStore = new ActorStateStore(sidecar, type.ActorTypeName, id, options.JsonSerializerOptions, time),
                TimeProvider = time,
            };
            slot.Activated = await activator.CreateAsync(host);
            await slot.Activated.Actor.ActivateAsync();
            return slot.Activated;
        }
        catch
        {
            await CloseAsync(id, slot, static _ => Task.CompletedTask);
            throw;
        }
    }

    private async Task CloseAsync(ActorId id, ActorSlot slot, Func<Actor, Task> last)
    {
        slot.Close();
        slots.TryRemove(KeyValuePair.Create(id.GetId(), slot));
        if (slot.Activated is not { } activated) return;
        await using (activated) await last(activated.Actor);
    }

    /// <summary>Writes down what a typed caller is told of.</summary>
    public void LogFailure(ActorId id, string method, Exception exception) =>
        ActorLog.MethodFailed(logger, exception, type.ActorTypeName, id.GetId(), method);
}
