using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>What state.postgresql refuses, in the words of daprd; and components and databases that cannot be used.</summary>
public sealed class PostgresRefusalTests(PostgresFixture postgres)
{
    private const string Store = "/v1.0/state/store";
    private const string Mismatch = "possible etag mismatch. error from state store";

    [Theory]
    [InlineData("garbage", 409, $"{Mismatch}: invalid UUID length: 7")]
    [InlineData("ü", 409, $"{Mismatch}: invalid UUID length: 2")]
    [InlineData("11111111-1111-1111-1111-11111111111x", 409, $"{Mismatch}: invalid UUID format")]
    [InlineData("11111111-1111-1111-1111-111111111111", 409, Mismatch)]
    [InlineData("urn:uuid:11111111-1111-1111-1111-111111111111", 409, Mismatch)]
    public async Task V2_Etag_ThatIsNotTheKeys_IsAMismatch(string etag, int status, string reason)
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync((await postgres.CreateAsync()).Component("v2"));
        await RefusesAsync(sidecar, etag, status, reason);
    }

    [Theory]
    [InlineData("garbage", 400, "invalid etag value: strconv.ParseUint: parsing \"garbage\": invalid syntax")]
    [InlineData("\"1\"", 400, "invalid etag value: strconv.ParseUint: parsing \"\\\"1\\\"\": invalid syntax")]
    [InlineData("99999999999", 400, "invalid etag value: strconv.ParseUint: parsing \"99999999999\": value out of range")]
    [InlineData("1", 409, Mismatch)]
    public async Task V1_Etag_ThatIsNoNumber_IsInvalid(string etag, int status, string reason)
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync((await postgres.CreateAsync()).Component("v1"));
        await RefusesAsync(sidecar, etag, status, reason);
        (await sidecar.Caller.PostAsync($"{Store}/transaction", Transaction($$"""{"key":"k","value":2,"etag":{{Quoted(etag)}}}""")))
            .IsError(500, "ERR_STATE_TRANSACTION", "error while executing state transaction: " + reason);
    }

    [Theory]
    [InlineData("v1", 400, "invalid etag value: invalid etag value: strconv.ParseUint: parsing \"garbage\": invalid syntax")]
    [InlineData("v2", 409, $"{Mismatch}: {Mismatch}: invalid UUID length: 7")]
    public async Task SeveralEntries_OneWithoutAReadableEtag_TellsThatFirst(string version, int status, string reason)
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync((await postgres.CreateAsync()).Component(version));
        await SaveAsync(sidecar);
        string stale = (await sidecar.Caller.GetAsync($"{Store}/k")).ETag;
        await SaveAsync(sidecar);
        (await sidecar.Caller.PostAsync(Store, $$"""[{"key":"k","value":2,"etag":"{{stale}}"},{"key":"b","value":1,"etag":"garbage"},{"key":"c","value":1}]"""))
            .IsError(status, "ERR_STATE_SAVE", $"failed saving state in state store store: {reason}\n{Mismatch}");
        (await sidecar.Caller.GetAsync($"{Store}/c")).IsJson("1");
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task FirstWrite_OfAKeyThatIsThere_UpdatesNothing(string version)
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync((await postgres.CreateAsync()).Component(version));
        await SaveAsync(sidecar);
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":2,"options":{"concurrency":"first-write"}}]"""))
            .IsError(500, "ERR_STATE_SAVE", "failed saving state in state store store: no item was updated");
        (await sidecar.Caller.PostAsync($"{Store}/transaction", Transaction(
            """{"key":"new","value":1}""", """{"key":"k","value":2,"options":{"concurrency":"first-write"}}""")))
            .IsError(500, "ERR_STATE_TRANSACTION", "error while executing state transaction: no item was updated");
        (await sidecar.Caller.GetAsync($"{Store}/new")).IsNoContent();
    }

    [Theory]
    [InlineData("-2", "must be -1 or greater")]
    [InlineData("99999999999", "must be -1 or greater")]
    [InlineData("abc", "strconv.ParseInt: parsing \"abc\": invalid syntax")]
    public async Task Ttl_OutOfRange_IsRefused(string ttl, string reason)
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync((await postgres.CreateAsync()).Component());
        (await sidecar.Caller.PostAsync(Store, $$$"""[{"key":"k","value":1,"metadata":{"ttlInSeconds":"{{{ttl}}}"}}]""")).IsError(
            500, "ERR_STATE_SAVE", $"failed saving state in state store store: error parsing TTL: incorrect value for metadata 'ttlInSeconds': {reason}");
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task BulkGet_OfOneKeyTwice_HasAnEmptyEntryAsDaprd(string version)
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync((await postgres.CreateAsync()).Component(version));
        await SaveAsync(sidecar);
        string etag = (await sidecar.Caller.GetAsync($"{Store}/k")).ETag;
        (await sidecar.Caller.PostAsync($"{Store}/bulk", """{"keys":["k","k","missing"]}"""))
            .IsJson($$"""[{"key":"k","data":"\u003cb\u003e","etag":"{{etag}}"},{"key":"missing"},{"key":""}]""");
    }

    [Fact]
    public async Task Metadata_OfTheSidecar_HasTheStoresCapabilities()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync((await postgres.CreateAsync()).Component());
        Assert.Contains(
            """{"name":"store","type":"state.postgresql","version":"v2","capabilities":["ETAG","TRANSACTIONAL","TTL","KEYS_LIKE","ACTOR"]}""",
            (await sidecar.Caller.GetAsync("/v1.0/metadata")).Body);
    }

    [Theory]
    [InlineData("connectionString", "host=127.0.0.1 color=blue", "option 'color' of the connectionString is not supported")]
    [InlineData("connectionString", "host=127.0.0.1 port=x", "port of the connectionString must be a whole number")]
    [InlineData("connectionString", "host=127.0.0.1 sslmode=x", "sslmode of the connectionString is not one of disable, allow, prefer, require, verify-ca, verify-full")]
    [InlineData("connectionString", "", "failed to build connection string")]
    [InlineData("timeout", "500ms", "invalid value for 'timeout': must be greater than 1s")]
    [InlineData("tablePrefix", "a;b", "invalid table name: a;bstate")]
    [InlineData("metadataTableName", "a.b.c", "invalid table name: a.b.c")]
    [InlineData("queryExecMode", "x", "invalid queryExecMode metadata value: x")]
    [InlineData("maxConns", "x", "maxConns 'x' is no whole number")]
    [InlineData("useAzureAD", "true", "useAzureAD is not supported")]
    [InlineData("cleanupInterval", "soon", "cleanupInterval 'soon' is no duration; write for example 30s or 5m")]
    public async Task Component_ThatIsWrong_IsOneClearLine(string name, string value, string reason)
    {
        (string, string)[] metadata = name == "connectionString" ? [(name, value)] : [("connectionString", "host=127.0.0.1"), (name, value)];
        string line = await StartErrorAsync(TestSidecar.Component("store", "state.postgresql", "", metadata).Replace("version: v1", "version: v2", StringComparison.Ordinal));
        Assert.EndsWith($"components.yaml: component 'store' (state.postgresql/v2): {reason}", line);
    }

    [Fact]
    public async Task Version_ThatIsNotThere_IsNotFound()
    {
        string line = await StartErrorAsync((await postgres.CreateAsync()).Component("v3"));
        Assert.EndsWith("component 'store' (state.postgresql/v3): couldn't find state store state.postgresql/v3", line);
    }

    [Fact]
    public async Task Tables_OfALaterDaprd_AreOneClearLine()
    {
        PostgresDatabase database = await postgres.CreateAsync();
        await database.QueryAsync("CREATE TABLE dapr_metadata (key text PRIMARY KEY, value text NOT NULL); INSERT INTO dapr_metadata VALUES ('migrations-state-v2-', '9')");
        Assert.EndsWith("the table state has schema version 9, and only those up to 2 are known", await StartErrorAsync(database.Component()));
    }

    [Fact]
    public async Task Server_ThatRefuses_IsOneClearLineWithoutThePassword()
    {
        PostgresDatabase database = await postgres.CreateAsync();
        string line = await StartErrorAsync(database.Component("v2", ("database", "absent"), ("password", "hunter2")));
        Assert.EndsWith("component 'store' (state.postgresql/v2): failed to connect to the database: database \"absent\" does not exist", line);
        Assert.DoesNotContain("hunter2", line, StringComparison.Ordinal);
    }

    private static async Task RefusesAsync(TestSidecar sidecar, string etag, int status, string reason)
    {
        await SaveAsync(sidecar);
        (await sidecar.Caller.PostAsync(Store, $$"""[{"key":"k","value":2,"etag":{{Quoted(etag)}}}]"""))
            .IsError(status, "ERR_STATE_SAVE", $"failed saving state in state store store: {reason}");
        if (etag.All(char.IsAscii))
            (await sidecar.Caller.DeleteAsync($"{Store}/k", ("If-Match", etag))).IsError(status, "ERR_STATE_DELETE", $"failed deleting state with key k: {reason}");
    }

    private static async Task SaveAsync(TestSidecar sidecar) =>
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":"<b>"}]""")).IsNoContent();

    private static string Transaction(params string[] requests) =>
        $"{{\"operations\":[{string.Join(',', requests.Select(request => $"{{\"operation\":\"upsert\",\"request\":{request}}}"))}]}}";

    private static string Quoted(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    private static async Task<string> StartErrorAsync(string component)
    {
        var error = await Assert.ThrowsAsync<SidecarStartException>(() => TestSidecar.StartAsync(component));
        Assert.DoesNotContain('\n', error.Message);
        return error.Message;
    }
}
