using System.Text.Json;
using Gateway.Core.Queue;
using Microsoft.Data.Sqlite;

namespace Gateway.EndToEnd.Tests.Backup;

/// <summary>The files of the embedded default, read past every program while none runs: what a move must keep is compared with nothing left out.</summary>
internal sealed class DataFiles(string folder)
{
    /// <summary>What belongs to one deployment: sockets, what limits count, which statements made the tables.</summary>
    private static readonly string[] LeftBehind = ["device_channels", "rate_counts", "schema_migrations"];

    static DataFiles() => SQLitePCL.Batteries_V2.Init();

    /// <summary>Every row of every table, in no order.</summary>
    public IReadOnlyList<string> Rows()
    {
        var tables = Read("gateway.db", "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'", row => row.GetString(0));
        return [.. tables.Except(LeftBehind).SelectMany(table => Read("gateway.db", $"select * from {table}", row => Text(table, row))).Order(StringComparer.Ordinal)];
    }

    /// <summary>Every value of the state store but for replicas' signs of life; of heads what goes to another deployment.</summary>
    public IReadOnlyList<string> State() =>
    [
        .. Read("state.db", "select key, cast(value as text) from state", row => (Key: row.GetString(0), Value: row.GetString(1)))
            .Where(item => !item.Key.Contains("||replica:", StringComparison.Ordinal))
            .Select(item => $"{item.Key} {(item.Key.Split(':').Length == 2 ? Head(item.Value) : item.Value)}")
            .Order(StringComparer.Ordinal),
    ];

    private static string Head(string json) => JsonSerializer.Serialize(
        JsonSerializer.Deserialize(json, QueueJson.Default.QueueHead)!.ForAnotherDeployment(), QueueJson.Default.QueueHead);

    private static string Text(string table, SqliteDataReader row) =>
        table + string.Concat(Enumerable.Range(0, row.FieldCount).Select(i => $" {row.GetName(i)}={(row.IsDBNull(i) ? "null" : JsonSerializer.Serialize(row.GetValue(i)))}"));

    private List<T> Read<T>(string file, string sql, Func<SqliteDataReader, T> read)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, file)};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var rows = command.ExecuteReader();
        var found = new List<T>();
        while (rows.Read()) found.Add(read(rows));
        return found;
    }
}
