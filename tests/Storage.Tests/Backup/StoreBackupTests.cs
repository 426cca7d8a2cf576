using System.Text.Json;
using Gateway.Core.History;
using Gateway.Storage.Audit;
using Gateway.Storage.Backup;
using Gateway.Storage.Migrations;
using Gateway.Storage.Tests.Kit;
using Gateway.TestKit;
using static Gateway.Storage.Tests.Kit.Samples;

namespace Gateway.Storage.Tests.Backup;

/// <summary>A store out of one database and into another of either kind.</summary>
public abstract class StoreBackupTests(ITestDatabases databases, string tablesQuery) : StorageTests(databases)
{
    private readonly ITestDatabases databases = databases;

    [Fact]
    public async Task Tables_OfThisDatabase_AreKeptOrLeftBehind()
    {
        var tables = await Database.ReadAsync(tablesQuery);

        // A new table: say in StoreTables whether its rows outlive a deployment.
        Assert.Equal(
            StoreTables.Kept.Concat(StoreTables.LeftBehind.Keys).Select(table => $"name=\"{table}\"").Order(StringComparer.Ordinal),
            tables);
    }

    [Fact]
    public async Task RowsOfEveryTable_ThroughThisDatabaseAndBack_AreAsTheyWere()
    {
        await using var files = await SqliteDatabases.Instance.CreateAsync();
        await using var first = Open(files);
        await first.Startup.MigrateAsync(Token);
        var rows = await RandomRows.OfAsync(files, seed: 1).ToListAsync(Token);
        await first.Backup.ImportAsync(first.Database.Migrations.Count, rows.ToAsyncEnumerable(), None, Token);
        await using var target = await NewDatabaseAsync();
        await using var between = Open(target);
        await using var filesAgain = await SqliteDatabases.Instance.CreateAsync();
        await using var last = Open(filesAgain);

        await CopyAsync(first, between);
        await CopyAsync(between, last);

        foreach (var table in StoreTables.Kept)
        {
            var expected = rows.Where(row => row.Table == table).ToList();
            var query = $"select {string.Join(", ", expected[0].Values.Keys)} from {table}";
            Assert.Equal(expected.Select(Text).Order(StringComparer.Ordinal), await files.ReadAsync(query));
            Assert.Equal(await files.ReadAsync($"select * from {table}"), await target.ReadAsync($"select * from {table}"));
            Assert.Equal(await files.ReadAsync($"select * from {table}"), await filesAgain.ReadAsync($"select * from {table}"));
        }

        static string Text(StoreRow row) => string.Join(' ', row.Values
            .Select(column => $"{column.Key}={(column.Value is null ? "null" : JsonSerializer.Serialize(column.Value))}")
            .Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task StoreInUse_Moved_GoesOnThere()
    {
        await RegisterAsync("pi-1");
        await Store.Audit.AppendAsync(Approved, Token);
        await using var target = await NewDatabaseAsync();
        await using var other = Open(target);

        await CopyAsync(Store, other);

        Assert.NotNull(await other.Devices.FindAsync("pi-1", Token));
        await other.Audit.AppendAsync(Approved, Token);
        Assert.Equal(["id=1", "id=2"], await target.ReadAsync("select id from audit_log"));
    }

    [Fact]
    public async Task Import_IntoAStoreThatIsNotEmpty_RefusedAndNothingChanged()
    {
        await RegisterAsync("pi-1");
        await using var target = await NewDatabaseAsync();
        await using var other = Open(target);
        await other.Startup.MigrateAsync(Token);
        await target.ExecuteAsync("insert into audit_log (at, actor, action) values (1, 'a', 'b')");

        var error = await Assert.ThrowsAsync<StorageStartException>(() => CopyAsync(Store, other));

        Assert.Contains("is not empty, audit_log has rows", error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, (await Assert.ThrowsAsync<StorageStartException>(() => other.Backup.CheckTargetAsync(other.Database.Migrations.Count, Token))).Message);
        Assert.Empty(await target.ReadAsync("select id from devices"));
    }

    [Fact]
    public async Task Import_BrokenOff_LeavesNothingAndRunsAgain()
    {
        await RegisterAsync("pi-1");
        await using var target = await NewDatabaseAsync();
        await using var other = Open(target);
        await using var snapshot = await Store.Backup.OpenAsync(Token);

        await Assert.ThrowsAsync<IOException>(() => other.Backup.ImportAsync(snapshot.Schema, BreaksOffAsync(snapshot), None, Token));
        Assert.Equal([], await target.ReadAsync(tablesQuery));
        await other.Backup.CheckTargetAsync(snapshot.Schema, Token);
        await CopyAsync(Store, other);

        Assert.NotNull(await other.Devices.FindAsync("pi-1", Token));
    }

    [Fact]
    public async Task Import_WithEventsThatTheRowsLack_IsAsIfTheyHadBeenWritten()
    {
        var script = new EventScript("pi-1", seed: 3).Grow(60);
        await Store.History.WriteAsync([script.Run(1, 30)], Token);
        await using var snapshot = await Store.Backup.OpenAsync(Token);
        await Store.History.WriteAsync([script.Run(31, 60)], Token);
        await using var target = await NewDatabaseAsync();
        await using var other = Open(target);

        await other.Backup.ImportAsync(
            snapshot.Schema, snapshot.RowsAsync(Token), new[] { script.Run(31, 45), script.Run(46, 60) }.ToAsyncEnumerable(), Token);

        foreach (var table in new[] { "device_events", "commands", "sessions" })
            Assert.Equal(await Database.ReadAsync($"select * from {table}"), await target.ReadAsync($"select * from {table}"));
    }

    [Fact]
    public async Task Snapshot_WhileOthersWrite_IsOfOneMoment()
    {
        await RegisterAsync("pi-1");
        await Store.History.WriteAsync([new EventScript("pi-1", seed: 1).Grow(5).Run(1, 5)], Token);
        await using var snapshot = await Store.Backup.OpenAsync(Token);
        Assert.Equal([new DeviceHistory("pi-1", 5)], await snapshot.DevicesPageAsync(null, 10, Token));
        await RegisterAsync("pi-2");

        Assert.Equal(["pi-1"], await snapshot.RowsAsync(Token).Where(row => row.Table == "devices").Select(row => (string)row.Values["id"]!).ToListAsync(Token));
        Assert.Empty(await snapshot.DevicesPageAsync("pi-1", 10, Token));
    }

    [Fact]
    public async Task Import_OfAnOlderSchema_MakesItsTablesAndBringsThemUpToDate()
    {
        await using var older = await NewDatabaseAsync();
        await using var source = Open(older);
        await using (var transaction = await source.Database.BeginAsync(forWriting: true, Token))
        {
            await Migrator.ApplyAsync(transaction, source.Database, upTo: 5, Now, Token);
            await transaction.CommitAsync(Token);
        }

        await older.ExecuteAsync("insert into devices (id, customer_id, sort_name, lifecycle, created_at) values ('pi-1', 'alice', 'pi-1', 'active', 1)");
        await using var target = await NewDatabaseAsync();
        await using var other = Open(target);

        await CopyAsync(source, other, Run("pi-1", Enqueued(1, 1) with { By = "customer:alice" }));

        Assert.Equal(["action=\"command.enqueue\" seq=1"], await target.ReadAsync("select action, seq from audit_log"));
        Assert.Equal(["id=\"pi-1\" node_id=null"], await target.ReadAsync("select id, node_id from devices"));
        Assert.Equal(await Database.ReadAsync("select version, checksum from schema_migrations"), await target.ReadAsync("select version, checksum from schema_migrations"));
        await using var madeBefore = await NewDatabaseAsync();
        await using var another = Open(madeBefore);
        await another.Startup.MigrateAsync(Token);
        var error = await Assert.ThrowsAsync<StorageStartException>(() => CopyAsync(source, another));
        Assert.Contains($"has schema {another.Database.Migrations.Count} already and the backup has 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_OfANewerSchema_Refused()
    {
        await using var target = await NewDatabaseAsync();
        await using var other = Open(target);

        var error = await Assert.ThrowsAsync<StorageStartException>(() => other.Backup.CheckTargetAsync(99, Token));

        Assert.Contains("The backup has schema 99", error.Message, StringComparison.Ordinal);
        Assert.Contains("newer version of Gateway", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plants", "id", "x", "a table plants")]
    [InlineData("schema_migrations", "name", "x", "a table schema_migrations")]
    [InlineData("devices", "colour", "x", "a column colour of devices")]
    [InlineData("devices", "created_at", "x", "x in the column created_at of devices")]
    public async Task Import_RowThatDoesNotFit_SaysWhich(string table, string column, string value, string problem)
    {
        await using var target = await NewDatabaseAsync();
        await using var other = Open(target);
        var row = new StoreRow(table, new Dictionary<string, object?> { [column] = value });

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => other.Backup.ImportAsync(
            other.Database.Migrations.Count, new[] { row }.ToAsyncEnumerable(), None, Token));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_DatabaseWithoutData_SaysSo()
    {
        await using var target = await NewDatabaseAsync();
        await using var other = Open(target);

        var error = await Assert.ThrowsAsync<StorageStartException>(() => other.Backup.OpenAsync(Token));

        Assert.Matches("There is no database .*gateway.db|has no data of Gateway", error.Message);
    }

    private static AuditEntry Approved => new() { At = DateTimeOffset.UnixEpoch, Actor = "customer:alice", Action = "approve", DeviceId = "pi-1" };

    private static IAsyncEnumerable<DeviceEvents> None => AsyncEnumerable.Empty<DeviceEvents>();

    private Task<TestDatabase> NewDatabaseAsync() => databases.CreateAsync();

    private static GatewayStore Open(TestDatabase database) => new(new ManualTimeProvider(), database.Configure);

    private static async Task CopyAsync(GatewayStore from, GatewayStore to, params IReadOnlyList<DeviceEvents> events)
    {
        await using var snapshot = await from.Backup.OpenAsync(Token);
        await to.Backup.ImportAsync(snapshot.Schema, snapshot.RowsAsync(Token), events.ToAsyncEnumerable(), Token);
    }

    private static async IAsyncEnumerable<StoreRow> BreaksOffAsync(IStoreSnapshot snapshot)
    {
        await foreach (var row in snapshot.RowsAsync(Token)) yield return row;
        throw new IOException("The disk is gone.");
    }
}

public sealed class StoreBackupOnSqlite() : StoreBackupTests(
    SqliteDatabases.Instance, "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'");

public sealed class StoreBackupOnPostgres(PostgresDatabases postgres) : StoreBackupTests(
    postgres, "select table_name as name from information_schema.tables where table_schema = current_schema()");
