using System.Text.Json.Nodes;
using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Actors.Reminders;
using Gateway.Sidecar.Actors.State;
using Gateway.Sidecar.Actors.Timers;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Actors;

/// <summary>
/// The actor building block (https://docs.dapr.io/developing-applications/building-blocks/actors/) of one sidecar: its app as a host
/// of actors, its timers and its API. The actors themselves are shared, see <see cref="ActorRuntime"/>.
/// </summary>
internal sealed class ActorsFeature : ISidecarFeature, IDisposable
{
    private readonly SidecarContext context;
    private readonly ILogger logger;
    private readonly ActorRuntime actors;
    private readonly AppActors app;
    private readonly TimerRunner timers;
    private IReadOnlyList<ActorTypeOptions> types = [];
    private bool started;

    public ActorsFeature(SidecarContext context)
    {
        this.context = context;
        logger = context.Loggers.CreateLogger("Gateway.Sidecar.Actors");
        actors = context.Machine.Actors;
        app = new AppActors(actors.Table);
        timers = new TimerRunner(app, actors, context.Time, logger);
    }

    public void Map(SidecarRoutes routes)
    {
        new ActorMethodApi(context, app, actors.Table).Map(routes);
        new ActorStateApi(context, app).Map(routes);
        new ReminderApi(context, app, actors).Map(routes);
        new TimerApi(context, app, timers).Map(routes);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await JoinAsync(cancellationToken);
        actors.Start();
        started = true;
        app.IsOpen = true;
        if (context.App is null) return;
        // While the app is not healthy its actors are held. It may have become so meanwhile.
        context.Health.Changed += OnHealthChanged;
        OnHealthChanged(context.Health.IsHealthy);
    }

    public Task AppLeftAsync()
    {
        timers.Clear();
        if (app.Host is not { } host) return Task.CompletedTask;
        host.SetGone();
        actors.Hosts.Remove(host);
        return Task.CompletedTask;
    }

    public async Task AppReturnedAsync(CancellationToken cancellationToken)
    {
        await JoinAsync(cancellationToken);
        OnHealthChanged(context.Health.IsHealthy);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        context.Health.Changed -= OnHealthChanged;
        timers.Stop();
        if (app.Host is { } host)
        {
            actors.Hosts.Remove(host);
            // Turns that are let finish may still save state.
            await actors.Table.LeaveAsync(host, cancellationToken);
        }

        await timers.WhenIdleAsync().WaitAsync(cancellationToken);
    }

    public void Dispose() => timers.Dispose();

    public void Describe(MetadataDocument metadata)
    {
        var active = new JsonArray();
        foreach (ActorTypeOptions type in types)
        {
            var entry = new JsonObject();
            if (type.Type.Length > 0) entry["type"] = type.Type;
            if (app.Host is { } host && actors.Table.CountActive(type.Type, host) is > 0 and int count) entry["count"] = count;
            active.Add(entry);
        }

        metadata.ActorRuntime = new JsonObject { ["runtimeStatus"] = started ? "RUNNING" : "INITIALIZING" };
        if (active.Count > 0) metadata.ActorRuntime["activeActors"] = active;
        metadata.ActorRuntime["hostReady"] = started;
        if (started) metadata.ActorRuntime["placement"] = "placement: connected";
    }

    private void OnHealthChanged(bool healthy)
    {
        app.IsOpen = healthy;
        if (app.Host is not { } host) return;
        if (healthy) actors.Hosts.Add(host);
        else actors.Hosts.Remove(host);
    }

    /// <summary>Asks the app what it hosts; it gets calls from <see cref="OnHealthChanged"/> on.</summary>
    private async Task JoinAsync(CancellationToken cancellationToken)
    {
        if (context.App is not { } channel) return;
        types = await AskTypesAsync(channel, cancellationToken);
        app.Host = null;
        if (types.Count > 0 && context.States.ActorStore is null) ActorLog.NoStateStore(logger);
        else if (types.Count > 0) app.Host = new ActorHost(types, channel, logger);
    }

    private async Task<IReadOnlyList<ActorTypeOptions>> AskTypesAsync(AppChannel channel, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await channel.GetDeclarationAsync("/dapr/config", cancellationToken);
        byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        // An app without actors may have no such path.
        if (!response.IsSuccessStatusCode || answer.Length == 0) return [];
        if (ActorConfiguration.Parse(answer) is not { } asked)
        {
            ActorLog.ConfigurationUnreadable(logger, (int)response.StatusCode);
            return [];
        }

        if (asked.Count > 0) ActorLog.Hosted(logger, string.Join(", ", asked.Select(type => type.Type)));
        if (asked.Count > 0 && context.Options.DataPath is null) ActorLog.RemindersInMemory(logger);
        return asked;
    }
}
