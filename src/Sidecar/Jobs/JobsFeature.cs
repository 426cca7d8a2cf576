using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Jobs;

/// <summary>
/// Jobs (https://docs.dapr.io/reference/api/jobs_api/) of one sidecar: its app as one that takes them, and the API. The jobs themselves are
/// shared, see <see cref="JobRuntime"/>.
/// </summary>
internal sealed class JobsFeature(SidecarContext context) : ISidecarFeature
{
    private readonly JobRuntime jobs = context.Machine.Jobs;

    public void Map(SidecarRoutes routes)
    {
        foreach (string version in (string[])["v1.0-alpha1", "v1.0"])
        {
            routes.Map("POST", $"/{version}/jobs/{{name}}", ScheduleAsync);
            routes.Map("GET", $"/{version}/jobs/{{name}}", GetAsync);
            routes.Map("DELETE", $"/{version}/jobs/{{name}}", DeleteAsync);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        jobs.Start();
        if (context.App is null) return Task.CompletedTask;
        context.Health.Changed += OnHealthChanged;
        OnHealthChanged(context.Health.IsHealthy);
        return Task.CompletedTask;
    }

    public Task AppLeftAsync()
    {
        OnHealthChanged(healthy: false);
        return Task.CompletedTask;
    }

    public Task AppReturnedAsync(CancellationToken cancellationToken)
    {
        OnHealthChanged(context.Health.IsHealthy);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        context.Health.Changed -= OnHealthChanged;
        if (context.App is not null) OnHealthChanged(healthy: false);
        return Task.CompletedTask;
    }

    private void OnHealthChanged(bool healthy)
    {
        if (healthy) jobs.Hosts.Add(Key(""), context.App!);
        else jobs.Hosts.Remove(context.App!);
    }

    private JobKey Key(string name) => JobKey.Of(context.Options, name);

    private async Task ScheduleAsync(HttpContext http, RouteValues route)
    {
        DaprError? refusal;
        try
        {
            refusal = await http.ReadBodyAsync(context.Options.MaxBodySize) is { } body
                ? await ScheduleAsync(Key(route["name"]), ProtoJson.Parse(body))
                : DaprError.Malformed("failed deserializing HTTP body: " + HttpExchange.TooLarge);
        }
        catch (ProtoJsonException error)
        {
            refusal = DaprError.Malformed("failed deserializing HTTP body: " + error.Message);
        }
        catch (IOException)
        {
            refusal = Refused("the scheduler could not store it");
        }

        await (refusal?.WriteAsync(http) ?? http.NoContentAsync());
    }

    private async Task<DaprError?> ScheduleAsync(JobKey key, ProtoJson message)
    {
        JobDefinition definition = JobDefinition.Read(message);
        bool overwrite = message.Flag("overwrite");
        if (definition is { Schedule: null, DueTime: null }) return Failed(400, "SCHEDULE_EMPTY", "Schedule is empty");
        if (key.Check() is { } badName) return Refused(badName);
        DateTimeOffset now = context.Time.GetUtcNow();
        if (JobSchedule.TryCreate(definition, now, context.Time.LocalTimeZone, out string reason) is not { } schedule) return Refused("job failed validation: " + reason);
        if (schedule.FirstTick is not { } first)
        {
            // It is over before it began.
            if (overwrite) await jobs.Runner.DeleteAsync(key);
            return null;
        }

        return await jobs.Runner.RegisterAsync(new Job(key, definition, schedule, first), overwrite)
            ? null
            : Failed(409, "SCHEDULE_JOB", $"failed to schedule job due to: rpc error: code = AlreadyExists desc = job already exists: '{key.FullName}'");
    }

    private Task GetAsync(HttpContext http, RouteValues route)
    {
        string name = route["name"];
        return jobs.Book.Find(Key(name)) is { } job
            ? http.WriteJsonAsync(JsonSerializer.SerializeToUtf8Bytes(job.Definition.Describe(name), ProtoJson.Plain))
            : Failed(500, "GET_JOB", $"failed to get job due to: rpc error: code = NotFound desc = job not found: {name}").WriteAsync(http);
    }

    private async Task DeleteAsync(HttpContext http, RouteValues route)
    {
        try
        {
            await jobs.Runner.DeleteAsync(Key(route["name"]));
            await http.NoContentAsync();
        }
        catch (IOException)
        {
            await Failed(500, "DELETE_JOB", "failed to delete job due to: rpc error: code = Unknown desc = the scheduler could not store it").WriteAsync(http);
        }
    }

    private DaprError Refused(string reason) => Failed(500, "SCHEDULE_JOB", "failed to schedule job due to: rpc error: code = Unknown desc = " + reason);

    private DaprError Failed(int status, string code, string message)
    {
        JobKey any = Key("");
        return new DaprError(
            status, "DAPR_SCHEDULER_" + code, message,
            ErrorDetails.Info("DAPR_SCHEDULER_" + code, new JsonObject { ["appID"] = any.AppId, ["namespace"] = any.Space }));
    }
}
