using Serilog;
using Serilog.Events;
using Serilog.Formatting.Json;

namespace Gateway.Actors.Hosting;

/// <summary>Logs through Serilog: readable lines in Development, one JSON object a line elsewhere. Levels come from <c>Serilog</c> in the configuration.</summary>
public static class GatewayLogging
{
    /// <summary>Replaces the logging providers.</summary>
    public static void AddGatewayLogging(this WebApplicationBuilder builder)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft.AspNetCore", LogEventLevel.Warning)
            .MinimumLevel.Override("Microsoft.Hosting.Lifetime", LogEventLevel.Warning)
            .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
            .MinimumLevel.Override("Npgsql", LogEventLevel.Warning)
            // Every request without a token would be a line: "was challenged".
            .MinimumLevel.Override("Gateway.Api.Auth.Customers.CustomerAuthenticationHandler", LogEventLevel.Warning)
            .MinimumLevel.Override("Gateway.Api.Auth.Devices.DeviceAuthenticationHandler", LogEventLevel.Warning)
            .ReadFrom.Configuration(builder.Configuration)
            .Enrich.FromLogContext();
        configuration = builder.Environment.IsDevelopment()
            ? configuration.WriteTo.Console(
                outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}",
                formatProvider: System.Globalization.CultureInfo.InvariantCulture)
            : configuration.WriteTo.Console(new JsonFormatter(renderMessage: true));
        builder.Logging.ClearProviders();
        builder.Logging.AddSerilog(configuration.CreateLogger(), dispose: true);
    }
}
