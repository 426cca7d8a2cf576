using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Actors.Scheduling;
using Gateway.Sidecar.Scheduling;
using Microsoft.Data.Sqlite;

namespace Gateway.Sidecar.Actors.Reminders;

/// <summary>
/// Reminders in <see cref="SchedulerFile"/>, one row each. Times are .NET ticks in UTC.
/// </summary>
internal sealed class SqliteReminderJournal : IScheduleJournal<ReminderKey, Reminder, ReminderRow>
{
    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS reminders (
          actor_type TEXT NOT NULL,
          actor_id TEXT NOT NULL,
          name TEXT NOT NULL,
          due_time TEXT NOT NULL,
          data BLOB,
          first INTEGER NOT NULL,
          every INTEGER,
          repeats INTEGER,
          expires INTEGER,
          tick INTEGER NOT NULL,
          ticks_done INTEGER NOT NULL,
          PRIMARY KEY (actor_type, actor_id, name)
        ) WITHOUT ROWID;
        """;

    private const string Columns = "actor_type, actor_id, name, due_time, data, first, every, repeats, expires, tick, ticks_done";

    private readonly SqliteConnection connection;
    private readonly SqliteCommand put;
    private readonly SqliteCommand delete;

    /// <exception cref="SqliteException">The file cannot be opened or is no database.</exception>
    public SqliteReminderJournal(string folder)
    {
        File = Path.Combine(folder, SchedulerFile.Name);
        connection = SchedulerFile.Open(folder, Schema);
        put = SchedulerFile.Prepare(
            connection,
            $"INSERT OR REPLACE INTO reminders ({Columns}) VALUES ($type, $id, $name, $due, $data, $first, $every, $repeats, $expires, $tick, $done)",
            "$type", "$id", "$name", "$due", "$data", "$first", "$every", "$repeats", "$expires", "$tick", "$done");
        delete = SchedulerFile.Prepare(
            connection, "DELETE FROM reminders WHERE actor_type = $type AND actor_id = $id AND name = $name", "$type", "$id", "$name");
    }

    public string File { get; }

    public IEnumerable<Reminder> Load()
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM reminders";
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            var schedule = new ReminderSchedule(
                SchedulerFile.Time(reader.GetInt64(5)),
                reader.IsDBNull(6) ? null : TimeSpan.FromTicks(reader.GetInt64(6)),
                reader.IsDBNull(7) ? null : reader.GetInt32(7),
                reader.IsDBNull(8) ? null : SchedulerFile.Time(reader.GetInt64(8)));
            yield return new Reminder(
                new ReminderKey(new ActorKey(reader.GetString(0), reader.GetString(1)), reader.GetString(2)),
                reader.GetString(3),
                reader.IsDBNull(4) ? null : (ReadOnlyMemory<byte>?)(byte[])reader.GetValue(4),
                schedule,
                SchedulerFile.Time(reader.GetInt64(9)))
            {
                TicksDone = reader.GetInt32(10),
            };
        }
    }

    public ReminderRow Copy(Reminder item) => ReminderRow.Of(item);

    public void Write(IEnumerable<(ReminderKey Key, ReminderRow? Row)> changes)
    {
        using SqliteTransaction transaction = connection.BeginTransaction();
        foreach ((ReminderKey key, ReminderRow? row) in changes)
        {
            SqliteCommand command = row is null ? delete : put;
            command.Transaction = transaction;
            command.Parameters["$type"].Value = key.Actor.Type;
            command.Parameters["$id"].Value = key.Actor.Id;
            command.Parameters["$name"].Value = key.Name;
            if (row is not null) Bind(row);
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    public void Dispose()
    {
        put.Dispose();
        delete.Dispose();
        connection.Dispose();
    }

    private void Bind(ReminderRow row)
    {
        SqliteParameterCollection values = put.Parameters;
        values["$due"].Value = row.DueTime;
        values["$data"].Value = row.Data is { } data ? data.ToArray() : DBNull.Value;
        values["$first"].Value = row.First.UtcTicks;
        values["$every"].Value = (object?)row.Every?.Ticks ?? DBNull.Value;
        values["$repeats"].Value = (object?)row.Repeats ?? DBNull.Value;
        values["$expires"].Value = (object?)row.Expires?.UtcTicks ?? DBNull.Value;
        values["$tick"].Value = row.Tick.UtcTicks;
        values["$done"].Value = row.TicksDone;
    }
}
