namespace Gateway.Sidecar.State.Sqlite;

/// <summary>
/// The statements, on the table layout of daprd. The etag is a decimal counter where daprd writes a random one: it starts at 1
/// and counts on from what is there, so that a client may predict it (a random etag of daprd becomes some other number).
/// Values go in and out as bytes; the column stays text.
/// </summary>
internal sealed class SqliteSql(string table, string metadataTable)
{
    private const string Next = "CAST(CAST(etag AS INTEGER) + 1 AS TEXT)";
    private const string Alive = "(expiration_time IS NULL OR expiration_time > $now)";

    /// <summary>As daprd's own migration leaves them.</summary>
    public string Schema => $"""
        CREATE TABLE IF NOT EXISTS {metadataTable} (key text NOT NULL PRIMARY KEY, value text NOT NULL);
        CREATE TABLE IF NOT EXISTS {table} (
          key TEXT NOT NULL PRIMARY KEY,
          value TEXT NOT NULL,
          is_binary BOOLEAN NOT NULL,
          etag TEXT NOT NULL,
          expiration_time TIMESTAMP DEFAULT NULL,
          update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
        INSERT OR IGNORE INTO {metadataTable} (key, value) VALUES ('migrations', '1');
        """;

    public string SchemaVersion => $"SELECT value FROM {metadataTable} WHERE key = 'migrations'";

    public string Get => $"SELECT CAST(value AS BLOB), is_binary, etag, expiration_time FROM {table} WHERE key = $key AND {Alive}";

    /// <summary>Any etag will do.</summary>
    public string Upsert => $"""
        INSERT INTO {table} (key, value, is_binary, etag, expiration_time, update_time)
        VALUES ($key, CAST($value AS TEXT), 0, '1', $expires, $now)
        ON CONFLICT (key) DO UPDATE SET
          value = excluded.value, is_binary = 0, etag = CASE WHEN {Alive} THEN {Next} ELSE '1' END,
          expiration_time = excluded.expiration_time, update_time = excluded.update_time
        """;

    /// <summary>The key must not exist; an expired one does not.</summary>
    public string Insert => $"""
        INSERT INTO {table} (key, value, is_binary, etag, expiration_time, update_time)
        VALUES ($key, CAST($value AS TEXT), 0, '1', $expires, $now)
        ON CONFLICT (key) DO UPDATE SET
          value = excluded.value, is_binary = 0, etag = '1',
          expiration_time = excluded.expiration_time, update_time = excluded.update_time
        WHERE NOT {Alive}
        """;

    /// <summary>The key must have the etag.</summary>
    public string Update => $"""
        UPDATE {table} SET value = CAST($value AS TEXT), is_binary = 0, etag = {Next}, expiration_time = $expires, update_time = $now
        WHERE key = $key AND etag = $etag AND {Alive}
        """;

    public string Delete => $"DELETE FROM {table} WHERE key = $key";

    public string DeleteMatching => $"DELETE FROM {table} WHERE key = $key AND etag = $etag AND {Alive}";

    public string RemoveExpired => $"DELETE FROM {table} WHERE expiration_time IS NOT NULL AND expiration_time <= $now";
}
