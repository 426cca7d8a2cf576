using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Health;

namespace Gateway.Api.Surfaces.Gateway.SystemInfo;

/// <summary><c>GET /api/v1/customer/system/info</c> (gateway-api.md).</summary>
internal static class SystemInfoEndpoint
{
    /// <summary>Says what runs and how it does.</summary>
    public static async Task<IResult> ShowAsync(HttpContext context, ReadinessChecks checks, IHostEnvironment environment, Uptime uptime)
    {
        var database = checks.DatabaseAsync(context.RequestAborted);
        var stateStore = checks.StateStoreAsync(context.RequestAborted);
        var sidecar = checks.SidecarAsync(context.RequestAborted);
        return Answer.Ok(
            new SystemInfoAnswer(
                BuildInfo.Version,
                BuildInfo.Commit,
                environment.EnvironmentName,
                (long)uptime.Elapsed.TotalSeconds,
                new ServiceStates(State(await database), State(await stateStore), State(await sidecar))),
            Answer.Json.SystemInfoAnswer);
    }

    private static string State(bool healthy) => healthy ? "healthy" : "unhealthy";
}

/// <summary>Since when this process runs.</summary>
internal sealed class Uptime(TimeProvider time)
{
    private readonly long started = time.GetTimestamp();

    /// <summary>How long.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(started);
}

/// <summary>What runs and how it does.</summary>
/// <param name="Version">The version.</param>
/// <param name="Build">The commit that was built.</param>
/// <param name="Environment">For example <c>Production</c>.</param>
/// <param name="Uptime">How long this process runs, in seconds.</param>
/// <param name="Services">What it depends on.</param>
internal sealed record SystemInfoAnswer(string Version, string Build, string Environment, long Uptime, ServiceStates Services);

/// <summary>Each <c>healthy</c> or <c>unhealthy</c>.</summary>
/// <param name="Database">The relational store.</param>
/// <param name="StateStore">The state store, through the sidecar.</param>
/// <param name="Sidecar">The sidecar.</param>
internal sealed record ServiceStates(string Database, string StateStore, string Sidecar);
