using System.Text.Json;
using Gateway.Core.Queue;
using Microsoft.Data.Sqlite;

namespace Gateway.Actors.Tests.Rig;

/// <summary>Looks into the file of the sidecar's state store.</summary>
internal sealed class StateFile(string path)
{
    private const string HeadPrefix = "statestore||queue:";

    public QueueHead? Head(string deviceId) =>
        Rows(deviceId).Find(row => row.Key == HeadPrefix + deviceId) is { Value: { } json }
            ? JsonSerializer.Deserialize(json, QueueJson.Default.QueueHead)
            : null;

    /// <summary>Documents of a device, and when each goes by itself.</summary>
    public IReadOnlyList<(string Key, DateTimeOffset? Expires)> Documents(string deviceId) =>
        [.. Rows(deviceId).Where(row => row.Key != HeadPrefix + deviceId).Select(row => (row.Key, row.Expires))];

    private List<(string Key, string Value, DateTimeOffset? Expires)> Rows(string deviceId)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "select key, value, expiration_time from state where key = $head or key like $documents";
        command.Parameters.AddWithValue("$head", HeadPrefix + deviceId);
        command.Parameters.AddWithValue("$documents", HeadPrefix + deviceId + ":%");
        using var reader = command.ExecuteReader();
        var rows = new List<(string, string, DateTimeOffset?)>();
        while (reader.Read())
            rows.Add((reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : ParseTime(reader.GetString(2))));
        return rows;
    }

    private static DateTimeOffset ParseTime(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal);
}
