using System.Data.Common;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Gateway.Storage.Backup;
using Gateway.Storage.Migrations;
using Microsoft.Data.Sqlite;

namespace Gateway.Storage.Database.Sqlite;

/// <summary>
/// SQLite in the data folder: pooled connections that read, one that writes (<see cref="SqliteWriter"/>). Its calls run on the caller's
/// thread up to the end: a read takes microseconds, and the write-ahead log lets no writer hold it up.
/// </summary>
internal sealed class SqliteDatabase : GatewayDatabase
{
    private static readonly IReadOnlyList<Migration> Known = Migration.Load("Sqlite");

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

    public override string Name => $"The database {file.Path}";

    public override IReadOnlyList<Migration> Migrations => Known;

    public override BackupSql BackupSql => SqliteBackupSql.Instance;

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

    public override Task<DatabaseTransaction> BeginAsync(bool forWriting, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (forWriting) file.Prepare();
        else file.Require();
        var connection = forWriting ? file.OpenWriter() : file.Open();
        try
        {
            // Not deferred, it is taken for writing before the first look.
            return Task.FromResult(new DatabaseTransaction(connection, connection.BeginTransaction(deferred: !forWriting), timeout: null));
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override StorageStartException? StartError(Exception e) => e is SqliteException error ? file.StartError(error) : null;

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
