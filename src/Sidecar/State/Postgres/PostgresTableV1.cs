using System.Globalization;
using System.Text.Json;
using Gateway.Sidecar.Routing;
using Npgsql;
using NpgsqlTypes;

namespace Gateway.Sidecar.State.Postgres;

/// <summary>
/// Version 1 (https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-postgresql-v1/): values are <c>jsonb</c>,
/// which adds blanks, and the etag is the number of the transaction that wrote the row.
/// </summary>
internal sealed class PostgresTableV1(string name, string metadataTable)
    : PostgresTable(name, metadataTable, new PostgresColumns("xmin", "updatedate", "expiredate", "isbinary", "isbinary", "false"))
{
    public override string MigrationsKey => "migrations";

    public override string CleanupKey => "last-cleanup";

    public override IReadOnlyList<string> Migrations =>
    [
        $"""
        CREATE TABLE IF NOT EXISTS {Name} (
          key text NOT NULL PRIMARY KEY,
          value jsonb NOT NULL,
          isbinary boolean NOT NULL,
          insertdate timestamptz NOT NULL DEFAULT now(),
          updatedate timestamptz)
        """,
        $"ALTER TABLE {Name} ADD COLUMN IF NOT EXISTS expiredate timestamptz",
        AddRowId,
    ];

    public override StateFailure? ReadEtag(string text, out object? etag)
    {
        etag = null;
        if (uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint transaction))
        {
            etag = transaction;
            return null;
        }

        bool number = text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9');
        return StateFailure.EtagInvalid($"strconv.ParseUint: parsing {GoEscaping.Quote(text)}: {(number ? "value out of range" : "invalid syntax")}");
    }

    public override NpgsqlParameter Etag(object etag) => new() { Value = etag, NpgsqlDbType = NpgsqlDbType.Xid };

    public override NpgsqlParameter Value(byte[] json) => new() { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb };

    protected override string ShowEtag(NpgsqlDataReader row, int column) => row.GetFieldValue<uint>(column).ToString(CultureInfo.InvariantCulture);

    // What daprd got over gRPC it keeps as a JSON string of base64.
    protected override byte[] Unpack(byte[] value) => JsonSerializer.Deserialize<byte[]>(value) ?? [];
}
