using System.Net;
using System.Text.Json;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Redis;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Redis;
using Gateway.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sidecar.Tests.State;

/// <summary>
/// Dapr's layout in Redis, as daprd 1.18.3 was seen to leave it and as it reads it: a hash of <c>data</c>, <c>version</c> and, made with
/// first-write, <c>first-write</c>. Also what is Redis' own in the texts of refusals.
/// </summary>
public sealed class RedisStateTests : IAsyncLifetime
{
    private const string Store = "/v1.0/state/store";
    private RedisDatabase database = null!;
    private RedisClient raw = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await RedisDatabases.NextAsync();
        raw = Client(database.Server, database.Number);
    }

    public async ValueTask DisposeAsync()
    {
        if (raw is not null) await raw.DisposeAsync();
    }

    [Theory]
    [InlineData("""{"a":1}""", null, "data={\"a\":1} version=1", -1)]
    [InlineData("\"text\"", null, "data=\"text\" version=1", -1)]
    [InlineData("null", null, "data=null version=1", -1)]
    [InlineData("1", "\"options\":{\"concurrency\":\"first-write\"}", "data=1 first-write=0 version=1", -1)]
    [InlineData("1", "\"metadata\":{\"ttlInSeconds\":\"1000\"}", "data=1 version=1", 1000)]
    [InlineData("""{"b":1.0,"a":"<ü&>"}""", "\"metadata\":{\"contentType\":\"application/xml\"}", "data={\"b\":1,\"a\":\"<ü&>\"} version=1", -1)]
    public async Task Save_NewKey_IsAHashAsDaprsIs(string value, string? more, string fields, int ttl)
    {
        await using TestSidecar sidecar = await StartAsync();
        (await sidecar.Caller.PostAsync(Store, $$"""[{"key":"k","value":{{value}}{{(more is null ? "" : "," + more)}}}]""")).IsNoContent();
        Assert.Equal("gold||k", Assert.Single(await KeysAsync()));
        Assert.Equal(fields, await FieldsAsync("gold||k"));
        Assert.Equal(ttl, await TtlAsync("gold||k"));
    }

    [Fact]
    public async Task Save_Again_CountsTheVersionAndLeavesTheExpiryRunning()
    {
        await using TestSidecar sidecar = await StartAsync();
        await SaveAsync(sidecar, "1", "100");
        await SaveAsync(sidecar, "2");
        Assert.Equal(("data=2 version=2", 100), (await FieldsAsync("gold||k"), await TtlAsync("gold||k")));
        await SaveAsync(sidecar, "3", "0");
        Assert.Equal(("data=3 version=3", -1), (await FieldsAsync("gold||k"), await TtlAsync("gold||k")));
    }

    [Fact]
    public async Task Save_ComponentWithATtl_CountsWhereTheRequestHasNone()
    {
        await using TestSidecar sidecar = await StartAsync(("ttlInSeconds", "500"));
        await SaveAsync(sidecar, "1");
        Assert.Equal(500, await TtlAsync("gold||k"));
        await SaveAsync(sidecar, "1", "50");
        Assert.Equal(50, await TtlAsync("gold||k"));
    }

    [Fact]
    public async Task Transaction_Keys_AreHashesToo()
    {
        await using TestSidecar sidecar = await StartAsync();
        (await sidecar.Caller.PostAsync(
            $"{Store}/transaction",
            """{"operations":[{"operation":"upsert","request":{"key":"a","value":1,"options":{"concurrency":"first-write"}}},{"operation":"upsert","request":{"key":"b","value":2,"metadata":{"ttlInSeconds":"70"}}}]}"""))
            .IsNoContent();
        // First-write means nothing in a transaction.
        Assert.Equal(("data=1 version=1", -1), (await FieldsAsync("gold||a"), await TtlAsync("gold||a")));
        Assert.Equal(("data=2 version=1", 70), (await FieldsAsync("gold||b"), await TtlAsync("gold||b")));
    }

    [Theory]
    [InlineData(null, "gold||k")]
    [InlineData("name", "store||k")]
    [InlineData("none", "k")]
    [InlineData("mine", "mine||k")]
    public async Task KeyPrefix_Strategy_MakesTheKey(string? strategy, string key)
    {
        await using TestSidecar sidecar = await StartAsync(("keyPrefix", strategy ?? ""));
        await SaveAsync(sidecar, "1");
        Assert.Equal(key, Assert.Single(await KeysAsync()));
    }

    [Fact]
    public async Task Get_WhatDaprWrote_IsReadAndWrittenOn()
    {
        await RawAsync("HSET", "gold||k", "data", """{"x":[1]}""", "version", "41");
        await using TestSidecar sidecar = await StartAsync();
        Answer read = await sidecar.Caller.GetAsync($"{Store}/k");
        read.IsJson("""{"x":[1]}""");
        Assert.Equal("41", read.ETag);
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":2,"etag":"41","options":{"concurrency":"first-write"}}]""")).IsNoContent();
        Assert.Equal("data=2 first-write=0 version=42", await FieldsAsync("gold||k"));
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":3,"etag":"41"}]""")).IsErrorStatus(409);
        (await sidecar.Caller.DeleteAsync($"{Store}/k", ("If-Match", "42"))).IsNoContent();
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task Get_PlainString_HasNoEtagAndIsReplacedByASave()
    {
        await RawAsync("SET", "gold||k", "\"old\"");
        await using TestSidecar sidecar = await StartAsync();
        Answer read = await sidecar.Caller.GetAsync($"{Store}/k");
        read.IsJson("\"old\"");
        Assert.DoesNotContain("ETag", read.Headers.Keys);
        (await sidecar.Caller.PostAsync($"{Store}/bulk", """{"keys":["k"]}""")).IsJson("""[{"key":"k","data":"old"}]""");
        await SaveAsync(sidecar, "1");
        Assert.Equal("data=1 version=1", await FieldsAsync("gold||k"));
    }

    [Fact]
    public async Task Get_HashOfSomebodyElse_Is500()
    {
        await RawAsync("HSET", "gold||k", "field", "value");
        await using TestSidecar sidecar = await StartAsync();
        Answer answer = await sidecar.Caller.GetAsync($"{Store}/k");
        Assert.Equal((HttpStatusCode.InternalServerError, "ERR_STATE_GET"), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Save_VersionRefused_HasDaprdsTexts()
    {
        await using TestSidecar sidecar = await StartAsync();
        await SaveAsync(sidecar, "1");
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":2,"etag":"7"}]""")).IsError(
            409, "ERR_STATE_SAVE",
            "failed saving state in state store store: possible etag mismatch. error from state store: ERR user_script:14: failed to set key gold||k script: d908b9553add63a82e03589b5c6d01a7654ef0f2, on @user_script:14.");
        (await sidecar.Caller.DeleteAsync($"{Store}/k", ("If-Match", "7"))).IsError(
            409, "ERR_STATE_DELETE",
            "failed deleting state with key k: possible etag mismatch. error from state store: ERR user_script:6: failed to delete gold||k script: 2446db0de2c963f100727b388f03ead01d18c265, on @user_script:6.");
        (await sidecar.Caller.PostAsync($"{Store}/transaction", """{"operations":[{"operation":"delete","request":{"key":"k","etag":"7"}}]}""")).IsError(
            500, "ERR_STATE_TRANSACTION",
            "error while executing state transaction: ERR user_script:6: failed to delete gold||k script: 2446db0de2c963f100727b388f03ead01d18c265, on @user_script:6.");
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":2,"etag":"\"1\""}]""")).IsError(
            400, "ERR_STATE_SAVE", "failed saving state in state store store: invalid etag value: strconv.Atoi: parsing \"\\\"1\\\"\": invalid syntax");
    }

    [Fact]
    public async Task Save_SeveralRefused_NamesTheUnreadableEtagFirst()
    {
        await using TestSidecar sidecar = await StartAsync();
        await SaveAsync(sidecar, "1");
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":2,"etag":"7"},{"key":"other","value":2,"etag":"garbage"},{"key":"good","value":1}]""")).IsError(
            400, "ERR_STATE_SAVE",
            "failed saving state in state store store: invalid etag value: invalid etag value: strconv.Atoi: parsing \"garbage\": invalid syntax\npossible etag mismatch. error from state store: ERR user_script:14: failed to set key gold||k script: d908b9553add63a82e03589b5c6d01a7654ef0f2, on @user_script:14.");
        (await sidecar.Caller.GetAsync($"{Store}/good")).IsJson("1");
    }

    [Fact]
    public async Task Save_TtlThatRedisCannotKeep_SaysSo()
    {
        await using TestSidecar sidecar = await StartAsync();
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":1,"metadata":{"ttlInSeconds":"9223372036854775807"}}]""")).IsError(
            500, "ERR_STATE_SAVE", "failed saving state in state store store: failed to set key gold||k: ERR invalid expire time in 'expire' command");
    }

    [Fact]
    public async Task Metadata_Component_ListsWhatDaprdLists()
    {
        await using TestSidecar sidecar = await StartAsync();
        JsonElement components = JsonDocument.Parse((await sidecar.Caller.GetAsync("/v1.0/metadata")).Body).RootElement.GetProperty("components");
        Assert.Equal(
            """[{"name":"store","type":"state.redis","version":"v1","capabilities":["ETAG","TRANSACTIONAL","TTL","KEYS_LIKE","ACTOR"]}]""",
            components.GetRawText());
    }

    [Theory]
    [InlineData("queryIndexes needs RedisJSON, which is not supported here", "queryIndexes", "[]")]
    [InlineData("ttlInSeconds 'soon' is no number", "ttlInSeconds", "soon")]
    public async Task Open_MetadataThatAreWrong_SayWhat(string message, string name, string value)
    {
        SidecarStartException error = await Assert.ThrowsAsync<SidecarStartException>(() => StartAsync((name, value)));
        Assert.EndsWith($"component 'store' (state.redis/v1): {message}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_NobodyListens_SaysWhereItLooked()
    {
        string host = $"127.0.0.1:{FreePort.Next()}";
        SidecarStartException error = await Assert.ThrowsAsync<SidecarStartException>(
            () => TestSidecar.StartAsync(TestSidecar.Component("store", "state.redis", "", ("redisHost", host))));
        Assert.EndsWith(
            $"component 'store' (state.redis/v1): redis store: error connecting to redis at {host}: Redis at {host} cannot be reached: Connection refused",
            error.Message, StringComparison.Ordinal);
    }

    /// <summary>Whatever is not known to be a conflict must not look like one: its caller would take its own write for another's.</summary>
    [Fact]
    public async Task Save_RedisIsDownAndBack_Is500AndThenGoesOn()
    {
        await using RedisServer server = await RedisServer.StartAsync(Cancelled);
        await using TestSidecar sidecar = await TestSidecar.StartAsync(TestSidecar.Component(
            "store", "state.redis", "", ("redisHost", server.Host), ("redisMaxRetries", "-1"), ("redisMinRetryInterval", "20")));
        await SaveAsync(sidecar, "1");
        await server.KillAsync();
        Answer save = await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":2,"etag":"1","options":{"concurrency":"first-write"}}]""");
        Answer read = await sidecar.Caller.GetAsync($"{Store}/k");
        Answer transaction = await sidecar.Caller.PostAsync($"{Store}/transaction", """{"operations":[{"operation":"upsert","request":{"key":"k","value":3}}]}""");
        Assert.Equal([500, 500, 500], new[] { save, read, transaction }.Select(answer => (int)answer.Status));
        Assert.Equal(["ERR_STATE_SAVE", "ERR_STATE_GET", "ERR_STATE_TRANSACTION"], new[] { save, read, transaction }.Select(answer => answer.ErrorCode));
        await server.StartAgainAsync(Cancelled);
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":2,"etag":"1","options":{"concurrency":"first-write"}}]""")).IsNoContent();
        (await sidecar.Caller.GetAsync($"{Store}/k")).IsJson("2");
    }

    private Task<TestSidecar> StartAsync(params (string Name, string Value)[] metadata) =>
        TestSidecar.StartAsync(TestSidecar.Component("store", "state.redis", "", [.. database.Metadata, .. metadata]));

    private static async Task SaveAsync(TestSidecar sidecar, string value, string? ttl = null)
    {
        string metadata = ttl is null ? "" : $$""","metadata":{"ttlInSeconds":"{{ttl}}"}""";
        (await sidecar.Caller.PostAsync(Store, $$"""[{"key":"k","value":{{value}}{{metadata}}}]""")).IsNoContent();
    }

    private static RedisClient Client(RedisServer server, int number) =>
        new(new RedisSettings { Host = "127.0.0.1", Port = server.Port, Database = number }, TimeProvider.System, NullLogger.Instance);

    private Task<RespValue> RawAsync(params string[] parts) =>
        raw.ExecuteAsync(new RedisCommand([.. parts.Select(part => (RedisArgument)part)]), Cancelled).AsTask();

    private async Task<IEnumerable<string>> KeysAsync() => (await RawAsync("KEYS", "*")).Items.Select(key => key.Text);

    private async Task<string> FieldsAsync(string key)
    {
        RespValue[] items = (await RawAsync("HGETALL", key)).Items;
        return string.Join(' ', items.Chunk(2).Select(pair => $"{pair[0].Text}={pair[1].Text}").Order(StringComparer.Ordinal));
    }

    private async Task<int> TtlAsync(string key)
    {
        int ttl = (int)(await RawAsync("TTL", key)).Integer;
        // A second may have begun to pass.
        return ttl % 10 == 9 ? ttl + 1 : ttl;
    }
}
