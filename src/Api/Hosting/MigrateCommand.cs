using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Secrets;
using Gateway.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Api.Hosting;

/// <summary>
/// <c>migrate</c>: brings the relational store to this program's version and ends. For deployments whose replicas only look whether it is there
/// (<c>Gateway:Storage:Migrate</c>).
/// </summary>
internal static class MigrateCommand
{
    private const string Usage = "Usage: migrate";

    /// <summary>Whether these arguments ask for it.</summary>
    public static bool IsAskedFor(string[] args) => args is ["migrate", ..];

    /// <summary>Runs it; the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            if (args.Length > 1) throw new GatewayStartException($"{args[1]} is not understood. {Usage}");
            var builder = WebApplication.CreateBuilder();
            builder.Logging.ClearProviders();
            var options = builder.AddGatewayOptions();
            // A job on Kubernetes has no sidecar, and its connection string in the environment.
            if (!EmbeddedSidecar.IsNeeded(builder.Configuration)) await builder.AddSecretsAsync(options, NullLogger.Instance);
            builder.Services.AddGatewayStorage(builder.Configuration);
            if (string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString("Gateway")))
                builder.Services.AddSingleton(DataFolder.Acquire(options.DataPath));
            await using var app = builder.Build();
            app.ValidateSettings();
            _ = app.Services.GetService<DataFolder>();
            await app.Services.GetRequiredService<IStorageStartup>().MigrateAsync(CancellationToken.None);
            await Console.Out.WriteLineAsync("The relational store is of this version.");
            return 0;
        }
        catch (Exception e) when (GatewayRun.Explain(e) is { } line)
        {
            await Console.Error.WriteLineAsync($"gateway: {line}");
            return 1;
        }
    }
}
