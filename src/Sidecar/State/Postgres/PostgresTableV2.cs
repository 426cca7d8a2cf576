using Npgsql;
using NpgsqlTypes;

namespace Gateway.Sidecar.State.Postgres;

/// <summary>
/// Version 2 (https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-postgresql-v2/): values are bytes, and each
/// write gives the row a random etag.
/// </summary>
internal sealed class PostgresTableV2(string name, string metadataTable, string prefix)
    : PostgresTable(name, metadataTable, new PostgresColumns("etag", "updated_at", "expires_at", "false", "etag", "gen_random_uuid()"))
{
    public override string MigrationsKey => "migrations-state-v2-" + prefix;

    public override string CleanupKey => "last-cleanup-state-v2-" + prefix;

    public override IReadOnlyList<string> Migrations =>
    [
        $"""
        CREATE TABLE IF NOT EXISTS {Name} (
          key text NOT NULL PRIMARY KEY,
          value bytea NOT NULL,
          etag uuid NOT NULL DEFAULT gen_random_uuid(),
          created_at timestamptz NOT NULL DEFAULT now(),
          updated_at timestamptz,
          expires_at timestamptz);
        CREATE INDEX ON {Name} (expires_at);
        """,
        AddRowId,
    ];

    public override StateFailure? ReadEtag(string text, out object? etag)
    {
        etag = null;
        string error = $"invalid UUID length: {System.Text.Encoding.UTF8.GetByteCount(text)}";
        if (Digits(text) is { } digits)
        {
            if (Guid.TryParseExact(digits, digits.Length == 32 ? "N" : "D", out Guid id))
            {
                etag = id;
                return null;
            }

            error = "invalid UUID format";
        }

        return StateFailure.Etag(error) with { Unasked = true };
    }

    public override NpgsqlParameter Etag(object etag) => new() { Value = etag, NpgsqlDbType = NpgsqlDbType.Uuid };

    public override NpgsqlParameter Value(byte[] json) => new() { Value = json, NpgsqlDbType = NpgsqlDbType.Bytea };

    protected override string ShowEtag(NpgsqlDataReader row, int column) => row.GetGuid(column).ToString();

    // Bytes are bytes.
    protected override byte[] Unpack(byte[] value) => value;

    // The forms that daprd takes: plain, without hyphens, as urn:uuid:…, and between any two characters.
    private static string? Digits(string text) => text.Length switch
    {
        32 or 36 => text,
        38 => text[1..^1],
        45 when text.StartsWith("urn:uuid:", StringComparison.OrdinalIgnoreCase) => text[9..],
        _ => null,
    };
}
