using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Health;
using Gateway.Api.Channels.Sockets;
using Gateway.Api.Health;
using Gateway.Api.Wire;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Gateway.Api.Surfaces.Orchestrator;

/// <summary>
/// <c>GET /health</c> (orchestrator-api.md, "Health Check"; DESIGN says what it has besides). Always 200 while the server answers: <c>status</c> and
/// <c>services</c> say the rest; whoever routes requests asks <c>/readyz</c>.
/// </summary>
internal static class HealthEndpoint
{
    private const string Ok = "ok", Error = "error";

    /// <summary>How everything is.</summary>
    public static async Task<JsonHttpResult<HealthAnswer>> ShowAsync(
        HttpContext context, ReadinessChecks checks, OverdueDeadlines deadlines, OpenSockets sockets, TimeProvider time)
    {
        var stores = await Task.WhenAll(checks.DatabaseAsync(context.RequestAborted), checks.StateStoreAsync(context.RequestAborted));
        var services = new HealthServices(
            Name(Array.TrueForAll(stores, store => store)), Name(!sockets.IsStopping), Name(deadlines.AreKept), "not_configured");
        var isOk = services is { Database: Ok, Websocket: Ok, Scheduler: Ok };
        return TypedResults.Json(
            new HealthAnswer(isOk ? Ok : Error, BuildInfo.Version, WireTime.Text(time.GetUtcNow()), services), OrchestratorAnswers.Json.HealthAnswer);
    }

    private static string Name(bool isOk) => isOk ? Ok : Error;
}

/// <summary>How the server is.</summary>
/// <param name="Status"><c>ok</c>, or <c>error</c> when a service is not.</param>
/// <param name="Version">The version.</param>
/// <param name="Timestamp">Now.</param>
/// <param name="Services">What it depends on.</param>
internal sealed record HealthAnswer(string Status, string Version, string Timestamp, HealthServices Services);

/// <summary>What the server depends on: <c>ok</c> or <c>error</c>.</summary>
/// <param name="Database">The relational store and the state store.</param>
/// <param name="Websocket">Whether sockets are taken.</param>
/// <param name="Scheduler">Whether deadlines are kept.</param>
/// <param name="ClaudeCode">Not part of this server: <c>not_configured</c>.</param>
internal sealed record HealthServices(string Database, string Websocket, string Scheduler, string ClaudeCode);
