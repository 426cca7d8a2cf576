using System.Data;
using System.Threading.Channels;
using Npgsql;

namespace Gateway.Sidecar.State.Postgres;

/// <summary>
/// The one writer of a store, on a connection of its own. Requests queue up for it; it takes all that wait and sends them in one round
/// trip and one transaction, so that many requests share one flush of the server's log, and answers them when that is committed. A
/// refused request leaves nothing behind and does not touch the others of its group: where that needs another transaction (a refusal
/// among several writes, a statement that fails), each request of the group is done again alone. What was sent on a connection that then
/// broke may or may not be written; its callers get an error.
/// One loop runs it, started by the constructor and ended by <see cref="DisposeAsync"/> after what was queued is done.
/// </summary>
internal sealed class PostgresWriter : IAsyncDisposable
{
    // Bounds how long the first of a group waits for the last.
    private const int MaxGroup = 256;

    // A connection that was quiet longer is asked before it is trusted: the server may have been started again meanwhile.
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(1);

    private readonly Channel<Request> queue = Channel.CreateUnbounded<Request>(new UnboundedChannelOptions { SingleReader = true });
    private readonly NpgsqlDataSource source;
    private readonly PostgresTable table;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Task loop;
    private NpgsqlConnection? connection;
    private long lastUse;
    private bool failing;

    public PostgresWriter(NpgsqlDataSource source, PostgresTable table, TimeProvider time, ILogger logger)
    {
        this.source = source;
        this.table = table;
        this.time = time;
        this.logger = logger;
        loop = RunAsync();
    }

    /// <summary>Writes all or none; null when they are committed. Once queued, a write is not taken back.</summary>
    public Task<StateFailure?> WriteAsync(IReadOnlyList<PostgresWrite> writes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var request = new Request(writes);
        ObjectDisposedException.ThrowIf(!queue.Writer.TryWrite(request), this);
        return request.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        await loop;
        await CloseAsync();
    }

    private async Task RunAsync()
    {
        List<Request> group = [];
        while (await queue.Reader.WaitToReadAsync())
        {
            group.Clear();
            while (group.Count < MaxGroup && queue.Reader.TryRead(out Request? request)) group.Add(request);
            // In one order everywhere, so that sidecars that write the same keys do not wait for each other.
            group.Sort((one, other) => string.CompareOrdinal(one.Writes[0].Write.Key, other.Writes[0].Write.Key));
            await AnswerAsync(group);
        }
    }

    private async Task AnswerAsync(List<Request> group)
    {
        try
        {
            NpgsqlConnection open = await OpenAsync();
            if (!await TryAsync(open, group))
            {
                foreach (Request request in group)
                {
                    if (!await TryAsync(open, [request])) throw new InvalidOperationException("A request alone is always answered.");
                }
            }

            lastUse = time.GetTimestamp();
            if (failing) StateLog.CommitsAgain(logger, table.Name);
            failing = false;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // One line for as long as the server is away.
            if (!failing) StateLog.CommitFailed(logger, error, group.Count);
            failing = true;
            await CloseAsync();
            foreach (Request request in group) request.Done.TrySetResult(StateFailure.Unavailable);
        }
    }

    /// <summary>
    /// Does them in one transaction and answers them. False when one of several kept the others from it: then nothing is written, and
    /// nobody answered.
    /// </summary>
    private async Task<bool> TryAsync(NpgsqlConnection open, IReadOnlyList<Request> group)
    {
        // Without a transaction of its own a batch is one too, and a round trip cheaper; it cannot be taken back.
        bool mayTakeBack = group.Any(request => request.Writes.Count > 1);
        await using NpgsqlTransaction? transaction = mayTakeBack ? await open.BeginTransactionAsync() : null;
        await using var batch = new NpgsqlBatch(open, transaction);
        foreach (PostgresWrite write in group.SelectMany(request => request.Writes)) batch.BatchCommands.Add(write.Statement(table));
        List<StateFailure?> answers = new(group.Count);
        try
        {
            await batch.ExecuteNonQueryAsync();
            int next = 0;
            bool takeBack = false;
            foreach (Request request in group)
            {
                StateFailure? refusal = null;
                foreach (PostgresWrite write in request.Writes)
                {
                    if (batch.BatchCommands[next++].RecordsAffected == 0) refusal ??= write.WhenNothingChanged;
                }

                takeBack |= refusal is not null && request.Writes.Count > 1;
                answers.Add(refusal);
            }

            if (takeBack && group.Count > 1) return false;
            if (transaction is not null) await (takeBack ? transaction.RollbackAsync() : transaction.CommitAsync());
        }
        catch (PostgresException error) when (open.State == ConnectionState.Open)
        {
            // The server refused a statement and took back the transaction.
            if (group.Count > 1) return false;
            StateLog.StatementRefused(logger, error, table.Name);
            answers = [StateFailure.Unavailable];
        }

        for (int i = 0; i < group.Count; i++) group[i].Done.TrySetResult(answers[i]);
        return true;
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        if (connection is not null && time.GetElapsedTime(lastUse) > Trust && !await AnswersAsync(connection)) await CloseAsync();
        return connection ??= await source.OpenConnectionAsync();
    }

    private static async Task<bool> AnswersAsync(NpgsqlConnection connection)
    {
        try
        {
            await using var ping = new NpgsqlCommand("SELECT 1", connection);
            await ping.ExecuteNonQueryAsync();
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    /// <summary>Closes the connection and with it all that wait in the pool: what broke this one broke them.</summary>
    private async Task CloseAsync()
    {
        if (connection is null) return;
        await connection.DisposeAsync();
        connection = null;
        source.Clear();
    }

    private sealed record Request(IReadOnlyList<PostgresWrite> Writes)
    {
        public TaskCompletionSource<StateFailure?> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
