using Npgsql;
using NpgsqlTypes;

namespace Gateway.Sidecar.State.Postgres;

/// <summary>A write whose etag and time to live have been read, so that nothing but the server can refuse it.</summary>
internal readonly record struct PostgresWrite(StateWrite Write, object? Etag, long Seconds)
{
    /// <summary>The refusal when the statement changed no row; null for a delete of a key that is not there.</summary>
    public StateFailure? WhenNothingChanged =>
        Etag is not null ? StateFailure.Etag()
        : Write.Value is not null ? new StateFailure(StateFailureKind.Other, "no item was updated")
        : null;

    /// <summary>A statement for it, for one execution.</summary>
    public NpgsqlBatchCommand Statement(PostgresTable table)
    {
        var key = new NpgsqlParameter { Value = Write.Key, NpgsqlDbType = NpgsqlDbType.Text };
        if (Write.Value is not { } value)
        {
            // First-write means nothing to a delete in this store.
            return Etag is null
                ? new NpgsqlBatchCommand(table.Delete) { Parameters = { key } }
                : new NpgsqlBatchCommand(table.DeleteMatching) { Parameters = { key, table.Etag(Etag) } };
        }

        var seconds = new NpgsqlParameter { Value = Seconds > 0 ? (double)Seconds : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Double };
        return Etag is null
            ? new NpgsqlBatchCommand(Write.FirstWrite ? table.Insert : table.Upsert) { Parameters = { key, table.Value(value), seconds } }
            : new NpgsqlBatchCommand(table.Update) { Parameters = { key, table.Value(value), seconds, table.Etag(Etag) } };
    }
}
