using System.Globalization;
using Gateway.Sidecar.Components;
using Microsoft.Data.Sqlite;

namespace Gateway.Sidecar.State.Sqlite;

/// <summary>
/// <c>state.sqlite</c>: a file in WAL mode that is also one of daprd's. Writes go through <see cref="SqliteWriter"/>, which
/// commits those that wait at the same time together; reads go beside it, each on a connection of its own.
/// </summary>
internal sealed class SqliteStateStore : IStateStore
{
    /// <summary>How daprd writes times: text that sorts, in whole seconds.</summary>
    internal const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    private readonly TimeProvider time;
    private readonly SqliteWriter writer;
    private readonly SqliteReaders readers;
    private readonly ITimer? cleanup;

    private SqliteStateStore(SqliteSettings settings, SqliteSql sql, SqliteConnection connection, string connectionString, TimeProvider time, ILogger logger)
    {
        this.time = time;
        writer = new SqliteWriter(connection, sql, logger);
        readers = new SqliteReaders(connectionString, sql.Get);
        if (settings.CleanupInterval is { Ticks: > 0 } interval)
            cleanup = time.CreateTimer(_ => writer.RemoveExpired(Text(time.GetUtcNow())), null, interval, interval);
    }

    public IReadOnlyList<string> Capabilities => StateCapabilities.All;

    /// <summary>Opens or creates the file.</summary>
    /// <exception cref="ComponentException">The file cannot be used; the message says why.</exception>
    public static Task<SqliteStateStore> OpenAsync(SqliteSettings settings, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        SQLitePCL.Batteries_V2.Init();
        string folder = Path.GetDirectoryName(Path.GetFullPath(settings.Path))!;
        var connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = settings.Path,
            Pooling = false,
            DefaultTimeout = (int)Math.Max(1, settings.BusyTimeout.TotalSeconds),
        }.ToString();
        try
        {
            if (settings.MakeFolder) Directory.CreateDirectory(folder);
            if (!Directory.Exists(folder)) throw new ComponentException($"{settings.Path}: the folder does not exist");
            var sql = new SqliteSql(settings.Table, settings.MetadataTable);
            SqliteConnection connection = Prepare(connectionString, settings, sql);
            return Task.FromResult(new SqliteStateStore(settings, sql, connection, connectionString, time, loggers.CreateLogger("Gateway.Sidecar.State")));
        }
        catch (SqliteException error)
        {
            throw new ComponentException($"{settings.Path}: {Explain(error)}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"{settings.Path}: {YamlReading.OneLine(error.Message)}", error);
        }
    }

    public ValueTask<StateItem?> GetAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(readers.Get(key, Text(time.GetUtcNow())));
    }

    public ValueTask<IReadOnlyList<BulkStateItem>> GetBulkAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        string now = Text(time.GetUtcNow());
        List<BulkStateItem> items = [.. keys.Distinct(StringComparer.Ordinal).Select(key => new BulkStateItem(key, readers.Get(key, now)))];
        // daprd asks SQL once for all keys, and leaves an empty entry for each doubled one.
        while (items.Count < keys.Count) items.Add(new BulkStateItem("", null));
        return ValueTask.FromResult<IReadOnlyList<BulkStateItem>>(items);
    }

    public ValueTask<StateFailure?> WriteAsync(StateWrite write, CancellationToken cancellationToken) => TransactAsync([write], cancellationToken);

    public async ValueTask<StateFailure?> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        var rows = new SqliteWrite[writes.Count];
        for (int i = 0; i < writes.Count; i++)
        {
            StateWrite write = writes[i];
            if (TimeToLive.ParseForSql(write.Ttl, out long seconds) is { } failure) return failure;
            rows[i] = new SqliteWrite(write, Text(now), seconds > 0 ? Text(now.AddSeconds(seconds)) : null);
        }

        return await writer.WriteAsync(rows, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (cleanup is not null) await cleanup.DisposeAsync();
        await writer.DisposeAsync();
        readers.Dispose();
    }

    private static string Text(DateTimeOffset moment) => moment.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static SqliteConnection Prepare(string connectionString, SqliteSettings settings, SqliteSql sql)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            Run(connection, $"PRAGMA busy_timeout = {(long)settings.BusyTimeout.TotalMilliseconds}");
            Run(connection, $"PRAGMA journal_mode = {(settings.DisableWal ? "DELETE" : "WAL")}");
            Run(connection, $"PRAGMA synchronous = {settings.Synchronous}");
            using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
            Run(connection, sql.Schema, transaction);
            using SqliteCommand version = connection.CreateCommand();
            version.Transaction = transaction;
            version.CommandText = sql.SchemaVersion;
            if (version.ExecuteScalar() as string is not "1" and var found)
                throw new ComponentException($"{settings.Path}: has schema version {found}, and only 1 is known");
            transaction.Commit();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static void Run(SqliteConnection connection, string text, SqliteTransaction? transaction = null)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private static string Explain(SqliteException error) => error.SqliteErrorCode switch
    {
        SQLitePCL.raw.SQLITE_CANTOPEN => "cannot be opened or created; check that the folder may be written",
        SQLitePCL.raw.SQLITE_READONLY => "is read-only, or its folder is",
        SQLitePCL.raw.SQLITE_NOTADB => "is not a SQLite database",
        SQLitePCL.raw.SQLITE_CORRUPT => "is damaged; restore it from a backup or move it away",
        SQLitePCL.raw.SQLITE_BUSY or SQLitePCL.raw.SQLITE_LOCKED => "is locked by another process",
        SQLitePCL.raw.SQLITE_FULL => "cannot grow; the disk is full",
        SQLitePCL.raw.SQLITE_IOERR => "cannot be read or written (I/O error)",
        _ => YamlReading.OneLine(error.Message),
    };
}
