using Npgsql;

namespace Gateway.Sidecar.State.Postgres;

/// <summary>
/// Removes expired rows every interval. A row of the metadata table tells when that was last done, so that of the sidecars of both kinds
/// that share a table one does it. Runs until it is disposed of.
/// </summary>
internal sealed class PostgresCleanup : IAsyncDisposable
{
    // So much earlier than the interval counts as on time.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(100);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task loop;

    public PostgresCleanup(NpgsqlDataSource source, PostgresTable table, TimeSpan interval, TimeProvider time, ILogger logger) =>
        loop = RunAsync(source, table, interval, new PeriodicTimer(interval, time), logger);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await loop;
        stopping.Dispose();
    }

    private async Task RunAsync(NpgsqlDataSource source, PostgresTable table, TimeSpan interval, PeriodicTimer timer, ILogger logger)
    {
        using PeriodicTimer ticks = timer;
        try
        {
            while (await ticks.WaitForNextTickAsync(stopping.Token))
            {
                try
                {
                    await RemoveAsync(source, table, interval);
                }
                catch (NpgsqlException error)
                {
                    StateLog.CleanupFailed(logger, error, table.Name);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The store closes.
        }
    }

    private async Task RemoveAsync(NpgsqlDataSource source, PostgresTable table, TimeSpan interval)
    {
        await using NpgsqlCommand turn = source.CreateCommand($"""
            INSERT INTO {table.MetadataTable} AS t (key, value) VALUES ($1, now()::text)
            ON CONFLICT (key) DO UPDATE SET value = now()::text WHERE now() - t.value::timestamptz > $2
            """);
        turn.Parameters.Add(new() { Value = table.CleanupKey });
        turn.Parameters.Add(new() { Value = interval - Slack });
        if (await turn.ExecuteNonQueryAsync(stopping.Token) == 0) return;
        await using NpgsqlCommand remove = source.CreateCommand(table.RemoveExpired);
        // Much may have gathered; daprd gives it ten minutes too.
        remove.CommandTimeout = 600;
        await remove.ExecuteNonQueryAsync(stopping.Token);
    }
}
