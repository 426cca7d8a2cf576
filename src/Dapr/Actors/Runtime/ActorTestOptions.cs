using System.Text.Json;
using Dapr.Actors.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Dapr.Actors.Runtime;

/// <summary>What a test gives an actor that it makes itself. Proxies and timers fail unless they are replaced.</summary>
public sealed class ActorTestOptions
{
    /// <summary>The actor's id; random by default.</summary>
    public ActorId ActorId { get; set; } = ActorId.CreateRandom();

    /// <summary>Where its logs go; nowhere by default.</summary>
    public ILoggerFactory LoggerFactory { get; set; } = NullLoggerFactory.Instance;

    /// <summary>How it writes JSON; web defaults.</summary>
    public JsonSerializerOptions JsonSerializerOptions { get; set; } = new(JsonSerializerDefaults.Web);

    /// <summary>What makes its proxies.</summary>
    public IActorProxyFactory ProxyFactory { get; set; } = new NoProxyFactory();

    /// <summary>What registers its reminders and timers.</summary>
    public ActorTimerManager TimerManager { get; set; } = new NoTimerManager();

    private sealed class NoProxyFactory : IActorProxyFactory
    {
        public TActorInterface CreateActorProxy<TActorInterface>(ActorId actorId, string actorType, ActorProxyOptions? options = null)
            where TActorInterface : IActor => throw Missing();

        public object CreateActorProxy(ActorId actorId, Type actorInterfaceType, string actorType, ActorProxyOptions? options = null) =>
            throw Missing();

        public ActorProxy Create(ActorId actorId, string actorType, ActorProxyOptions? options = null) => throw Missing();

        private static NotImplementedException Missing() => new("Set ActorTestOptions.ProxyFactory.");
    }

    private sealed class NoTimerManager : ActorTimerManager
    {
        public override Task RegisterReminderAsync(ActorReminder reminder) => throw Missing();

        public override Task<IActorReminder?> GetReminderAsync(ActorReminderToken reminder) => throw Missing();

        public override Task UnregisterReminderAsync(ActorReminderToken reminder) => throw Missing();

        public override Task RegisterTimerAsync(ActorTimer timer) => throw Missing();

        public override Task UnregisterTimerAsync(ActorTimerToken timer) => throw Missing();

        private static NotImplementedException Missing() => new("Set ActorTestOptions.TimerManager.");
    }
}
