using Microsoft.Data.Sqlite;

namespace Gateway.Sidecar.State.Sqlite;

/// <summary>The writer's statements, prepared once. Used by the writer's thread alone.</summary>
internal sealed class SqliteStatements : IDisposable
{
    private readonly SqliteCommand upsert;
    private readonly SqliteCommand insert;
    private readonly SqliteCommand update;
    private readonly SqliteCommand delete;
    private readonly SqliteCommand deleteMatching;
    private readonly SqliteCommand removeExpired;
    private readonly SqliteCommand rollback;

    public SqliteStatements(SqliteConnection connection, SqliteSql sql)
    {
        Begin = Create(connection, "BEGIN IMMEDIATE");
        Commit = Create(connection, "COMMIT");
        rollback = Create(connection, "ROLLBACK");
        Savepoint = Create(connection, "SAVEPOINT request");
        RollbackToSavepoint = Create(connection, "ROLLBACK TO request");
        ReleaseSavepoint = Create(connection, "RELEASE request");
        upsert = Create(connection, sql.Upsert, "$key", "$now", "$value", "$expires");
        insert = Create(connection, sql.Insert, "$key", "$now", "$value", "$expires");
        update = Create(connection, sql.Update, "$key", "$now", "$value", "$expires", "$etag");
        delete = Create(connection, sql.Delete, "$key");
        deleteMatching = Create(connection, sql.DeleteMatching, "$key", "$now", "$etag");
        removeExpired = Create(connection, sql.RemoveExpired, "$now");
    }

    public SqliteCommand Begin { get; }

    public SqliteCommand Commit { get; }

    public SqliteCommand Savepoint { get; }

    public SqliteCommand RollbackToSavepoint { get; }

    public SqliteCommand ReleaseSavepoint { get; }

    /// <summary>Runs one write; the refusal, or null.</summary>
    public StateFailure? Execute(SqliteWrite row)
    {
        StateWrite write = row.Write;
        bool hasEtag = !string.IsNullOrEmpty(write.ETag);
        SqliteCommand command;
        if (write.Value is { } value)
        {
            command = hasEtag ? update : write.FirstWrite ? insert : upsert;
            command.Parameters["$value"].Value = value;
            command.Parameters["$expires"].Value = (object?)row.Expires ?? DBNull.Value;
            command.Parameters["$now"].Value = row.Now;
        }
        else
        {
            // First-write means nothing to a delete without an etag in this store.
            command = hasEtag ? deleteMatching : delete;
            if (hasEtag) command.Parameters["$now"].Value = row.Now;
        }

        command.Parameters["$key"].Value = write.Key;
        if (hasEtag) command.Parameters["$etag"].Value = write.ETag;
        bool changed = command.ExecuteNonQuery() > 0;
        return changed || command == delete ? null : StateFailure.Etag();
    }

    public void RemoveExpired(string now)
    {
        removeExpired.Parameters["$now"].Value = now;
        removeExpired.ExecuteNonQuery();
    }

    /// <summary>Ends a transaction that failed; SQLite has already done so after some errors.</summary>
    public void TryRollback()
    {
        try
        {
            rollback.ExecuteNonQuery();
        }
        catch (SqliteException)
        {
            // No transaction is open any more.
        }
    }

    public void Dispose()
    {
        foreach (SqliteCommand command in (SqliteCommand[])
            [Begin, Commit, rollback, Savepoint, RollbackToSavepoint, ReleaseSavepoint, upsert, insert, update, delete, deleteMatching, removeExpired])
            command.Dispose();
    }

    private static SqliteCommand Create(SqliteConnection connection, string text, params string[] parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = text;
        foreach (string parameter in parameters)
            command.Parameters.Add(parameter, parameter == "$value" ? SqliteType.Blob : SqliteType.Text);
        return command;
    }
}
