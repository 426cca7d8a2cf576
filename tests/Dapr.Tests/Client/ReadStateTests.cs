using System.Text.Json;
using Dapr;
using Dapr.Client;
using Gateway.Dapr.Tests.Kit;

namespace Gateway.Dapr.Tests.Client;

public class ReadStateTests : SidecarTest
{
    [Fact]
    public async Task GetState_Present_ReadsTheValue()
    {
        Sidecar.Answer(200, """{"count":7}""", ("Content-Type", "application/json"), ("Etag", "3"));
        var value = await Client.GetStateAsync<Counter>("store", "k1");
        Assert.Equal("GET /v1.0/state/store/k1", Sidecar.Request.Line);
        Assert.Equal(new Counter(7), value);
    }

    [Fact]
    public async Task GetState_Absent_ReturnsTheDefault()
    {
        Sidecar.Answer(204);
        Assert.Null(await Client.GetStateAsync<Counter?>("store", "k1"));
    }

    [Theory]
    [InlineData("3")]
    [InlineData("6f1a3f3e-8f0c-4b0e-9c57-3c1a6d0a9d11")]
    [InlineData("\"quoted\"")]
    public async Task GetStateAndEtag_Present_ReturnsTheEtagAsItCame(string etag)
    {
        Sidecar.Answer(200, "5", ("ETag", etag));
        Assert.Equal((5, etag), await Client.GetStateAndETagAsync<int>("store", "k1"));
    }

    [Fact]
    public async Task GetStateAndEtag_Absent_ReturnsAnEmptyEtag()
    {
        Sidecar.Answer(204);
        Assert.Equal((null, string.Empty), await Client.GetStateAndETagAsync<string?>("store", "k1"));
    }

    [Fact]
    public async Task GetState_ConsistencyAndMetadata_GoIntoTheQuery()
    {
        await Client.GetStateAsync<int>(
            "store", "k1", ConsistencyMode.Strong, new Dictionary<string, string> { ["partition key"] = "a&b" });
        Assert.Equal("GET /v1.0/state/store/k1?consistency=strong&metadata.partition%20key=a%26b", Sidecar.Request.Line);
    }

    [Theory]
    [InlineData("a b", "a%20b")]
    [InlineData("a/c", "a%2Fc")]
    [InlineData("a+b", "a%2Bb")]
    [InlineData("a?b#c", "a%3Fb%23c")]
    [InlineData("ü漢", "%C3%BC%E6%BC%A2")]
    [InlineData("x|y", "x%7Cy")]
    public async Task GetState_SpecialKey_IsEscaped(string key, string escaped)
    {
        await Client.GetStateAsync<int>("store", key);
        Assert.Equal("GET /v1.0/state/store/" + escaped, Sidecar.Request.Line);
    }

    [Theory]
    [InlineData(".")]
    [InlineData("..")]
    public async Task GetState_DotKey_IsRefused(string key) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Client.GetStateAsync<int>("store", key));

    [Fact]
    public async Task GetState_OtherShape_ThrowsDaprException()
    {
        Sidecar.Answer(200, "\"text\"");
        var exception = await Assert.ThrowsAsync<DaprException>(() => Client.GetStateAsync<int>("store", "k1"));
        Assert.IsType<JsonException>(exception.InnerException);
    }

    [Fact]
    public async Task GetBulkState_PresentAndAbsent_ReadsBoth()
    {
        Sidecar.Answer(200, """[{"key":"g1","data":{"count":1},"etag":"4"},{"key":"nope"}]""");
        var items = await Client.GetBulkStateAsync<Counter?>(
            "store", ["g1", "nope"], 2, new Dictionary<string, string> { ["m"] = "1" });

        Assert.Equal("POST /v1.0/state/store/bulk?metadata.m=1", Sidecar.Request.Line);
        Assert.Equal("""{"keys":["g1","nope"],"parallelism":2}""", Sidecar.Request.Body);
        Assert.Equal(
            [("g1", new Counter(1), "4"), ("nope", null, string.Empty)],
            items.Select(item => (item.Key, item.Value, item.ETag)));
    }

    [Fact]
    public async Task GetBulkState_Untyped_KeepsTheJsonText()
    {
        Sidecar.Answer(200, """[{"key":"g1","data":{"a": 1},"etag":"4"},{"key":"nope"}]""");
        var items = await Client.GetBulkStateAsync("store", ["g1", "nope"], null);
        Assert.Equal("""{"keys":["g1","nope"]}""", Sidecar.Request.Body);
        Assert.Equal([("g1", """{"a": 1}""", "4"), ("nope", "", "")], items.Select(item => (item.Key, item.Value, item.ETag)));
    }

    [Fact]
    public async Task GetBulkState_KeyThatFailed_Throws()
    {
        Sidecar.Answer(200, """[{"key":"g1","error":"timeout"}]""");
        var exception = await Assert.ThrowsAsync<DaprException>(() => Client.GetBulkStateAsync("store", ["g1"], null));
        Assert.Equal("timeout", exception.InnerException!.Message);
    }

    [Fact]
    public async Task GetBulkState_NoKeys_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => Client.GetBulkStateAsync("store", [], null));

    internal sealed record Counter(int Count);
}
