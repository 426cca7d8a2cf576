using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Scheduling;
using Microsoft.Data.Sqlite;

namespace Gateway.Sidecar.Jobs;

/// <summary>The jobs of all sidecars of one process.</summary>
internal sealed class JobRuntime : IAsyncDisposable
{
    private int started;

    /// <param name="dataPath">The folder that keeps the jobs; null keeps them in memory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">For the category <c>Gateway.Sidecar.Jobs</c>.</param>
    /// <exception cref="SidecarStartException">The jobs in the data folder cannot be opened.</exception>
    public JobRuntime(string? dataPath, TimeProvider time, ILoggerFactory loggers)
    {
        ILogger logger = loggers.CreateLogger("Gateway.Sidecar.Jobs");
        Book = OpenBook(dataPath, time, logger);
        Runner = new JobRunner(Book, Hosts, time, logger);
    }

    public JobHosts Hosts { get; } = new();

    public ScheduleBook<JobKey, Job, JobRow> Book { get; }

    public JobRunner Runner { get; }

    /// <summary>Begins to deliver, once the first sidecar has started.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref started, 1) == 0) Runner.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await Book.DisposeAsync();
        Runner.Dispose();
    }

    private static ScheduleBook<JobKey, Job, JobRow> OpenBook(string? folder, TimeProvider time, ILogger logger)
    {
        try
        {
            return new ScheduleBook<JobKey, Job, JobRow>(folder is null ? null : new SqliteJobJournal(folder, time.LocalTimeZone), logger);
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            string file = Path.Combine(folder!, SchedulerFile.Name);
            throw new SidecarStartException($"{file}: the jobs cannot be opened: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }
}
