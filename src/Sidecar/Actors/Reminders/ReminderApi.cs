using System.Buffers;
using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Actors.Scheduling;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.Routing;
using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Actors.Reminders;

/// <summary>Registering, reading and deleting reminders (https://docs.dapr.io/reference/api/actors_api/#create-actor-reminder).</summary>
internal sealed class ReminderApi(SidecarContext context, AppActors app, ActorRuntime actors)
{
    public void Map(SidecarRoutes routes)
    {
        const string Pattern = "/v1.0/actors/{type}/{id}/reminders/{name}";
        routes.Map("POST,PUT", Pattern, RegisterAsync);
        routes.Map("GET", Pattern, GetAsync);
        routes.Map("DELETE", Pattern, DeleteAsync);
    }

    private static ReminderKey Key(RouteValues route) => new(new ActorKey(route["type"], route["id"]), route["name"]);

    private async Task RegisterAsync(HttpContext http, RouteValues route)
    {
        ReminderKey key = Key(route);
        if (await ReadAsync(http, key) is not { } body) return;
        if (!await IsHostedAsync(http, key)) return;

        DateTimeOffset now = context.Time.GetUtcNow();
        if (ReminderSchedule.TryCreate(body.DueTime, body.Period, body.Ttl, now, out string? refused) is not { } schedule)
        {
            await ActorErrors.ReminderCreate(refused!).WriteAsync(http);
            return;
        }

        try
        {
            if (schedule.FirstTick is not { } first) await actors.Reminders.DeleteAsync(key);
            else if (!await actors.Reminders.RegisterAsync(new Reminder(key, body.DueTime, body.Data, schedule, first), body.Overwrite))
            {
                await ActorErrors.ReminderExists(key.Name).WriteAsync(http);
                return;
            }
        }
        catch (IOException)
        {
            await ActorErrors.ReminderCreate("the scheduler could not store it").WriteAsync(http);
            return;
        }

        await http.NoContentAsync();
    }

    private async Task GetAsync(HttpContext http, RouteValues route)
    {
        ReminderKey key = Key(route);
        if (!await IsHostedAsync(http, key)) return;
        if (actors.Book.Find(key) is not { } reminder)
        {
            await ActorErrors.ReminderNotFound(key.Name).WriteAsync(http);
            return;
        }

        await http.WriteJsonAsync(Describe(reminder));
    }

    private async Task DeleteAsync(HttpContext http, RouteValues route)
    {
        ReminderKey key = Key(route);
        if (!await IsHostedAsync(http, key)) return;
        try
        {
            await actors.Reminders.DeleteAsync(key);
        }
        catch (IOException)
        {
            await ActorErrors.ReminderDelete("the scheduler could not store it").WriteAsync(http);
            return;
        }

        await http.NoContentAsync();
    }

    private async Task<RegistrationBody?> ReadAsync(HttpContext http, ReminderKey key)
    {
        if (ActorNames.Validate(key.Name) is { } badName)
        {
            await ActorErrors.BadRequest(badName).WriteAsync(http);
            return null;
        }

        ReadOnlyMemory<byte>? json = await http.ReadBodyAsync(context.Options.MaxBodySize);
        DaprError? error = json is null ? ActorErrors.MalformedBody(HttpExchange.TooLarge) : null;
        RegistrationBody? body = json is { } bytes ? RegistrationBody.TryRead(bytes, "Reminder", out error) : null;
        if (error is not null) await error.WriteAsync(http);
        return body;
    }

    /// <summary>Answers an error when the app does not host the actor's type; waits while the app is not up.</summary>
    private async Task<bool> IsHostedAsync(HttpContext http, ReminderKey key)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        if (await app.IsHostedAsync(key.Actor.Type, either.Token)) return true;
        await ActorErrors.ReminderNotHosted.WriteAsync(http);
        return false;
    }

    /// <summary><c>{"actorID","actorType","data"?,"dueTime"?,"period"?}</c> and a line feed; every period reads <c>@every …</c>.</summary>
    private static ReadOnlyMemory<byte> Describe(Reminder reminder)
    {
        var json = new ArrayBufferWriter<byte>(256);
        json.Write("{\"actorID\":"u8);
        GoJson.WriteString(json, reminder.Key.Actor.Id);
        json.Write(",\"actorType\":"u8);
        GoJson.WriteString(json, reminder.Key.Actor.Type);
        if (reminder.Data is { } data)
        {
            json.Write(",\"data\":"u8);
            json.Write(data.Span);
        }

        if (reminder.DueTime.Length > 0)
        {
            json.Write(",\"dueTime\":"u8);
            GoJson.WriteString(json, reminder.DueTime);
        }

        if (reminder.Schedule.Every is { } every)
        {
            json.Write(",\"period\":"u8);
            GoJson.WriteString(json, $"@every {GoDurationText.Format(every)}");
        }

        json.Write("}\n"u8);
        return json.WrittenMemory;
    }
}
