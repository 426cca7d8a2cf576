using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Gateway.Actors.Hosting.Telemetry.Otlp;

/// <summary>
/// Sends traces and metrics to a collector by OTLP. Which one, how and how often, <c>OTEL_*</c> says as OpenTelemetry specifies it; a default
/// that differs from the specification is the library's: gRPC, unless <c>OTEL_EXPORTER_OTLP_PROTOCOL</c> is <c>http/protobuf</c>.
/// </summary>
internal sealed class OtlpExport(
    IConfiguration configuration, MeterChoice choice, TelemetryResource resource, TimeProvider time, ILogger<OtlpExport> logger)
    : IHostedLifecycleService, IDisposable
{
    /// <summary>The setting without which nothing is sent.</summary>
    public const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>How long a collector that does not answer holds up the end of the process, once for traces and once for metrics: 1 second.</summary>
    private const int StopLimitMs = 1_000;

    /// <summary>
    /// The switch by which ASP.NET Core 10 leaves its spans empty for the instrumentation package, unless it is off when the server is made. What it
    /// fills in has no query.
    /// </summary>
    private const string EmptySpans = "Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData";

    private static readonly string[] Sources = ["Gateway.*", "Microsoft.AspNetCore", "Microsoft.AspNetCore.SignalR.Server", "System.Net.Http", "Npgsql"];

    private TracerProvider? traces;
    private MeterProvider? metrics;
    private OtlpTroubles? troubles;

    /// <summary>Adds it when a collector is named.</summary>
    /// <exception cref="GatewayStartException">What is named is no address.</exception>
    public static void AddIfWanted(IServiceCollection services, IConfiguration configuration)
    {
        if (!IsWanted(configuration)) return;
        AppContext.SetSwitch(EmptySpans, false);
        services.AddTransient<IStartupFilter, RequestSpans>();
        services.AddHostedService<OtlpExport>();
    }

    private static bool IsWanted(IConfiguration configuration)
    {
        if (configuration[Endpoint] is not { Length: > 0 } endpoint) return false;
        return Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? true
            : throw new GatewayStartException($"{Endpoint} is '{endpoint}': it takes an address such as http://localhost:4317.");
    }

    /// <summary>Before anything that could be traced or counted.</summary>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        troubles = new OtlpTroubles(time, logger);
        var attributes = ResourceBuilder.CreateEmpty()
            .AddService(resource.Name, serviceVersion: resource.Version, serviceInstanceId: resource.InstanceId)
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();
        traces = Sdk.CreateTracerProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(attributes)
            .AddSource(Sources)
            .AddOtlpExporter()
            .Build();
        metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton(configuration))
            .SetResourceBuilder(attributes)
            .AddMeter(MeterChoice.Names)
            .AddView(instrument => choice.IsOfThisHost(instrument) ? null : MetricStreamConfiguration.Drop)
            .AddOtlpExporter()
            .Build();
        TelemetryLog.Exporting(logger, configuration[Endpoint]!);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After everything else: what is left is sent.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            traces?.Shutdown(StopLimitMs);
            metrics?.Shutdown(StopLimitMs);
        },
        CancellationToken.None);

    public void Dispose()
    {
        traces?.Dispose();
        metrics?.Dispose();
        troubles?.Dispose();
    }
}
