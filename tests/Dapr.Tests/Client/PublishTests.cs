using Dapr;
using Gateway.Dapr.Tests.Kit;

namespace Gateway.Dapr.Tests.Client;

public class PublishTests : SidecarTest
{
    [Fact]
    public async Task Publish_Data_PostsItAsJson()
    {
        await Client.PublishEventAsync("pubsub", "orders", new { OrderId = 7 });
        Assert.Equal("POST /v1.0/publish/pubsub/orders", Sidecar.Request.Line);
        Assert.Equal("application/json", Sidecar.Request.Header("Content-Type"));
        Assert.Equal("""{"orderId":7}""", Sidecar.Request.Body);
    }

    [Fact]
    public async Task Publish_Metadata_GoesIntoTheQuery()
    {
        await Client.PublishEventAsync("pubsub", "a/b c", 1, new Dictionary<string, string> { ["ttlInSeconds"] = "60" });
        Assert.Equal("POST /v1.0/publish/pubsub/a/b%20c?metadata.ttlInSeconds=60", Sidecar.Request.Line);
    }

    [Fact]
    public async Task Publish_NoData_HasNoBody()
    {
        await Client.PublishEventAsync("pubsub", "orders");
        await Client.PublishEventAsync("pubsub", "orders", new Dictionary<string, string> { ["m"] = "v" });
        Assert.Equal(
            ["POST /v1.0/publish/pubsub/orders", "POST /v1.0/publish/pubsub/orders?metadata.m=v"],
            Sidecar.Requests.Select(request => request.Line));
        Assert.All(Sidecar.Requests, request => Assert.Null(request.Header("Content-Type")));
        Assert.All(Sidecar.Requests, request => Assert.Empty(request.Bytes));
    }

    [Fact]
    public async Task Publish_UnknownPubsub_ThrowsWithTheSidecarsError()
    {
        Sidecar.Answer(404, """{"errorCode":"ERR_PUBSUB_NOT_FOUND","message":"pubsub nope is not found","details":[]}""");
        var exception = await Assert.ThrowsAsync<DaprException>(() => Client.PublishEventAsync("nope", "orders", 1));
        Assert.Equal("ERR_PUBSUB_NOT_FOUND", Assert.IsType<DaprApiException>(exception.InnerException).ErrorCode);
    }

    [Fact]
    public async Task BulkPublish_Events_NumbersThem()
    {
        var response = await Client.BulkPublishEventAsync<object>(
            "pubsub", "orders", [new { A = 1 }, "x", new byte[] { 1, 2 }], new Dictionary<string, string> { ["m"] = "v" });

        Assert.Equal("POST /v1.0/publish/bulk/pubsub/orders?metadata.m=v", Sidecar.Request.Line);
        Assert.Equal(
            """[{"entryId":"0","event":{"a":1},"contentType":"application/json","metadata":{"m":"v"}},{"entryId":"1","event":"x","contentType":"application/json","metadata":{"m":"v"}},{"entryId":"2","event":"AQI=","contentType":"application/octet-stream","metadata":{"m":"v"}}]""",
            Sidecar.Request.Body);
        Assert.Empty(response.FailedEntries);
    }

    [Fact]
    public async Task BulkPublish_SomeFailed_ReturnsThem()
    {
        Sidecar.Answer(500, """{"failedEntries":[{"entryId":"1","error":"broker down"}],"errorCode":"ERR_PUBSUB_PUBLISH_MESSAGE"}""");
        var response = await Client.BulkPublishEventAsync("pubsub", "orders", ["a", "b"]);
        var failed = Assert.Single(response.FailedEntries);
        Assert.Equal(("1", "b", "application/json", "broker down"),
            (failed.Entry.EntryId, failed.Entry.EventData, failed.Entry.ContentType, failed.ErrorMessage));
    }

    [Theory]
    [InlineData(404, """{"errorCode":"ERR_PUBSUB_NOT_FOUND","message":"pubsub nope is not found"}""")]
    [InlineData(500, "oops")]
    public async Task BulkPublish_Refused_Throws(int status, string body)
    {
        Sidecar.Answer(status, body);
        await Assert.ThrowsAsync<DaprException>(() => Client.BulkPublishEventAsync("nope", "orders", ["a"]));
    }
}
