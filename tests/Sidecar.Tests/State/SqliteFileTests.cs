using System.Globalization;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.TestKit;
using Microsoft.Data.Sqlite;

namespace Gateway.Sidecar.Tests.State;

/// <summary>
/// The file of state.sqlite: daprd's table layout
/// (https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-sqlite/), and files that cannot be used.
/// </summary>
public sealed class SqliteFileTests
{
    private const string Store = "/v1.0/state/store";
    private static readonly string Component = TestSidecar.Component("store", "state.sqlite", "", ("connectionString", "state.db"));

    [Fact]
    public async Task File_AfterWrites_HasTheRowsThatDaprdWouldWrite()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(Component, new ManualTimeProvider());
        (await sidecar.Caller.PostAsync(Store, """[{"key":"plain","value":{"a":1}}]""")).IsNoContent();
        (await sidecar.Caller.PostAsync(Store, """[{"key":"ct","value":"<x/>"}]""")).IsNoContent();
        (await sidecar.Caller.PostAsync(Store, """[{"key":"ttl","value":1,"metadata":{"ttlInSeconds":"90"}}]""")).IsNoContent();

        using SqliteConnection file = Open(Path.Combine(sidecar.Folder, "state.db"));
        Assert.Equal(["wal"], Query(file, "PRAGMA journal_mode"));
        Assert.Equal(["migrations|1"], Query(file, "SELECT key, value FROM metadata"));
        Assert.Equal(
            [
                """gold||ct|text|"\u003cx/\u003e"|0|1||2026-01-01 00:00:00""",
                """gold||plain|text|{"a":1}|0|1||2026-01-01 00:00:00""",
                "gold||ttl|text|1|0|1|2026-01-01 00:01:30|2026-01-01 00:00:00",
            ],
            Query(file, "SELECT key, typeof(value), value, is_binary, etag, expiration_time, update_time FROM state ORDER BY key"));
    }

    [Fact]
    public async Task File_WrittenByDaprd_IsReadAndCountedOn()
    {
        string folder = TestSidecar.NewFolder();
        using (SqliteConnection file = Open(Path.Combine(folder, "state.db"), create: true))
        {
            Query(file, """
                CREATE TABLE metadata (key text NOT NULL PRIMARY KEY, value text NOT NULL);
                INSERT INTO metadata VALUES ('migrations', '1');
                CREATE TABLE state (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, is_binary BOOLEAN NOT NULL, etag TEXT NOT NULL,
                  expiration_time TIMESTAMP DEFAULT NULL, update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);
                INSERT INTO state (key, value, is_binary, etag) VALUES ('gold||http', '{"a":1}', 0, '9f0b5a3e-0000-4000-8000-000000000000');
                INSERT INTO state (key, value, is_binary, etag) VALUES ('gold||grpc', 'eyJiIjoyfQ==', 1, 'e6b0d1b2-0000-4000-8000-000000000000');
                """);
        }

        await using TestSidecar sidecar = await TestSidecar.StartAsync(Component, folder: folder);
        (await sidecar.Caller.GetAsync($"{Store}/grpc")).IsJson("""{"b":2}""");
        Answer read = await sidecar.Caller.GetAsync($"{Store}/http");
        read.IsJson("""{"a":1}""");
        (await sidecar.Caller.PostAsync(Store, $$"""[{"key":"http","value":2,"etag":"{{read.ETag}}"}]""")).IsNoContent();
        Answer again = await sidecar.Caller.GetAsync($"{Store}/http");
        again.IsJson("2");
        Assert.NotEqual(read.ETag, again.ETag);
        Assert.True(long.TryParse(again.ETag, CultureInfo.InvariantCulture, out _));
    }

    [Fact]
    public async Task TableNames_AreSettable()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(TestSidecar.Component(
            "store", "state.sqlite", "", ("connectionString", "file:state.db"), ("tableName", "mine"), ("metadataTableName", "mine_meta")));
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":1}]""")).IsNoContent();
        using SqliteConnection file = Open(Path.Combine(sidecar.Folder, "state.db"));
        Assert.Equal(["mine", "mine_meta"], Query(file, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"));
    }

    [Fact]
    public async Task CleanupInterval_WhenItIsOver_RemovesExpiredRowsOnly()
    {
        var time = new ManualTimeProvider();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(TestSidecar.Component(
            "store", "state.sqlite", "", ("connectionString", "state.db"), ("cleanupInterval", "1m")), time);
        (await sidecar.Caller.PostAsync(Store, """[{"key":"short","value":1,"metadata":{"ttlInSeconds":"5"}},{"key":"long","value":1,"metadata":{"ttlInSeconds":"500"}},{"key":"ever","value":1}]""")).IsNoContent();
        time.Advance(TimeSpan.FromSeconds(61));
        // The writer takes requests in order, so after this save the cleanup is done.
        (await sidecar.Caller.PostAsync(Store, """[{"key":"last","value":1}]""")).IsNoContent();
        using SqliteConnection file = Open(Path.Combine(sidecar.Folder, "state.db"));
        Assert.Equal(["gold||ever", "gold||last", "gold||long"], Query(file, "SELECT key FROM state ORDER BY key"));
    }

    [Fact]
    public async Task Restart_KeepsValuesAndEtags()
    {
        string folder = TestSidecar.NewFolder();
        string kept = Path.Combine(TestSidecar.NewFolder(), "state.db");
        string component = TestSidecar.Component("store", "state.sqlite", "", ("connectionString", kept));
        await using (TestSidecar first = await TestSidecar.StartAsync(component, folder: folder))
        {
            (await first.Caller.PostAsync(Store, """[{"key":"k","value":1}]""")).IsNoContent();
            (await first.Caller.PostAsync(Store, """[{"key":"k","value":2}]""")).IsNoContent();
        }

        await using TestSidecar second = await TestSidecar.StartAsync(component);
        Answer read = await second.Caller.GetAsync($"{Store}/k");
        read.IsJson("2");
        Assert.Equal("2", read.ETag);
    }

    [Fact]
    public async Task TwoSidecars_OnOneFile_SeeOneAnothersWrites()
    {
        string path = Path.Combine(TestSidecar.NewFolder(), "state.db");
        string component = TestSidecar.Component("store", "state.sqlite", "", ("connectionString", path), ("keyPrefix", "name"));
        await using TestSidecar one = await TestSidecar.StartAsync(component);
        await using TestSidecar two = await TestSidecar.StartAsync(component, configure: options => new SidecarOptions
        {
            AppId = "other",
            HttpPort = 0,
            ResourcesPaths = options.ResourcesPaths,
        });
        (await one.Caller.PostAsync(Store, """[{"key":"k","value":1}]""")).IsNoContent();
        (await two.Caller.PostAsync(Store, """[{"key":"k","value":2,"etag":"1"}]""")).IsNoContent();
        (await one.Caller.PostAsync(Store, """[{"key":"k","value":3,"etag":"1"}]""")).IsErrorStatus(409);
        (await one.Caller.GetAsync($"{Store}/k")).IsJson("2");
    }

    [Fact]
    public async Task File_ThatIsNoDatabase_IsOneClearLine()
    {
        string folder = TestSidecar.NewFolder();
        await File.WriteAllTextAsync(Path.Combine(folder, "state.db"), new string('x', 5000), TestContext.Current.CancellationToken);
        Assert.EndsWith("components.yaml: component 'store' (state.sqlite/v1): " + Path.Combine(folder, "state.db") + ": is not a SQLite database", await StartErrorAsync(folder, Component));
    }

    [Fact]
    public async Task File_InAFolderThatIsNotThere_IsOneClearLine()
    {
        string path = Path.Combine(TestSidecar.NewFolder(), "absent", "state.db");
        string line = await StartErrorAsync(TestSidecar.NewFolder(), TestSidecar.Component("store", "state.sqlite", "", ("connectionString", path)));
        Assert.EndsWith($"component 'store' (state.sqlite/v1): {path}: the folder does not exist", line);
    }

    [Fact]
    public async Task File_ThatCannotBeCreated_IsOneClearLine()
    {
        // A folder stands where the file should be.
        string path = Directory.CreateDirectory(Path.Combine(TestSidecar.NewFolder(), "state.db")).FullName;
        string line = await StartErrorAsync(TestSidecar.NewFolder(), TestSidecar.Component("store", "state.sqlite", "", ("connectionString", path)));
        Assert.EndsWith($"{path}: cannot be opened or created; check that the folder may be written", line);
    }

    [Fact]
    public async Task File_OfALaterSchema_IsOneClearLine()
    {
        string folder = TestSidecar.NewFolder();
        using (SqliteConnection file = Open(Path.Combine(folder, "state.db"), create: true))
            Query(file, "CREATE TABLE metadata (key text NOT NULL PRIMARY KEY, value text NOT NULL); INSERT INTO metadata VALUES ('migrations', '9');");
        Assert.EndsWith("has schema version 9, and only 1 is known", await StartErrorAsync(folder, Component));
    }

    [Theory]
    [InlineData("connectionString", "", "missing connection string")]
    [InlineData("connectionString", ":memory:", "connectionString ':memory:' is not supported; state.in-memory is the store without a file")]
    [InlineData("connectionString", "state.db?immutable=1", "option 'immutable=1' of the connectionString is not supported")]
    [InlineData("tableName", "a;b", "invalid identifier: a;b")]
    [InlineData("cleanupInterval", "soon", "cleanupInterval 'soon' is no duration; write for example 30s or 5m")]
    [InlineData("keyPrefix", "a||b", "keyPrefix 'a||b' can't contain '||'")]
    public async Task Metadata_ThatIsWrong_IsOneClearLine(string name, string value, string reason)
    {
        (string, string)[] metadata = name == "connectionString" ? [(name, value)] : [("connectionString", "state.db"), (name, value)];
        string line = await StartErrorAsync(TestSidecar.NewFolder(), TestSidecar.Component("store", "state.sqlite", "", metadata));
        Assert.EndsWith($"components.yaml: component 'store' (state.sqlite/v1): {reason}", line);
    }

    private static async Task<string> StartErrorAsync(string folder, string component)
    {
        var error = await Assert.ThrowsAsync<SidecarStartException>(() => TestSidecar.StartAsync(component, folder: folder));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }

    private static SqliteConnection Open(string path, bool create = false)
    {
        SQLitePCL.Batteries_V2.Init();
        var connection = new SqliteConnection($"Data Source={path};Pooling=False;Mode={(create ? "ReadWriteCreate" : "ReadWrite")}");
        connection.Open();
        return connection;
    }

    private static List<string> Query(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> rows = [];
        while (reader.Read()) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        return rows;
    }
}
