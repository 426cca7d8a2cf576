using Gateway.Sidecar.Tests.Hosting;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.State;

/// <summary>
/// The tables of state.postgresql, as recorded from daprd in both versions
/// (https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-postgresql-v2/): what it would find here, and what
/// is made of what it left.
/// </summary>
public sealed class PostgresTablesTests(PostgresFixture postgres)
{
    private const string Store = "/v1.0/state/store";
    private const string Columns = """
        SELECT column_name, data_type, is_nullable, coalesce(column_default, identity_generation, '')
        FROM information_schema.columns WHERE table_name = 'state' ORDER BY ordinal_position
        """;

    private const string Indexes = "SELECT indexdef FROM pg_indexes WHERE tablename = 'state' ORDER BY indexname";
    private const string Metadata = "SELECT key, value FROM dapr_metadata ORDER BY key";

    [Fact]
    public async Task V2_EmptyDatabase_GetsTheTablesThatDaprdMakes()
    {
        PostgresDatabase database = await postgres.CreateAsync();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(database.Component("v2"));
        Assert.Equal(
            [
                "key|text|NO|",
                "value|bytea|NO|",
                "etag|uuid|NO|gen_random_uuid()",
                "created_at|timestamp with time zone|NO|now()",
                "updated_at|timestamp with time zone|YES|",
                "expires_at|timestamp with time zone|YES|",
                "row_id|bigint|NO|BY DEFAULT",
            ],
            await database.QueryAsync(Columns));
        Assert.Equal(
            [
                "CREATE INDEX state_expires_at_idx ON public.state USING btree (expires_at)",
                "CREATE UNIQUE INDEX state_pkey ON public.state USING btree (key)",
                "CREATE UNIQUE INDEX state_row_id_uidx ON public.state USING btree (row_id)",
            ],
            await database.QueryAsync(Indexes));
        Assert.Equal(["lock|lock", "migrations-state-v2-|2"], await database.QueryAsync(Metadata));
    }

    [Fact]
    public async Task V1_EmptyDatabase_GetsTheTablesThatDaprdMakes()
    {
        PostgresDatabase database = await postgres.CreateAsync();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(database.Component("v1"));
        Assert.Equal(
            [
                "key|text|NO|",
                "value|jsonb|NO|",
                "isbinary|boolean|NO|",
                "insertdate|timestamp with time zone|NO|now()",
                "updatedate|timestamp with time zone|YES|",
                "expiredate|timestamp with time zone|YES|",
                "row_id|bigint|NO|BY DEFAULT",
            ],
            await database.QueryAsync(Columns));
        Assert.Equal(
            [
                "CREATE UNIQUE INDEX state_pkey ON public.state USING btree (key)",
                "CREATE UNIQUE INDEX state_row_id_uidx ON public.state USING btree (row_id)",
            ],
            await database.QueryAsync(Indexes));
        Assert.Equal(["lock|lock", "migrations|3"], await database.QueryAsync(Metadata));
    }

    [Fact]
    public async Task V2_Writes_LeaveTheRowsThatDaprdWouldWrite()
    {
        PostgresDatabase database = await postgres.CreateAsync();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(database.Component("v2"));
        await SaveAsync(sidecar, """{"key":"plain","value":{"a":1}}""");
        await SaveAsync(sidecar, """{"key":"ct","value":"<x/>"}""");
        await SaveAsync(sidecar, """{"key":"ttl","value":1,"metadata":{"ttlInSeconds":"90"}}""");
        List<string> firstTime = await database.QueryAsync("SELECT created_at, row_id FROM state WHERE key = 'gold||plain'");
        Assert.Equal(
            [
                """gold||ct|"\u003cx/\u003e"|True|True|""",
                """gold||plain|{"a":1}|True|True|""",
                "gold||ttl|1|True|True|00:01:30",
            ],
            await database.QueryAsync(
                "SELECT key, convert_from(value, 'UTF8'), updated_at IS NULL, created_at > now() - interval '1 minute', (expires_at - created_at)::text FROM state ORDER BY key"));

        string etag = (await sidecar.Caller.GetAsync($"{Store}/plain")).ETag;
        Assert.Equal([etag], await database.QueryAsync("SELECT etag::text FROM state WHERE key = 'gold||plain'"));
        await SaveAsync(sidecar, $$"""{"key":"plain","value":2,"etag":"{{etag}}"}""");
        Assert.Equal(
            ["2|False|False"],
            await database.QueryAsync($"SELECT convert_from(value, 'UTF8'), updated_at IS NULL, etag = '{etag}' FROM state WHERE key = 'gold||plain'"));
        Assert.Equal(firstTime, await database.QueryAsync("SELECT created_at, row_id FROM state WHERE key = 'gold||plain'"));
    }

    [Fact]
    public async Task V1_Writes_LeaveTheRowsThatDaprdWouldWrite()
    {
        PostgresDatabase database = await postgres.CreateAsync();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(database.Component("v1"));
        await SaveAsync(sidecar, """{"key":"plain","value":{"a":1}}""");
        await SaveAsync(sidecar, """{"key":"ttl","value":"<x/>","metadata":{"ttlInSeconds":"90"}}""");
        Assert.Equal(
            [
                """gold||plain|{"a": 1}|False|True|""",
                """gold||ttl|"<x/>"|False|True|00:01:30""",
            ],
            await database.QueryAsync("SELECT key, value::text, isbinary, updatedate IS NULL, (expiredate - insertdate)::text FROM state ORDER BY key"));

        Answer read = await sidecar.Caller.GetAsync($"{Store}/plain");
        read.IsJson("""{"a": 1}""");
        Assert.Equal([read.ETag], await database.QueryAsync("SELECT xmin::text FROM state WHERE key = 'gold||plain'"));
        // In a bulk answer values are as all of daprd's JSON: without the blanks, and escaped.
        Assert.StartsWith("""[{"key":"plain","data":{"a":1},""", (await sidecar.Caller.PostAsync($"{Store}/bulk", """{"keys":["plain"]}""")).Body, StringComparison.Ordinal);
        Assert.StartsWith("""[{"key":"ttl","data":"\u003cx/\u003e",""", (await sidecar.Caller.PostAsync($"{Store}/bulk", """{"keys":["ttl"]}""")).Body, StringComparison.Ordinal);
        await SaveAsync(sidecar, $$"""{"key":"plain","value":2,"etag":"{{read.ETag}}"}""");
        Assert.Equal(["2|False"], await database.QueryAsync("SELECT value::text, updatedate IS NULL FROM state WHERE key = 'gold||plain'"));
    }

    [Fact]
    public async Task V2_TablesOfDaprd_AreReadAndWritten()
    {
        PostgresDatabase database = await postgres.CreateAsync();
        await database.QueryAsync("""
            CREATE TABLE dapr_metadata (key text PRIMARY KEY, value text NOT NULL);
            INSERT INTO dapr_metadata VALUES ('lock', 'lock'), ('migrations-state-v2-', '2');
            CREATE TABLE state (key text PRIMARY KEY, value bytea NOT NULL, etag uuid NOT NULL DEFAULT gen_random_uuid(),
              created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz, expires_at timestamptz,
              row_id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY);
            INSERT INTO state (key, value, etag) VALUES ('gold||http', '{"a":1}', '9f0b5a3e-0000-4000-8000-000000000000');
            INSERT INTO state (key, value) VALUES ('gold||text', 'no JSON');
            INSERT INTO state (key, value, expires_at) VALUES ('gold||gone', '1', now() - interval '1 second');
            """);
        await using TestSidecar sidecar = await TestSidecar.StartAsync(database.Component("v2"));
        Answer read = await sidecar.Caller.GetAsync($"{Store}/http");
        read.IsJson("""{"a":1}""");
        Assert.Equal("9f0b5a3e-0000-4000-8000-000000000000", read.ETag);
        Assert.Equal("no JSON", (await sidecar.Caller.GetAsync($"{Store}/text")).Body);
        (await sidecar.Caller.GetAsync($"{Store}/gone")).IsNoContent();
        await SaveAsync(sidecar, $$"""{"key":"http","value":2,"etag":"{{read.ETag}}"}""");
        Assert.Equal(["2|1"], await database.QueryAsync("SELECT convert_from(value, 'UTF8'), row_id FROM state WHERE key = 'gold||http'"));
        Assert.Equal(["lock|lock", "migrations-state-v2-|2"], await database.QueryAsync(Metadata));
    }

    [Fact]
    public async Task V1_TablesOfDaprd_AreReadAndWritten()
    {
        PostgresDatabase database = await postgres.CreateAsync();
        await database.QueryAsync("""
            CREATE TABLE dapr_metadata (key text PRIMARY KEY, value text NOT NULL);
            INSERT INTO dapr_metadata VALUES ('lock', 'lock'), ('migrations', '3');
            CREATE TABLE state (key text PRIMARY KEY, value jsonb NOT NULL, isbinary boolean NOT NULL,
              insertdate timestamptz NOT NULL DEFAULT now(), updatedate timestamptz, expiredate timestamptz,
              row_id bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY);
            INSERT INTO state (key, value, isbinary) VALUES ('gold||http', '{"a":1}', false), ('gold||grpc', '"eyJiIjoyfQ=="', true);
            """);
        await using TestSidecar sidecar = await TestSidecar.StartAsync(database.Component("v1"));
        (await sidecar.Caller.GetAsync($"{Store}/grpc")).IsJson("""{"b":2}""");
        Answer read = await sidecar.Caller.GetAsync($"{Store}/http");
        read.IsJson("""{"a": 1}""");
        await SaveAsync(sidecar, $$"""{"key":"http","value":2,"etag":"{{read.ETag}}"}""");
        await SaveAsync(sidecar, """{"key":"grpc","value":3}""");
        Assert.Equal(["gold||grpc|3|False", "gold||http|2|False"], await database.QueryAsync("SELECT key, value::text, isbinary FROM state ORDER BY key"));
    }

    [Theory]
    [InlineData("v1", "migrations", 1)]
    [InlineData("v1", "migrations", 2)]
    [InlineData("v2", "migrations-state-v2-", 1)]
    public async Task TablesOfAnOlderDaprd_AreBroughtUpToDate(string version, string key, int level)
    {
        PostgresDatabase database = await postgres.CreateAsync();
        string columns = version == "v2"
            ? "value bytea NOT NULL, etag uuid NOT NULL DEFAULT gen_random_uuid(), created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz, expires_at timestamptz"
            : "value jsonb NOT NULL, isbinary boolean NOT NULL DEFAULT false, insertdate timestamptz NOT NULL DEFAULT now(), updatedate timestamptz"
                + (level == 2 ? ", expiredate timestamptz" : "");
        await database.QueryAsync($"""
            CREATE TABLE dapr_metadata (key text PRIMARY KEY, value text NOT NULL);
            INSERT INTO dapr_metadata VALUES ('lock', 'lock'), ('{key}', '{level}');
            CREATE TABLE state (key text PRIMARY KEY, {columns});
            INSERT INTO state (key, value) VALUES ('gold||a', '1'), ('gold||b', '2');
            """);
        await using TestSidecar sidecar = await TestSidecar.StartAsync(database.Component(version));
        await SaveAsync(sidecar, """{"key":"c","value":3,"metadata":{"ttlInSeconds":"90"}}""");
        (await sidecar.Caller.GetAsync($"{Store}/b")).IsJson("2");
        Assert.Equal(["1", "2", "3"], await database.QueryAsync("SELECT row_id FROM state ORDER BY row_id"));
        Assert.Equal([version == "v2" ? "2" : "3"], await database.QueryAsync($"SELECT value FROM dapr_metadata WHERE key = '{key}'"));
    }

    [Fact]
    public async Task V1AndV2_InOneDatabase_KeepApart()
    {
        PostgresDatabase database = await postgres.CreateAsync();
        await using TestSidecar one = await TestSidecar.StartAsync(database.Component("v1", ("tableName", "public.mine")));
        await using TestSidecar two = await TestSidecar.StartAsync(database.Component("v2", ("tablePrefix", "my_"), ("metadataTableName", "my_meta")));
        await SaveAsync(one, """{"key":"k","value":1}""");
        await SaveAsync(two, """{"key":"k","value":2}""");
        Assert.Equal(["1|2"], await database.QueryAsync("SELECT (SELECT value::text FROM mine), (SELECT convert_from(value, 'UTF8') FROM my_state)"));
        Assert.Equal(["lock", "migrations"], await database.QueryAsync("SELECT key FROM dapr_metadata ORDER BY key"));
        Assert.Equal(["lock", "migrations-state-v2-my_"], await database.QueryAsync("SELECT key FROM my_meta ORDER BY key"));
        Assert.Equal(
            ["mine_row_id_uidx", "my_state_row_id_uidx"],
            await database.QueryAsync("SELECT indexname FROM pg_indexes WHERE indexname LIKE '%row_id_uidx' ORDER BY 1"));
    }

    [Fact]
    public async Task ManySidecars_ThatOpenAnEmptyDatabaseAtOnce_ShareIt()
    {
        PostgresDatabase database = await postgres.CreateAsync();
        TestSidecar[] sidecars = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => TestSidecar.StartAsync(database.Component("v2"))));
        await SaveAsync(sidecars[0], """{"key":"k","value":1}""");
        (await sidecars[5].Caller.GetAsync($"{Store}/k")).IsJson("1");
        foreach (TestSidecar sidecar in sidecars) await sidecar.DisposeAsync();
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task CleanupInterval_WhenItIsOver_RemovesExpiredRowsOnly(string version)
    {
        PostgresDatabase database = await postgres.CreateAsync();
        var time = new ManualTimeProvider();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(database.Component(version, ("cleanupInterval", "1m")), time);
        await SaveAsync(sidecar, """{"key":"short","value":1,"metadata":{"ttlInSeconds":"500"}}""");
        await SaveAsync(sidecar, """{"key":"long","value":1,"metadata":{"ttlInSeconds":"500"}}""");
        await SaveAsync(sidecar, """{"key":"ever","value":1}""");
        // The server's clock decides what has expired.
        string column = version == "v1" ? "expiredate" : "expires_at";
        await database.QueryAsync($"UPDATE state SET {column} = now() - interval '1 second' WHERE key = 'gold||short'");
        time.Advance(TimeSpan.FromSeconds(61));

        await database.WaitForAsync("2", "SELECT count(*) FROM state");
        Assert.Equal(["gold||ever", "gold||long"], await database.QueryAsync("SELECT key FROM state ORDER BY key"));
        string key = version == "v1" ? "last-cleanup" : "last-cleanup-state-v2-";
        Assert.Equal(["True"], await database.QueryAsync($"SELECT value::timestamptz <= now() FROM dapr_metadata WHERE key = '{key}'"));
    }

    private static async Task SaveAsync(TestSidecar sidecar, string entry) => (await sidecar.Caller.PostAsync(Store, $"[{entry}]")).IsNoContent();
}
