using System.Buffers;
using System.Text.Json;
using Dapr.Actors.Client;
using Dapr.Actors.Communication;
using Microsoft.Extensions.Logging;

namespace Dapr.Actors.Runtime;

/// <summary>The actor classes that the application hosts, by their type on the wire.</summary>
internal sealed class ActorRuntime
{
    private readonly Dictionary<string, ActorManager> managers = [];
    private readonly ActorRuntimeOptions options;

    public ActorRuntime(
        ActorRuntimeOptions options, IServiceProvider services, IActorProxyFactory proxies, ILoggerFactory loggers, TimeProvider time)
    {
        this.options = options;
        var sidecar = new ActorSidecar(options.HttpEndpoint!, options.DaprApiToken);
        foreach (var registration in options.Actors)
        {
            var activator = new ActorActivator(services, registration.Type);
            managers[registration.Type.ActorTypeName] =
                new ActorManager(registration.Type, activator, options, sidecar, proxies, loggers, time);
        }
    }

    /// <summary>The actors of one type.</summary>
    /// <exception cref="InvalidOperationException">The type is not registered.</exception>
    public ActorManager Manager(string actorType) => managers.TryGetValue(actorType, out var manager)
        ? manager
        : throw new InvalidOperationException($"Actor type {actorType} is not registered with the actor runtime.");

    /// <summary>Writes the answer of <c>GET /dapr/config</c>.</summary>
    public void WriteConfig(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        WriteEntities(writer, options.Actors);
        WriteOptions(writer, options);
        ActorRegistration[] special = [.. options.Actors.Where(registration => registration.TypeOptions is not null)];
        if (special.Length > 0)
        {
            writer.WriteStartArray("entitiesConfig");
            foreach (var registration in special)
            {
                writer.WriteStartObject();
                WriteEntities(writer, [registration]);
                WriteOptions(writer, registration.TypeOptions!);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    private static void WriteEntities(Utf8JsonWriter writer, IEnumerable<ActorRegistration> registrations)
    {
        writer.WriteStartArray("entities");
        foreach (var registration in registrations) writer.WriteStringValue(registration.Type.ActorTypeName);
        writer.WriteEndArray();
    }

    private static void WriteOptions(Utf8JsonWriter writer, ActorRuntimeOptions options)
    {
        WriteTime("actorIdleTimeout", options.ActorIdleTimeout);
        WriteTime("actorScanInterval", options.ActorScanInterval);
        WriteTime("drainOngoingCallTimeout", options.DrainOngoingCallTimeout);
        if (options.DrainRebalancedActors) writer.WriteBoolean("drainRebalancedActors", true);
        if (options.RemindersStoragePartitions is { } partitions) writer.WriteNumber("remindersStoragePartitions", partitions);
        writer.WriteStartObject("reentrancy");
        writer.WriteBoolean("enabled", options.ReentrancyConfig.Enabled);
        if (options.ReentrancyConfig.MaxStackDepth is { } depth) writer.WriteNumber("maxStackDepth", depth);
        writer.WriteEndObject();

        void WriteTime(string name, TimeSpan? value)
        {
            if (value is { } time) writer.WriteString(name, CallbackTimes.Format(time));
        }
    }
}
