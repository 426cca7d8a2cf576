using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;

namespace Gateway.Sidecar.State.Sqlite;

/// <summary>
/// Connections for reading, each with its statement prepared, kept and used again: as many as there are reads at once. In WAL
/// mode they neither wait for the writer nor hold it up. Thread-safe.
/// </summary>
internal sealed class SqliteReaders(string connectionString, string sql) : IDisposable
{
    private readonly ConcurrentBag<Reader> idle = [];
    private bool disposed;

    /// <summary>The value of a key that has not expired at <paramref name="now"/>, or null.</summary>
    public StateItem? Get(string key, string now)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        Reader? reader = null;
        try
        {
            if (!idle.TryTake(out reader)) reader = new Reader(connectionString, sql);
            StateItem? item = reader.Get(key, now);
            idle.Add(reader);
            if (disposed) DisposeIdle();
            return item;
        }
        catch (Exception error) when (error is SqliteException or FormatException)
        {
            reader?.Dispose();
            throw new StateStoreException(error);
        }
    }

    public void Dispose()
    {
        disposed = true;
        DisposeIdle();
    }

    private void DisposeIdle()
    {
        while (idle.TryTake(out Reader? reader)) reader.Dispose();
    }

    private sealed class Reader : IDisposable
    {
        private readonly SqliteConnection connection;
        private readonly SqliteCommand command;
        private readonly SqliteParameter key;
        private readonly SqliteParameter now;

        public Reader(string connectionString, string sql)
        {
            connection = new SqliteConnection(connectionString);
            connection.Open();
            command = connection.CreateCommand();
            command.CommandText = sql;
            key = command.Parameters.Add("$key", SqliteType.Text);
            now = command.Parameters.Add("$now", SqliteType.Text);
        }

        public StateItem? Get(string storedKey, string moment)
        {
            key.Value = storedKey;
            now.Value = moment;
            using SqliteDataReader row = command.ExecuteReader();
            if (!row.Read()) return null;
            byte[] value = row.GetFieldValue<byte[]>(0);
            // daprd keeps what came over gRPC as base64.
            if (row.GetBoolean(1)) value = Convert.FromBase64String(Encoding.ASCII.GetString(value));
            DateTimeOffset? expires = row.IsDBNull(3)
                ? null
                : DateTimeOffset.ParseExact(row.GetString(3), SqliteStateStore.TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            return new StateItem(value, row.GetString(2), expires);
        }

        public void Dispose()
        {
            command.Dispose();
            connection.Dispose();
        }
    }
}
