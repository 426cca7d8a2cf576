using System.Text.Json.Serialization;
using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Health;
using Gateway.Api.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Gateway.Api.Health;

/// <summary><c>/healthz</c>, <c>/readyz</c> and <c>/version</c> (gateway-api.md): public, and outside every surface.</summary>
internal static class HealthEndpoints
{
    /// <summary>Registers what the endpoints need.</summary>
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddOptions<HealthOptions>().BindConfiguration("Gateway:Health").ValidateDataAnnotations().ValidateOnStart();
        services.AddMetrics();
        services.AddSingleton<OverdueDeadlines>();
        return services.AddHostedService(provider => provider.GetRequiredService<OverdueDeadlines>());
    }

    /// <summary>Maps the endpoints.</summary>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder routes)
    {
        var health = routes.MapGroup("").WithTags("Health");
        health.MapGet("/healthz", Live)
            .WithSummary("Whether the server runs")
            .Produces<LiveAnswer>();
        health.MapGet("/readyz", ReadyAsync)
            .WithSummary("Whether the server and all that it depends on can take requests")
            .Produces<ReadyAnswer>()
            .Produces<ReadyAnswer>(StatusCodes.Status503ServiceUnavailable);
        health.MapGet("/version", static () => TypedResults.Json(new VersionAnswer(BuildInfo.Version), HealthJson.Default.VersionAnswer))
            .WithSummary("The version, and nothing more")
            .Produces<VersionAnswer>();
        return routes;
    }

    private static JsonHttpResult<LiveAnswer> Live(TimeProvider time) =>
        TypedResults.Json(new LiveAnswer("ok", WireTime.Text(time.GetUtcNow())), HealthJson.Default.LiveAnswer);

    private static async Task<IResult> ReadyAsync(ReadinessChecks checks, OverdueDeadlines overdue, HttpContext context)
    {
        // At once: the limits of the checks do not add up.
        var database = checks.DatabaseAsync(context.RequestAborted);
        var stateStore = checks.StateStoreAsync(context.RequestAborted);
        var result = new CheckResults(await database, await stateStore, overdue.AreKept);
        List<string> errors = [];
        if (!result.Database) errors.Add("database: the relational store does not answer");
        if (!result.Redis) errors.Add("redis: the state store does not answer through the sidecar");
        if (!result.Deadlines) errors.Add("deadlines: a deadline is overdue for too long, or it cannot be told");
        return TypedResults.Json(
            new ReadyAnswer(errors.Count == 0, result, errors.Count == 0 ? null : errors),
            HealthJson.Default.ReadyAnswer,
            statusCode: errors.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

/// <summary>The server runs.</summary>
internal sealed record LiveAnswer(string Status, string Timestamp);

/// <summary>Whether the server can take requests.</summary>
/// <param name="Ready">True when every check is.</param>
/// <param name="Checks">The checks.</param>
/// <param name="Errors">What is wrong, in words; absent when nothing is.</param>
internal sealed record ReadyAnswer(bool Ready, CheckResults Checks, IReadOnlyList<string>? Errors);

/// <summary>What was asked.</summary>
/// <param name="Database">The relational store.</param>
/// <param name="Redis">The state store, Redis in production, through the sidecar.</param>
/// <param name="Deadlines">No deadline is overdue for longer than <see cref="HealthOptions.OverdueLimit"/>.</param>
internal sealed record CheckResults(bool Database, bool Redis, bool Deadlines);

/// <summary>The version.</summary>
internal sealed record VersionAnswer(string Version);

/// <summary>How the answers are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LiveAnswer))]
[JsonSerializable(typeof(ReadyAnswer))]
[JsonSerializable(typeof(VersionAnswer))]
internal sealed partial class HealthJson : JsonSerializerContext;
