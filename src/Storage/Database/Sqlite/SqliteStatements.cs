using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Database.Sqlite;

/// <summary>Statements on a connection of SQLite.</summary>
internal static class SqliteStatements
{
    public static List<T> Query<T>(this SqliteConnection connection, Statement statement, Func<DbDataReader, T> read)
    {
        using var command = Command(connection, statement);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }

    public static int Execute(this SqliteConnection connection, Statement statement)
    {
        using var command = Command(connection, statement);
        // SQLite says -1 for a statement that changes no rows by its nature.
        return Math.Max(0, command.ExecuteNonQuery());
    }

    private static SqliteCommand Command(SqliteConnection connection, Statement statement)
    {
        var command = connection.CreateCommand();
        command.CommandText = statement.Text;
        foreach (var parameter in statement.Parameters)
            command.Parameters.AddWithValue("@" + parameter.Name, parameter.Value ?? DBNull.Value);
        return command;
    }
}
