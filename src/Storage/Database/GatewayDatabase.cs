using System.Data.Common;

namespace Gateway.Storage.Database;

/// <summary>
/// The database behind every store. The stores are written once, in the SQL that Postgres and SQLite share; here is where the two
/// differ. Thread-safe. Every member throws <see cref="StorageUnavailableException"/> when the database does not answer.
/// </summary>
internal abstract class GatewayDatabase : IAsyncDisposable
{
    /// <summary>Makes a table of rows for a statement.</summary>
    public abstract Rows Rows<T>(IReadOnlyCollection<T> rows, params ReadOnlySpan<Column<T>> columns);

    /// <summary>Runs a statement that only reads; a broken connection is tried again.</summary>
    public abstract Task<List<T>> QueryAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellationToken);

    /// <summary>Runs a statement that changes something and answers rows by <c>returning</c>.</summary>
    public abstract Task<List<T>> ChangeAsync<T>(
        Statement statement, Func<DbDataReader, T> read, Repeat repeat, CancellationToken cancellationToken);

    /// <summary>Runs statements in one transaction; answers how many rows they changed.</summary>
    public abstract Task<long> ExecuteAsync(IReadOnlyList<Statement> statements, Repeat repeat, CancellationToken cancellationToken);

    /// <summary>
    /// Applies what is missing of the migrations in one transaction under a lock. Throws <see cref="StorageStartException"/> when the
    /// database cannot be used.
    /// </summary>
    public abstract Task MigrateAsync(DateTimeOffset now, CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();
}

/// <summary>Whether a statement may be sent again when nobody knows whether it took effect.</summary>
internal enum Repeat
{
    /// <summary>No: a second run could answer something else.</summary>
    Never,

    /// <summary>Yes: a second run changes nothing.</summary>
    Safe,
}
