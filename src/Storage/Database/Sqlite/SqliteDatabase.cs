using System.Data.Common;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Storage.Migrations;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Database.Sqlite;

/// <summary>
/// SQLite in the data folder: pooled connections that read, one that writes (<see cref="SqliteWriter"/>). Its calls run on the caller's
/// thread up to the end: a read takes microseconds, and the write-ahead log lets no writer hold it up.
/// </summary>
internal sealed class SqliteDatabase : GatewayDatabase
{
    private static readonly IReadOnlyList<Migration> Migrations = Migration.Load("Sqlite");

    // The text goes to SQLite's JSON parser, not into a page.
    private static readonly JsonWriterOptions RowJson = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SqliteFile file;
    private readonly SqliteWriter writer;

    public SqliteDatabase(string folder)
    {
        SQLitePCL.Batteries_V2.Init();
        file = new SqliteFile(folder);
        writer = new SqliteWriter(file);
    }

    public override Rows Rows<T>(IReadOnlyCollection<T> rows, params ReadOnlySpan<Column<T>> columns)
    {
        var source = new StringBuilder("(select ");
        for (var i = 0; i < columns.Length; i++)
            source.Append(i == 0 ? "" : ", ").Append($"json_extract(value, '$[{i}]') as {columns[i].Name}");
        source.Append(" from json_each(@r_json)) as r");
        return new(source.ToString(), [("r_json", Json(rows, columns))]);
    }

    public override Task<List<T>> QueryAsync<T>(Statement statement, Func<DbDataReader, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using var connection = file.Open();
            return Task.FromResult(connection.Query(statement, read));
        }
        catch (SqliteException e) when (SqliteErrors.IsUnavailable(e))
        {
            throw SqliteErrors.Unavailable(e);
        }
    }

    public override Task<List<T>> ChangeAsync<T>(
        Statement statement, Func<DbDataReader, T> read, Repeat repeat, CancellationToken cancellationToken) =>
        writer.RunAsync(connection => connection.Query(statement, read), cancellationToken);

    public override Task<long> ExecuteAsync(IReadOnlyList<Statement> statements, Repeat repeat, CancellationToken cancellationToken) =>
        writer.RunAsync(connection => statements.Sum(statement => (long)connection.Execute(statement)), cancellationToken);

    public override async Task MigrateAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        file.Prepare();
        try
        {
            // The writer's transaction is the lock: it is taken for writing before the first look.
            await writer.RunAsync(connection =>
            {
                connection.Execute(new Statement(MigrationTable.Create));
                var applied = connection.Query(new Statement(MigrationTable.Select), MigrationTable.Read);
                foreach (var migration in Migration.Pending(Migrations, applied, $"The database {file.Path}"))
                {
                    connection.Execute(new Statement(migration.Sql));
                    connection.Execute(MigrationTable.Insert(migration, now));
                }

                return true;
            }, cancellationToken);
        }
        catch (StorageUnavailableException e)
        {
            throw file.StartError(e.InnerException as SqliteException, e);
        }
        catch (SqliteException e)
        {
            throw file.StartError(e, e);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await writer.DisposeAsync();
        file.Close();
    }

    private static string Json<T>(IReadOnlyCollection<T> rows, ReadOnlySpan<Column<T>> columns)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, RowJson))
        {
            json.WriteStartArray();
            foreach (var row in rows)
            {
                json.WriteStartArray();
                foreach (var column in columns)
                {
                    if (column.Text is not null) json.WriteStringValue(column.Text(row));
                    else if (column.Number!(row) is { } number) json.WriteNumberValue(number);
                    else json.WriteNullValue();
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
