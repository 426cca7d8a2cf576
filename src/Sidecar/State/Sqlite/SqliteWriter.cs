using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Gateway.Sidecar.State.Sqlite;

/// <summary>A write with its times as the table has them.</summary>
internal readonly record struct SqliteWrite(StateWrite Write, string Now, string? Expires);

/// <summary>
/// The one writer of a SQLite file. Requests queue up for it; it takes all that wait, runs them in one transaction in the
/// order they came, and answers them when that is on disk: many requests share one flush of the disk, and no request is
/// answered before it is durable. A refused request leaves nothing behind; the others of its group are not touched by it.
/// A group that fails as a whole (a full disk) fails every request in it.
/// One thread runs it, started by the constructor and ended by <see cref="DisposeAsync"/> after what was queued is done.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    // Bounds how long the first of a group waits for the last.
    private const int MaxGroup = 256;
    private readonly Channel<Request> queue = Channel.CreateUnbounded<Request>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SqliteConnection connection;
    private readonly SqliteStatements statements;
    private readonly ILogger logger;
    private readonly Task loop;

    public SqliteWriter(SqliteConnection connection, SqliteSql sql, ILogger logger)
    {
        this.connection = connection;
        this.logger = logger;
        statements = new SqliteStatements(connection, sql);
        // A thread of its own: flushing the disk must not hold up the thread pool of a small machine.
        loop = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Writes all or none; null when they are on disk. Once queued, a write is not taken back.</summary>
    public Task<StateFailure?> WriteAsync(IReadOnlyList<SqliteWrite> writes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new Request(writes, null);
        ObjectDisposedException.ThrowIf(!queue.Writer.TryWrite(request), this);
        return request.Done.Task;
    }

    /// <summary>Removes what expired, some time soon.</summary>
    public void RemoveExpired(string now) => queue.Writer.TryWrite(new Request([], now));

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop;
        statements.Dispose();
        await connection.DisposeAsync();
    }

    private void Run()
    {
        List<Request> group = [];
        List<StateFailure?> answers = [];
        while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            group.Clear();
            answers.Clear();
            while (group.Count < MaxGroup && queue.Reader.TryRead(out Request? request)) group.Add(request);
            try
            {
                Commit(group, answers);
            }
            catch (SqliteException error)
            {
                StateLog.CommitFailed(logger, error, group.Count);
                foreach (Request request in group) request.Done.TrySetResult(StateFailure.Unavailable);
                continue;
            }

            for (int i = 0; i < group.Count; i++) group[i].Done.TrySetResult(answers[i]);
        }
    }

    private void Commit(List<Request> group, List<StateFailure?> answers)
    {
        statements.Begin.ExecuteNonQuery();
        try
        {
            foreach (Request request in group) answers.Add(Execute(request));
            statements.Commit.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            statements.TryRollback();
            throw;
        }
    }

    private StateFailure? Execute(Request request)
    {
        if (request.ExpiredBefore is { } now)
        {
            statements.RemoveExpired(now);
            return null;
        }

        if (request.Writes.Count == 1) return statements.Execute(request.Writes[0]);

        statements.Savepoint.ExecuteNonQuery();
        foreach (SqliteWrite write in request.Writes)
        {
            if (statements.Execute(write) is not { } failure) continue;
            statements.RollbackToSavepoint.ExecuteNonQuery();
            statements.ReleaseSavepoint.ExecuteNonQuery();
            return failure;
        }

        statements.ReleaseSavepoint.ExecuteNonQuery();
        return null;
    }

    private sealed record Request(IReadOnlyList<SqliteWrite> Writes, string? ExpiredBefore)
    {
        public TaskCompletionSource<StateFailure?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
