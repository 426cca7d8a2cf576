using System.Data.Common;
using Gateway.Storage.Database;

namespace Gateway.Storage.Migrations;

/// <summary>The table that says which migrations a database has; the same on both databases.</summary>
internal static class MigrationTable
{
    public const string Name = "schema_migrations";

    public const string Create =
        """
        create table if not exists schema_migrations (
          version bigint primary key,
          name text not null,
          checksum text not null,
          applied_at bigint not null
        )
        """;

    public const string Select = "select version, name, checksum from schema_migrations order by version";

    public static Statement Insert(Migration migration, DateTimeOffset now) => new(
        "insert into schema_migrations (version, name, checksum, applied_at) values (@version, @name, @checksum, @now)",
        ("version", migration.Version), ("name", migration.Name), ("checksum", migration.Checksum), ("now", now));

    public static AppliedMigration Read(DbDataReader row) => new((int)row.GetInt64(0), row.GetString(1), row.GetString(2));
}
