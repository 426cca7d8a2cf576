using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Gateway.Actors.Hosting.Health;
using Gateway.Actors.Hosting.Restarts;
using Gateway.Actors.Hosting.Telemetry;
using Gateway.Actors.Hosting.Telemetry.Prometheus;
using Gateway.Core.Queue;
using Gateway.Queue;
using Gateway.Storage;
using Microsoft.Extensions.Options;

namespace Gateway.Actors.Hosting;

/// <summary>What every Gateway process has, whatever its roles: the relational store, the queues, and the way to the actors.</summary>
public static class GatewayBackend
{
    /// <summary>Reads and registers <see cref="GatewayOptions"/>; wrong values are reported at start, all at once.</summary>
    public static GatewayOptions AddGatewayOptions(this WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection("Gateway");
        builder.Services.AddOptions<GatewayOptions>().Bind(section).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<GatewayOptions>, GatewayOptionsValidator>();
        return section.Get<GatewayOptions>() ?? new GatewayOptions();
    }

    /// <summary>Adds the backend of a process with these roles.</summary>
    /// <exception cref="GatewayStartException">What is named as a collector of telemetry is no address.</exception>
    public static void AddGatewayBackend(this WebApplicationBuilder builder, GatewayOptions options)
    {
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddTelemetry(builder.Configuration);
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(8));
        services.AddGatewayStorage(builder.Configuration);
        services.AddHostedService<StorageMigration>();
        services.AddSingleton<ReadinessChecks>();
        services.AddSingleton<RestartRequest>();
        services.AddHostedService<RestartWatch>();
        services.AddDaprClient(dapr => dapr.UseJsonSerializationOptions(new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            TypeInfoResolver = JsonTypeInfoResolver.Combine(QueueJson.Default, new DefaultJsonTypeInfoResolver()),
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        }));
        services.AddActorRuntime(host: options.HostsActors);
        services.AddDeadlineArmer();
        services.AddGatewayQueue(builder.Configuration);
        services.PostConfigure<QueueOptions>(queue =>
        {
            // A sidecar's group of consumers has its app's name, and so have the places of its replicas.
            queue.ReplicaGroup = options.HostsApi ? "api" : "actors";
            // Several replicas on one machine differ by their ports.
            queue.ReplicaName = $"{Environment.MachineName}-{options.AppPort}";
        });
        if (!options.HostsActors) return;
        services.AddStorageMaintenance();
        services.AddGatewayActors();
    }

    /// <summary>Checks every setting, before anything is built on one: whatever is wrong is told at once.</summary>
    /// <exception cref="OptionsValidationException">One group of settings is wrong.</exception>
    /// <exception cref="AggregateException">Several are.</exception>
    public static void ValidateSettings(this WebApplication app) => app.Services.GetRequiredService<IStartupValidator>().Validate();

    /// <summary>Maps what the sidecar calls, and <c>/metrics</c>.</summary>
    public static void MapGatewayBackend(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        app.MapMetrics(options.AppPort, options.OpsPort);
        app.MapActorsHandlers().OnAppPortOnly();
        app.MapSubscribeHandler().OnAppPortOnly().WhenReplicaHasId();
        app.MapQueueNotices().OnAppPortOnly();
    }

    /// <summary>Before anything else of the program runs.</summary>
    private sealed class StorageMigration(IStorageStartup startup, IOptions<StorageOptions> options) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken) =>
            options.Value.Migrate ? startup.MigrateAsync(cancellationToken) : startup.WaitAsync(cancellationToken);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
