using System.Text.Json.Nodes;
using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Actors.Reminders;
using Gateway.Sidecar.Actors.State;
using Gateway.Sidecar.Actors.Timers;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;
using Microsoft.Data.Sqlite;

namespace Gateway.Sidecar.Actors;

/// <summary>
/// The actor building block (https://docs.dapr.io/developing-applications/building-blocks/actors/) for one app on one machine. What
/// is Dapr's placement service elsewhere is <see cref="ActorHosts"/>, and what is its scheduler is <see cref="ReminderBook"/>.
/// </summary>
internal sealed class ActorsFeature : ISidecarFeature, IAsyncDisposable
{
    private readonly SidecarContext context;
    private readonly ILogger logger;
    private readonly ActorHosts hosts;
    private readonly ReminderBook book;
    private readonly ReminderRunner reminders;
    private readonly TimerRunner timers;
    private IReadOnlyList<ActorTypeOptions> types = [];
    private ActorHost? host;
    private bool started;

    /// <exception cref="SidecarStartException">The reminders in the data folder cannot be opened.</exception>
    public ActorsFeature(SidecarContext context)
    {
        this.context = context;
        logger = context.Loggers.CreateLogger("Gateway.Sidecar.Actors");
        hosts = new ActorHosts(context.Time);
        book = OpenBook();
        reminders = new ReminderRunner(book, hosts, context.Time, logger);
        timers = new TimerRunner(hosts, context.Time, logger);
    }

    public void Map(SidecarRoutes routes)
    {
        new ActorMethodApi(context, hosts).Map(routes);
        new ActorStateApi(context, hosts).Map(routes);
        new ReminderApi(context, hosts, book, reminders).Map(routes);
        new TimerApi(context, hosts, timers).Map(routes);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (context.App is { } app)
        {
            types = await AskTypesAsync(app, cancellationToken);
            if (types.Count > 0 && context.States.ActorStore is null) ActorLog.NoStateStore(logger);
            else if (types.Count > 0) hosts.Add(host = new ActorHost(types, app, context.Time, logger));
        }

        reminders.Start();
        started = true;
        hosts.IsOpen = true;
        if (context.App is null) return;
        // While the app is not healthy its actors are held. It may have become so meanwhile.
        context.Health.Changed += OnHealthChanged;
        OnHealthChanged(context.Health.IsHealthy);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        context.Health.Changed -= OnHealthChanged;
        reminders.Stop();
        timers.Stop();
        try
        {
            // Turns that are let finish may still save state.
            if (host is not null) await host.LeaveAsync(cancellationToken);
            hosts.Remove();
            // What a last turn has delivered is noted before the book is closed.
            await Task.WhenAll(reminders.WhenIdleAsync(), timers.WhenIdleAsync()).WaitAsync(cancellationToken);
        }
        finally
        {
            await DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null) await host.DisposeAsync();
        await book.DisposeAsync();
        reminders.Dispose();
        timers.Dispose();
    }

    public void Describe(MetadataDocument metadata)
    {
        var active = new JsonArray();
        foreach (ActorTypeOptions type in types)
        {
            var entry = new JsonObject();
            if (type.Type.Length > 0) entry["type"] = type.Type;
            if (host?.CountActive(type.Type) is > 0 and int count) entry["count"] = count;
            active.Add(entry);
        }

        metadata.ActorRuntime = new JsonObject { ["runtimeStatus"] = started ? "RUNNING" : "INITIALIZING" };
        if (active.Count > 0) metadata.ActorRuntime["activeActors"] = active;
        metadata.ActorRuntime["hostReady"] = started;
        if (started) metadata.ActorRuntime["placement"] = "placement: connected";
    }

    private void OnHealthChanged(bool healthy) => hosts.IsOpen = healthy;

    private async Task<IReadOnlyList<ActorTypeOptions>> AskTypesAsync(AppChannel app, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await app.GetDeclarationAsync("/dapr/config", cancellationToken);
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

    private ReminderBook OpenBook()
    {
        if (context.Options.DataPath is not { } folder) return new ReminderBook(null, logger);
        try
        {
            return new ReminderBook(new SqliteReminderJournal(folder), logger);
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            string file = Path.Combine(folder, SqliteReminderJournal.FileName);
            throw new SidecarStartException($"{file}: the reminders cannot be opened: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }
}
