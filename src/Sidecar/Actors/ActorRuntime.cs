using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Actors.Reminders;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Scheduling;
using Microsoft.Data.Sqlite;

namespace Gateway.Sidecar.Actors;

/// <summary>
/// What the sidecars of one process share of the actors: where they live, their turns, and their reminders. What is Dapr's placement
/// service elsewhere is <see cref="ActorHosts"/>, and what is its scheduler is the book of reminders.
/// </summary>
internal sealed class ActorRuntime : IAsyncDisposable
{
    private int started;

    /// <param name="dataPath">The folder that keeps the reminders; null keeps them in memory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">For the category <c>Gateway.Sidecar.Actors</c>.</param>
    /// <exception cref="SidecarStartException">The reminders in the data folder cannot be opened.</exception>
    public ActorRuntime(string? dataPath, TimeProvider time, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger("Gateway.Sidecar.Actors");
        Hosts = new ActorHosts(time);
        Table = new ActorTable(Hosts, time, logger);
        Book = OpenBook(dataPath, logger);
        Reminders = new ReminderRunner(Book, Hosts, Table, time, logger);
    }

    public ActorHosts Hosts { get; }

    public ActorTable Table { get; }

    public ScheduleBook<ReminderKey, Reminder, ReminderRow> Book { get; }

    public ReminderRunner Reminders { get; }

    /// <summary>Begins to deliver reminders, once the first sidecar has started.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref started, 1) == 0) Reminders.Start();
    }

    /// <summary>Begins no turn any more; those that run are to be ended with their hosts.</summary>
    public void Stop()
    {
        Reminders.Stop();
        Table.Stop();
    }

    /// <summary>Completes after <see cref="Stop"/>, when what a last turn has delivered is noted.</summary>
    public Task WhenIdleAsync() => Task.WhenAll(Reminders.WhenIdleAsync(), Table.WhenIdleAsync());

    public async ValueTask DisposeAsync()
    {
        await Book.DisposeAsync();
        Reminders.Dispose();
        Table.Dispose();
    }

    private static ScheduleBook<ReminderKey, Reminder, ReminderRow> OpenBook(string? folder, ILogger logger)
    {
        if (folder is null) return new ScheduleBook<ReminderKey, Reminder, ReminderRow>(null, logger);
        try
        {
            return new ScheduleBook<ReminderKey, Reminder, ReminderRow>(new SqliteReminderJournal(folder), logger);
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            string file = Path.Combine(folder, SchedulerFile.Name);
            throw new SidecarStartException($"{file}: the reminders cannot be opened: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }
}
