using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Dapr.Client;
using Gateway.Sidecar.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Bench;

/// <summary>
/// What nothing of ours can be faster than: an app shaped like Gateway's (one process, the same embedded sidecar on the same
/// kind of files) whose endpoints do one thing each.
/// </summary>
internal static class FloorHost
{
    public static async Task<int> RunAsync(int appPort, int sidecarPort, string folder)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["DAPR_HTTP_ENDPOINT"] = $"http://127.0.0.1:{sidecarPort}";
        builder.WebHost.UseUrls($"http://127.0.0.1:{appPort}");
        builder.Services.AddDaprClient();
        builder.Services.AddActors(options =>
        {
            options.UseJsonSerialization = true;
            options.Actors.RegisterActor<IdleActor>();
        });
        await using var app = builder.Build();
        var versions = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        var value = new { text = new string('x', 1_000) };
        app.MapGet("/none", () => "ok");

        // One save of 1 KB over the etag that is known, as an operation of a queue.
        app.MapPost("/save/{key}", async (string key, DaprClient dapr, CancellationToken cancellationToken) =>
        {
            var version = versions.GetValueOrDefault(key);
            var etag = version == 0 ? "" : version.ToString(System.Globalization.CultureInfo.InvariantCulture);
            var saved = await dapr.TrySaveStateAsync(
                "statestore", key, value, etag, new StateOptions { Concurrency = ConcurrencyMode.FirstWrite }, cancellationToken: cancellationToken);
            versions[key] = version + 1;
            return saved ? Results.Ok() : Results.Conflict();
        });
        app.MapPost("/actor/{id}", async (string id, IActorProxyFactory proxies) =>
        {
            await proxies.CreateActorProxy<IIdleActor>(new ActorId(id), nameof(IdleActor)).IdleAsync();
            return Results.Ok();
        });
        app.MapActorsHandlers();
        await using var sidecar = await SidecarHost.StartAsync(
            new SidecarOptions
            {
                AppId = "floor",
                AppPort = appPort,
                HttpPort = sidecarPort,
                ResourcesPaths = [Path.Combine(AppContext.BaseDirectory, "components/local")],
                DataPath = folder,
            },
            NullLoggerFactory.Instance,
            TimeProvider.System,
            CancellationToken.None);
        await app.RunAsync();
        return 0;
    }
}

/// <summary>An actor that does nothing.</summary>
public interface IIdleActor : IActor
{
    Task IdleAsync();
}

internal sealed class IdleActor(ActorHost host) : Actor(host), IIdleActor
{
    public Task IdleAsync() => Task.CompletedTask;
}
