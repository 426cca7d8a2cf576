using System.Net.Sockets;
using Gateway.Sidecar.Components;
using Npgsql;
using NpgsqlTypes;

namespace Gateway.Sidecar.State.Postgres;

/// <summary>
/// <c>state.postgresql</c>, versions 1 and 2, in the tables of daprd. Writes go through <see cref="PostgresWriter"/>, which sends those
/// that wait at the same time together; reads go beside it, each on a connection of the pool.
/// </summary>
internal sealed class PostgresStateStore : IStateStore
{
    private static readonly string[] StoreCapabilities = ["ETAG", "TRANSACTIONAL", "TTL", "KEYS_LIKE", "ACTOR"];
    private readonly NpgsqlDataSource source;
    private readonly PostgresTable table;
    private readonly PostgresWriter writer;
    private readonly PostgresCleanup? cleanup;

    private PostgresStateStore(NpgsqlDataSource source, PostgresSettings settings, TimeProvider time, ILogger logger)
    {
        this.source = source;
        table = settings.Table;
        writer = new PostgresWriter(source, table, time, logger);
        if (settings.CleanupInterval is { } interval) cleanup = new PostgresCleanup(source, table, interval, time, logger);
    }

    public IReadOnlyList<string> Capabilities => StoreCapabilities;

    public bool DeleteReadsOptions => false;

    /// <summary>Connects, and makes the tables where they are missing.</summary>
    /// <exception cref="ComponentException">The server is not there or refuses; the message says why.</exception>
    public static async Task<PostgresStateStore> OpenAsync(PostgresSettings settings, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        NpgsqlDataSource source = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        try
        {
            await PostgresSchema.PrepareAsync(source, settings.Table, cancellationToken);
            return new PostgresStateStore(source, settings, time, loggers.CreateLogger("Gateway.Sidecar.State"));
        }
        catch (Exception error)
        {
            await source.DisposeAsync();
            if (error is not (NpgsqlException or SocketException or IOException or TimeoutException)) throw;
            string reason = error is PostgresException refused ? refused.MessageText : error.Message;
            throw new ComponentException($"failed to connect to the database: {YamlReading.OneLine(reason)}", error);
        }
    }

    public async ValueTask<StateItem?> GetAsync(string key, CancellationToken cancellationToken)
    {
        List<BulkStateItem> found = await ReadAsync(table.Get, NpgsqlDbType.Text, key, cancellationToken);
        return found.Count == 0 ? null : found[0].Item;
    }

    public async ValueTask<IReadOnlyList<BulkStateItem>> GetBulkAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0) return [];
        List<BulkStateItem> items = await ReadAsync(table.GetMany, NpgsqlDbType.Array | NpgsqlDbType.Text, keys.ToArray(), cancellationToken);
        items.AddRange(keys.Except(items.Select(item => item.Key), StringComparer.Ordinal).Select(key => new BulkStateItem(key, null)).ToList());
        // daprd leaves an empty entry for each doubled key.
        while (items.Count < keys.Count) items.Add(new BulkStateItem("", null));
        return items;
    }

    public ValueTask<StateFailure?> WriteAsync(StateWrite write, CancellationToken cancellationToken) => TransactAsync([write], cancellationToken);

    public async ValueTask<StateFailure?> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        var rows = new PostgresWrite[writes.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            StateWrite write = writes[i];
            long seconds = 0;
            object? etag = null;
            if (write.Value is not null && TimeToLive.ParseForSql(write.Ttl, out seconds) is { } wrong) return wrong;
            if (!string.IsNullOrEmpty(write.ETag) && table.ReadEtag(write.ETag, out etag) is { } refusal) return refusal;
            rows[i] = new PostgresWrite(write, etag, seconds);
        }

        return await writer.WriteAsync(rows, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (cleanup is not null) await cleanup.DisposeAsync();
        await writer.DisposeAsync();
        await source.DisposeAsync();
    }

    private async Task<List<BulkStateItem>> ReadAsync(string sql, NpgsqlDbType type, object keys, CancellationToken cancellationToken)
    {
        for (bool first = true; ; first = false)
        {
            try
            {
                await using NpgsqlCommand command = source.CreateCommand(sql);
                command.Parameters.Add(new NpgsqlParameter { Value = keys, NpgsqlDbType = type });
                await using NpgsqlDataReader row = await command.ExecuteReaderAsync(cancellationToken);
                List<BulkStateItem> items = [];
                while (await row.ReadAsync(cancellationToken)) items.Add(new BulkStateItem(row.GetString(0), table.Read(row)));
                return items;
            }
            catch (Exception error) when (first && error is NpgsqlException { IsTransient: true, InnerException: not TimeoutException })
            {
                // The pool held a connection from before the server was started again, and all that it holds are such.
                source.Clear();
            }
            catch (Exception error) when (error is NpgsqlException or SocketException or TimeoutException or FormatException)
            {
                throw new StateStoreException(error);
            }
        }
    }
}
