using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Database.Sqlite;

/// <summary>The database file <c>gateway.db</c> in the data folder.</summary>
internal sealed class SqliteFile
{
    /// <summary>
    /// How long a statement waits for another process's write. Microsoft.Data.Sqlite tries again every 150 ms; SQLite's own
    /// busy_timeout stays unset, since the bundled build, made without usleep, sleeps whole seconds in it.
    /// </summary>
    private const int BusySeconds = 10;

    private readonly string folder;
    private readonly string readers;
    private readonly string writer;

    public SqliteFile(string folder)
    {
        this.folder = folder;
        Path = System.IO.Path.Combine(folder, "gateway.db");
        var settings = new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            Cache = SqliteCacheMode.Private,
            DefaultTimeout = BusySeconds,
            Pooling = true,
        };
        readers = settings.ToString();
        settings.Pooling = false; // Closed in the middle of a transaction, it must really be closed.
        writer = settings.ToString();
    }

    public string Path { get; }

    /// <summary>Makes the folder when it is missing, readable for its owner only.</summary>
    public void Prepare()
    {
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageStartException($"The data folder {folder} (Gateway:DataPath) cannot be made: {e.Message}", e);
        }
    }

    /// <summary>For those who only read: opening would make an empty one.</summary>
    /// <exception cref="StorageStartException">There is no database.</exception>
    public void Require()
    {
        if (!File.Exists(Path)) throw new StorageStartException($"There is no database {Path}.");
    }

    /// <summary>A connection for reading, from the pool.</summary>
    public SqliteConnection Open() => Open(readers);

    /// <summary>
    /// The connection that writes. Synchronous is FULL, not NORMAL: what <c>WriteAsync</c> has answered is dropped from the heads, so it must
    /// outlive a power cut too; group commit shares the cost of the flush.
    /// </summary>
    public SqliteConnection OpenWriter()
    {
        var connection = Open(writer);
        try
        {
            connection.Execute(new Statement("pragma journal_mode = wal"));
            connection.Execute(new Statement("pragma synchronous = full"));

            // Rows of many devices lie far apart: 16 MB hold their pages, and a page that changes often goes into the file once in 16 MB of log.
            connection.Execute(new Statement("pragma cache_size = -16384"));
            connection.Execute(new Statement("pragma wal_autocheckpoint = 4096"));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Closes the pooled connections; the last to close folds the write-ahead log into the file.</summary>
    public void Close()
    {
        using var connection = new SqliteConnection(readers);
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>One line for the console.</summary>
    public StorageStartException StartError(SqliteException error) => new(error.SqliteErrorCode switch
    {
        SqliteErrors.NotADatabase or SqliteErrors.Corrupt =>
            $"The database {Path} is damaged or no SQLite database: restore it from a backup, or move it away to start empty.",
        SqliteErrors.CannotOpen or SqliteErrors.ReadOnly or SqliteErrors.Permission =>
            $"The database {Path} cannot be opened for writing: check that the folder and the file belong to this user.",
        SqliteErrors.Busy or SqliteErrors.Locked => $"The database {Path} is held by another process.",
        SqliteErrors.Full => $"The database {Path} cannot be written: the disk is full.",
        _ => $"The database {Path} cannot be used: {error.Message.ReplaceLineEndings(" ")}",
    }, error);

    private static SqliteConnection Open(string connectionString)
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
