using System.Data.Common;
using Gateway.Storage.Backup;
using Gateway.Storage.Migrations;

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

    /// <summary>What the database is called in a message.</summary>
    public abstract string Name { get; }

    /// <summary>The migrations that this program knows.</summary>
    public abstract IReadOnlyList<Migration> Migrations { get; }

    /// <summary>What backups say to it in its own SQL.</summary>
    public abstract BackupSql BackupSql { get; }

    /// <summary>
    /// Begins a transaction of its own. For reading it sees one moment, whatever others write. For writing it waits until no other of
    /// these, in whatever process, is under way.
    /// </summary>
    public abstract Task<DatabaseTransaction> BeginAsync(bool forWriting, CancellationToken cancellationToken);

    /// <summary>
    /// Applies what is missing of the migrations in one transaction under a lock. Throws <see cref="StorageStartException"/> when the
    /// database cannot be used.
    /// </summary>
    public async Task MigrateAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await using var transaction = await BeginAsync(forWriting: true, cancellationToken);
            await Migrator.ApplyAsync(transaction, this, int.MaxValue, now, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (Exception e) when (StartError(e) is { } error)
        {
            throw error;
        }
    }

    /// <summary>The migrations that are not applied yet. Throws as <see cref="MigrateAsync"/> does.</summary>
    public async Task<IReadOnlyList<Migration>> PendingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var transaction = await BeginAsync(forWriting: false, cancellationToken);
            var isNew = (await BackupSql.ColumnsAsync(transaction, MigrationTable.Name, cancellationToken)).Count == 0;
            var applied = isNew ? [] : await transaction.QueryAsync(new Statement(MigrationTable.Select), MigrationTable.Read, cancellationToken);
            return Migration.Pending(Migrations, applied, Name);
        }
        catch (Exception e) when (StartError(e) is { } error)
        {
            throw error;
        }
    }

    /// <summary>What a driver's error at the start means to an operator; null: it is not a driver's.</summary>
    public abstract StorageStartException? StartError(Exception e);

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
