using System.Data.Common;
using System.Globalization;
using Gateway.Storage.Database;

namespace Gateway.Storage.Backup;

/// <summary>What backups say to a database in its own SQL. Names of tables are <see cref="StoreTables"/>' own.</summary>
internal abstract class BackupSql
{
    /// <summary>What an insert says so that numbers which the database hands out itself are taken as they are.</summary>
    public abstract string TakesNumbers { get; }

    /// <summary>Keeps others from writing to tables until the transaction ends; null: they cannot anyway.</summary>
    public abstract Statement? Lock(IEnumerable<string> tables);

    /// <summary>After rows with numbers of their own, has the database go on behind the highest; null: it does so by itself.</summary>
    public abstract Statement? GoOnBehind(string table, string column);

    /// <summary>The columns of a table but for those that the database computes from others; none when there is no such table.</summary>
    public async Task<IReadOnlyList<TableColumn>> ColumnsAsync(DatabaseTransaction transaction, string table, CancellationToken cancellationToken) =>
        await transaction.QueryAsync(Columns(table), row => Read(table, row), cancellationToken);

    /// <summary>Name, type, whether the database numbers it.</summary>
    protected abstract Statement Columns(string table);

    private static TableColumn Read(string table, DbDataReader row) => new(
        row.GetString(0),
        row.GetString(1).ToLowerInvariant() switch
        {
            "text" => true,
            "bigint" or "integer" => false,
            var other => throw new InvalidOperationException($"The column {row.GetString(0)} of {table} is {other}: backups know text and bigint."),
        },
        Convert.ToBoolean(row.GetValue(2), CultureInfo.InvariantCulture));
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsText">Whether it holds texts; else numbers.</param>
/// <param name="IsNumbered">Whether the database hands out its numbers.</param>
internal sealed record TableColumn(string Name, bool IsText, bool IsNumbered);

/// <summary>As Postgres has it.</summary>
internal sealed class PostgresBackupSql : BackupSql
{
    public static readonly PostgresBackupSql Instance = new();

    public override string TakesNumbers => "overriding system value";

    public override Statement Lock(IEnumerable<string> tables) => new($"lock table {string.Join(", ", tables)} in share row exclusive mode");

    public override Statement GoOnBehind(string table, string column) =>
        new($"select setval(pg_get_serial_sequence('{table}', '{column}'), max({column})) from {table} having max({column}) is not null");

    protected override Statement Columns(string table) => new(
        """
        select attname::text, format_type(atttypid, atttypmod), attidentity <> '' from pg_attribute
        where attrelid = to_regclass(@table) and attnum > 0 and attgenerated = '' and not attisdropped order by attnum
        """,
        ("table", table));
}

/// <summary>As SQLite has it.</summary>
internal sealed class SqliteBackupSql : BackupSql
{
    public static readonly SqliteBackupSql Instance = new();

    public override string TakesNumbers => "";

    public override Statement? Lock(IEnumerable<string> tables) => null;

    public override Statement? GoOnBehind(string table, string column) => null;

    protected override Statement Columns(string table) =>
        new("select name, type, false from pragma_table_xinfo(@table) where hidden = 0 order by cid", ("table", table));
}
