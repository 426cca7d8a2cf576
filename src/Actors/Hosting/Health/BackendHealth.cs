using System.Text.Json.Serialization;

namespace Gateway.Actors.Hosting.Health;

/// <summary><c>/healthz</c> and <c>/readyz</c> of a program without the surfaces, in the words of those that have them.</summary>
public static class BackendHealth
{
    /// <summary>Maps them, on every port that the program has.</summary>
    public static void MapBackendHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/healthz", static () => TypedResults.Json(new BackendLive("ok"), BackendHealthJson.Default.BackendLive));
        routes.MapGet("/readyz", ReadyAsync);
    }

    private static async Task<IResult> ReadyAsync(ReadinessChecks checks, HttpContext context)
    {
        // At once: the limits of the checks do not add up.
        var database = checks.DatabaseAsync(context.RequestAborted);
        var stateStore = checks.StateStoreAsync(context.RequestAborted);
        var result = new BackendChecks(await database, await stateStore);
        var ready = result is { Database: true, Redis: true };
        return TypedResults.Json(
            new BackendReady(ready, result),
            BackendHealthJson.Default.BackendReady,
            statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}

/// <summary>The program runs.</summary>
internal sealed record BackendLive(string Status);

/// <summary>Whether the program can work.</summary>
internal sealed record BackendReady(bool Ready, BackendChecks Checks);

/// <summary>What was asked: the relational store, and the state store (Redis in production) through the sidecar.</summary>
internal sealed record BackendChecks(bool Database, bool Redis);

/// <summary>How the answers are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BackendLive))]
[JsonSerializable(typeof(BackendReady))]
internal sealed partial class BackendHealthJson : JsonSerializerContext;
