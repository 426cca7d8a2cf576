using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Actors.Reminders;
using Gateway.Sidecar.Actors.Scheduling;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Actors.Timers;

/// <summary>Starting and deleting timers (https://docs.dapr.io/reference/api/actors_api/#create-actor-timer).</summary>
internal sealed class TimerApi(SidecarContext context, AppActors app, TimerRunner runner)
{
    public void Map(SidecarRoutes routes)
    {
        routes.Map("POST,PUT", "/v1.0/actors/{type}/{id}/timers/{name}", StartAsync);
        routes.Map("DELETE", "/v1.0/actors/{type}/{id}/timers/{name}", DeleteAsync);
    }

    private static TimerKey Key(RouteValues route) => new(new ActorKey(route["type"], route["id"]), route["name"]);

    private async Task StartAsync(HttpContext http, RouteValues route)
    {
        TimerKey key = Key(route);
        DaprError? error = ActorNames.Validate(key.Name) is { } badName ? ActorErrors.BadRequest(badName) : await StartAsync(http, key);
        await (error?.WriteAsync(http) ?? http.NoContentAsync());
    }

    private async Task<DaprError?> StartAsync(HttpContext http, TimerKey key)
    {
        if (await http.ReadBodyAsync(context.Options.MaxBodySize) is not { } json) return ActorErrors.MalformedBody(HttpExchange.TooLarge);
        if (RegistrationBody.TryRead(json, "Timer", out DaprError? malformed) is not { } body) return malformed;

        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        if (!await app.IsHostedAsync(key.Actor.Type, either.Token))
            return ActorErrors.TimerCreate($"can't create timer for actor {key.Actor}: actor type not registered");

        TimerSchedule? schedule = TimerSchedule.TryCreate(
            key.ToString(), body.DueTime, body.Period, body.Ttl, context.Time.GetUtcNow(), out string? refused);
        if (schedule is null) return ActorErrors.TimerCreate(refused!);
        if (schedule.FirstTick is not { } first)
        {
            runner.Delete(key);
            return null;
        }

        // As in daprd the callback's name does not reach an actor of another host.
        ReadOnlyMemory<byte> here = CallbackBody.OfTimer(body.Data, body.Callback, body.DueTime, body.Period);
        ReadOnlyMemory<byte> elsewhere = CallbackBody.OfTimer(body.Data, "", body.DueTime, body.Period);
        runner.Set(new ActorTimer(key, schedule, here, elsewhere, first));
        return null;
    }

    private Task DeleteAsync(HttpContext http, RouteValues route)
    {
        runner.Delete(Key(route));
        return http.NoContentAsync();
    }
}
