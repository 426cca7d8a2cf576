using Gateway.Actors.Hosting.Telemetry.Otlp;
using Gateway.Actors.Hosting.Telemetry.Prometheus;

namespace Gateway.Actors.Hosting.Telemetry;

/// <summary>Adds what shows how the gateway does: <c>/metrics</c> (to be mapped by <see cref="MetricsEndpoint.MapMetrics"/>) and OTLP.</summary>
public static class TelemetryRegistration
{
    /// <summary>Adds it. OTLP only when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set. Settings: section <c>Gateway:Metrics</c>, and <c>OTEL_*</c>.</summary>
    /// <exception cref="GatewayStartException">The endpoint is no address.</exception>
    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<MetricsOptions>().BindConfiguration(MetricsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton<MeterChoice>();
        services.AddSingleton(TelemetryResource.Of);
        services.AddSingleton<PrometheusCollector>();
        services.AddHostedService<QueueDepth>();
        OtlpExport.AddIfWanted(services, configuration);
        return services;
    }
}
