using System.Text;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.Scheduling;
using Microsoft.Data.Sqlite;

namespace Gateway.Sidecar.Jobs;

/// <summary>Jobs in <see cref="SchedulerFile"/>, one row each. Times are .NET ticks in UTC; the definition is JSON.</summary>
internal sealed class SqliteJobJournal : IScheduleJournal<JobKey, Job, JobRow>
{
    private const string Schema =
        """
        CREATE TABLE IF NOT EXISTS jobs (
          space TEXT NOT NULL,
          app_id TEXT NOT NULL,
          name TEXT NOT NULL,
          definition TEXT NOT NULL,
          first INTEGER NOT NULL,
          expires INTEGER,
          tick INTEGER NOT NULL,
          ticks_done INTEGER NOT NULL,
          PRIMARY KEY (space, app_id, name)
        ) WITHOUT ROWID;
        """;

    private readonly SqliteConnection connection;
    private readonly SqliteCommand put;
    private readonly SqliteCommand delete;
    private readonly TimeZoneInfo zone;

    /// <exception cref="SqliteException">The file cannot be opened or is no database.</exception>
    public SqliteJobJournal(string folder, TimeZoneInfo zone)
    {
        this.zone = zone;
        File = Path.Combine(folder, SchedulerFile.Name);
        connection = SchedulerFile.Open(folder, Schema);
        put = SchedulerFile.Prepare(
            connection,
            "INSERT OR REPLACE INTO jobs VALUES ($space, $app, $name, $definition, $first, $expires, $tick, $done)",
            "$space", "$app", "$name", "$definition", "$first", "$expires", "$tick", "$done");
        delete = SchedulerFile.Prepare(connection, "DELETE FROM jobs WHERE space = $space AND app_id = $app AND name = $name", "$space", "$app", "$name");
    }

    public string File { get; }

    public IEnumerable<Job> Load()
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT space, app_id, name, definition, first, expires, tick, ticks_done FROM jobs";
        using SqliteDataReader reader = command.ExecuteReader();
        while (reader.Read())
        {
            JobDefinition definition = JobDefinition.Read(ProtoJson.Parse(Encoding.UTF8.GetBytes(reader.GetString(3))));
            CronSchedule? recurrence = definition.Schedule is { } text ? CronSchedule.TryParse(text, zone, out _, withSeconds: true) : null;
            var schedule = new JobSchedule(
                SchedulerFile.Time(reader.GetInt64(4)), recurrence, definition.Repeats, reader.IsDBNull(5) ? null : SchedulerFile.Time(reader.GetInt64(5)));
            yield return new Job(
                new JobKey(reader.GetString(0), reader.GetString(1), reader.GetString(2)), definition, schedule, SchedulerFile.Time(reader.GetInt64(6)))
            {
                TicksDone = reader.GetInt32(7),
            };
        }
    }

    public JobRow Copy(Job item) =>
        new(item.Definition.ToJson().ToJsonString(ProtoJson.Plain), item.Schedule.First, item.Schedule.Expires, item.Tick, item.TicksDone);

    public void Write(IEnumerable<(JobKey Key, JobRow? Row)> changes)
    {
        using SqliteTransaction transaction = connection.BeginTransaction();
        foreach ((JobKey key, JobRow? row) in changes)
        {
            SqliteCommand command = row is null ? delete : put;
            SqliteParameterCollection values = command.Parameters;
            command.Transaction = transaction;
            values["$space"].Value = key.Space;
            values["$app"].Value = key.AppId;
            values["$name"].Value = key.Name;
            if (row is not null)
            {
                values["$definition"].Value = row.Definition;
                values["$first"].Value = row.First.UtcTicks;
                values["$expires"].Value = (object?)row.Expires?.UtcTicks ?? DBNull.Value;
                values["$tick"].Value = row.Tick.UtcTicks;
                values["$done"].Value = row.TicksDone;
            }

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
}
