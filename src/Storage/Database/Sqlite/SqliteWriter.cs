using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Database.Sqlite;

/// <summary>
/// The one writer of the file. Calls from any thread wait in line; one loop takes all that wait, runs each in a savepoint of one
/// transaction, and commits once (group commit): a call returns after the commit that holds it. A call that fails takes back
/// only its own part.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    /// <summary>The most calls in one commit: bounds how long the first of them waits.</summary>
    private const int MaxGroup = 256;

    private readonly SqliteFile file;
    private readonly Channel<Work> waiting = Channel.CreateUnbounded<Work>(new() { SingleReader = true });
    private readonly Task loop;
    private SqliteConnection? connection;

    public SqliteWriter(SqliteFile file)
    {
        this.file = file;
        loop = Task.Run(LoopAsync);
    }

    /// <summary>Runs an action in a transaction. Cancelled before it has started, it does not run.</summary>
    public async Task<T> RunAsync<T>(Func<SqliteConnection, T> action, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var work = new Work<T>(action, cancellationToken);
        if (!waiting.Writer.TryWrite(work)) throw new StorageUnavailableException("The relational store is closed.");
        return await work.Result.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await loop;
        connection?.Dispose();
    }

    private async Task LoopAsync()
    {
        var group = new List<Work>();
        while (await waiting.Reader.WaitToReadAsync())
        {
            while (group.Count < MaxGroup && waiting.Reader.TryRead(out var work))
            {
                if (!work.SkipIfCancelled()) group.Add(work);
            }

            if (group.Count > 0) Commit(group);
            group.Clear();
        }
    }

    private void Commit(List<Work> group)
    {
        try
        {
            connection ??= file.OpenWriter();
            connection.Execute(new Statement("begin immediate"));
            foreach (var work in group) Run(connection, work);
            connection.Execute(new Statement("commit"));
            foreach (var work in group) work.Complete(null);
        }
#pragma warning disable CA1031 // Whatever went wrong belongs to the callers of this group; the loop must go on for the next.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // Closing rolls back; a fresh connection starts from a known state.
            connection?.Dispose();
            connection = null;
            foreach (var work in group) work.Complete(e);
        }
    }

    private static void Run(SqliteConnection connection, Work work)
    {
        connection.Execute(new Statement("savepoint work"));
        if (!work.Run(connection)) connection.Execute(new Statement("rollback to work"));
        connection.Execute(new Statement("release work"));
    }

    private abstract class Work
    {
        /// <summary>Whether its caller has left before it began.</summary>
        public abstract bool SkipIfCancelled();

        /// <summary>Runs it and keeps its answer or its error; false: it failed.</summary>
        public abstract bool Run(SqliteConnection connection);

        /// <summary>Hands out the answer, now that it is committed, or the error.</summary>
        public abstract void Complete(Exception? groupError);
    }

    private sealed class Work<T>(Func<SqliteConnection, T> action, CancellationToken cancellationToken) : Work
    {
        // The loop must not run the caller's continuation.
        private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Exception? error;
        private T answer = default!;

        public Task<T> Result => done.Task;

        public override bool SkipIfCancelled() => cancellationToken.IsCancellationRequested && done.TrySetCanceled(cancellationToken);

        public override bool Run(SqliteConnection connection)
        {
            try
            {
                answer = action(connection);
                return true;
            }
#pragma warning disable CA1031 // The error is the caller's, not the loop's.
            catch (Exception e)
#pragma warning restore CA1031
            {
                error = e;
                return false;
            }
        }

        public override void Complete(Exception? groupError)
        {
            var failed = error ?? groupError;
            if (failed is null) done.TrySetResult(answer);
            else done.TrySetException(failed is SqliteException e && SqliteErrors.IsUnavailable(e) ? SqliteErrors.Unavailable(e) : failed);
        }
    }
}
