using Serilog;
using Serilog.Events;
using Serilog.Extensions.Logging;
using Serilog.Formatting.Json;

namespace Gateway.Actors.Hosting;

/// <summary>Logs through Serilog: readable lines in Development, one JSON object a line elsewhere. Levels come from <c>Serilog</c> in the configuration.</summary>
public static class GatewayLogging
{
    /// <summary>The id of the host's event of that name.</summary>
    private const int HostedServiceStartupFaulted = 11;

    /// <summary>Replaces the logging providers.</summary>
    /// <returns>A logger for what is to be told before the program is put together.</returns>
    public static Microsoft.Extensions.Logging.ILogger AddGatewayLogging(this WebApplicationBuilder builder)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Warning)
            // That keys are not encrypted where they are kept is known, and told in docs/portal.md.
            .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error)
            .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
            .MinimumLevel.Override("Npgsql", LogEventLevel.Warning)
            // Every request without a token would be a line: "was challenged".
            .MinimumLevel.Override("Gateway.Api.Auth.Customers.CustomerAuthenticationHandler", LogEventLevel.Warning)
            .MinimumLevel.Override("Gateway.Api.Auth.Devices.DeviceAuthenticationHandler", LogEventLevel.Warning)
            .ReadFrom.Configuration(builder.Configuration)
            .Filter.ByExcluding(IsFailedStart)
            .Enrich.FromLogContext();
        configuration = builder.Environment.IsDevelopment()
            ? configuration.WriteTo.Console(
                outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}",
                formatProvider: System.Globalization.CultureInfo.InvariantCulture)
            : configuration.WriteTo.Console(new JsonFormatter(renderMessage: true));
        builder.Logging.ClearProviders();
        var logger = configuration.CreateLogger();
        builder.Logging.AddSerilog(logger, dispose: true);
        return new SerilogLoggerFactory(logger).CreateLogger("Gateway.Actors.Hosting.Start");
    }

    /// <summary>
    /// The host's words about a start that failed, which <see cref="GatewayRun"/> tells in one line: the failure itself, and the
    /// background services that it cut off.
    /// </summary>
    private static bool IsFailedStart(LogEvent logged) =>
        logged.Properties.GetValueOrDefault("SourceContext") is ScalarValue { Value: "Microsoft.Extensions.Hosting.Internal.Host" }
        && (logged.Exception is OperationCanceledException
            || (logged.Properties.GetValueOrDefault("EventId") is StructureValue id
                && id.Properties.Any(part => part is { Name: "Id", Value: ScalarValue { Value: HostedServiceStartupFaulted } })));
}
