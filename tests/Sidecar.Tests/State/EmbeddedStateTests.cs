using System.Net;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.State;

/// <summary>What is the embedded sidecar's own: the texts of its refusals, and time that a test moves.</summary>
public sealed class EmbeddedStateTests
{
    private const string Store = "/v1.0/state/store";

    public static readonly TheoryData<string> Stores = new(
        TestSidecar.Component("store", "state.in-memory"),
        TestSidecar.Component("store", "state.sqlite", "", ("connectionString", "state.db")));

    [Theory, MemberData(nameof(Stores))]
    public async Task Ttl_WhenItIsOver_TheKeyIsMissing(string component)
    {
        var time = new ManualTimeProvider();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(component, time);
        await SaveAsync(sidecar, "\"ttlInSeconds\":\"60\"");
        Answer read = await sidecar.Caller.GetAsync($"{Store}/k");
        read.IsJson("1");
        Assert.Equal("2026-01-01T00:01:00Z", read.Headers["metadata.ttlExpireTime"]);

        time.Advance(TimeSpan.FromSeconds(58));
        (await sidecar.Caller.GetAsync($"{Store}/k")).IsJson("1");
        time.Advance(TimeSpan.FromSeconds(3));
        (await sidecar.Caller.GetAsync($"{Store}/k")).IsNoContent();
        (await sidecar.Caller.PostAsync($"{Store}/bulk", """{"keys":["k"]}""")).IsJson("""[{"key":"k"}]""");
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Ttl_WhenItIsOver_TheEtagIsNoLongerGood(string component)
    {
        var time = new ManualTimeProvider();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(component, time);
        await SaveAsync(sidecar, "\"ttlInSeconds\":\"60\"");
        string etag = (await sidecar.Caller.GetAsync($"{Store}/k")).ETag;
        time.Advance(TimeSpan.FromSeconds(62));
        Answer save = await sidecar.Caller.PostAsync(Store, $$"""[{"key":"k","value":2,"etag":"{{etag}}"}]""");
        Assert.Equal(HttpStatusCode.Conflict, save.Status);
        (await sidecar.Caller.DeleteAsync($"{Store}/k", ("If-Match", etag))).IsErrorStatus(409);
        (await sidecar.Caller.GetAsync($"{Store}/k")).IsNoContent();
    }

    [Theory, MemberData(nameof(Stores))]
    public async Task Ttl_WhenItIsOver_FirstWriteCreatesTheKeyAnew(string component)
    {
        var time = new ManualTimeProvider();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(component, time);
        await SaveAsync(sidecar, "\"ttlInSeconds\":\"60\"");
        time.Advance(TimeSpan.FromSeconds(62));
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":2,"options":{"concurrency":"first-write"}}]""")).IsNoContent();
        Answer read = await sidecar.Caller.GetAsync($"{Store}/k");
        read.IsJson("2");
        Assert.Equal("1", read.ETag);
        Assert.DoesNotContain("metadata.ttlExpireTime", read.Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task InMemory_EtagRefusal_NamesBothEtags()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(TestSidecar.Component("store", "state.in-memory"));
        await SaveAsync(sidecar, "");
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":2,"etag":"7"}]""")).IsError(
            409, "ERR_STATE_SAVE",
            "failed saving state in state store store: possible etag mismatch. error from state store: state etag not match for key=gold||k: current=1, expect=7");
        (await sidecar.Caller.DeleteAsync($"{Store}/k?concurrency=first-write")).IsError(
            409, "ERR_STATE_DELETE",
            "failed deleting state with key k: possible etag mismatch. error from state store: item already exists and no etag was passed");
    }

    [Fact]
    public async Task InMemory_SeveralRefused_NamesFirstWhatTheStoreWasNotAsked()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(TestSidecar.Component("store", "state.in-memory"));
        (await sidecar.Caller.PostAsync(Store, """[{"key":"k","value":1,"etag":"7"},{"key":"other","value":1,"metadata":{"ttlInSeconds":"soon"}}]""")).IsError(
            409, "ERR_STATE_SAVE",
            "failed saving state in state store store: possible etag mismatch. error from state store: strconv.Atoi: parsing \"soon\": invalid syntax\npossible etag mismatch. error from state store: state not exist or expired for key=gold||k");
    }

    [Fact]
    public async Task Sqlite_DeleteFirstWriteWithoutEtag_Deletes()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(TestSidecar.Component("store", "state.sqlite", "", ("connectionString", "state.db")));
        await SaveAsync(sidecar, "");
        (await sidecar.Caller.DeleteAsync($"{Store}/k?concurrency=first-write")).IsNoContent();
        (await sidecar.Caller.GetAsync($"{Store}/k")).IsNoContent();
    }

    [Theory]
    [InlineData("-2", "must be -1 or greater")]
    [InlineData("99999999999", "must be -1 or greater")]
    [InlineData("99999999999999999999", "strconv.ParseInt: parsing \"99999999999999999999\": value out of range")]
    public async Task Sqlite_TtlOutOfRange_IsRefused(string ttl, string reason)
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(TestSidecar.Component("store", "state.sqlite", "", ("connectionString", "state.db")));
        (await sidecar.Caller.PostAsync(Store, $$$"""[{"key":"k","value":1,"metadata":{"ttlInSeconds":"{{{ttl}}}"}}]""")).IsError(
            500, "ERR_STATE_SAVE", $"failed saving state in state store store: error parsing TTL: incorrect value for metadata 'ttlInSeconds': {reason}");
    }

    [Fact]
    public async Task Sqlite_BulkGetOfOneKeyTwice_HasAnEmptyEntryAsDaprd()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(TestSidecar.Component("store", "state.sqlite", "", ("connectionString", "state.db")));
        await SaveAsync(sidecar, "");
        (await sidecar.Caller.PostAsync($"{Store}/bulk", """{"keys":["k","k"]}""")).IsJson("""[{"key":"k","data":1,"etag":"1"},{"key":""}]""");
    }

    private static async Task SaveAsync(TestSidecar sidecar, string metadata) =>
        (await sidecar.Caller.PostAsync(Store, $$$"""[{"key":"k","value":1,"metadata":{ {{{metadata}}} } }]""")).IsNoContent();
}
