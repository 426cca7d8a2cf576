using Microsoft.Data.Sqlite;

namespace Gateway.Sidecar.Scheduling;

/// <summary>The SQLite file that is Dapr's scheduler service elsewhere. Each journal has a connection and a table of its own in it.</summary>
internal static class SchedulerFile
{
    public const string Name = "scheduler.db";

    /// <summary>Opens the file, with the table of a journal.</summary>
    /// <exception cref="SqliteException">It cannot be opened or is no database.</exception>
    public static SqliteConnection Open(string folder, string table)
    {
        SQLitePCL.Batteries_V2.Init();
        Directory.CreateDirectory(folder);
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, Name), Pooling = false }.ToString());
        try
        {
            connection.Open();
            // FULL: a registration that was answered survives a power cut, not only the end of the process.
            Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=5000;");
            Execute(connection, table);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A statement with its parameters, for use again and again.</summary>
    public static SqliteCommand Prepare(SqliteConnection connection, string sql, params IEnumerable<string> parameters)
    {
        SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (string name in parameters) command.Parameters.Add(new SqliteParameter(name, null));
        return command;
    }

    public static DateTimeOffset Time(long utcTicks) => new(utcTicks, TimeSpan.Zero);

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
