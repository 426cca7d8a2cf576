using Dapr;
using Dapr.Client;
using Gateway.Dapr.Tests.Kit;

namespace Gateway.Dapr.Tests.Client;

public class DeleteStateTests : SidecarTest
{
    [Fact]
    public async Task DeleteState_Plain_NamesTheKey()
    {
        await Client.DeleteStateAsync("store", "a b");
        Assert.Equal("DELETE /v1.0/state/store/a%20b", Sidecar.Request.Line);
        Assert.Null(Sidecar.Request.Header("If-Match"));
    }

    [Fact]
    public async Task TryDeleteState_WithEtagAndOptions_SendsIfMatchUnquoted()
    {
        var options = new StateOptions { Concurrency = ConcurrencyMode.FirstWrite, Consistency = ConsistencyMode.Strong };
        Assert.True(await Client.TryDeleteStateAsync("store", "k", "12", options, new Dictionary<string, string> { ["m"] = "v" }));
        Assert.Equal("DELETE /v1.0/state/store/k?concurrency=first-write&consistency=strong&metadata.m=v", Sidecar.Request.Line);
        Assert.Equal("12", Sidecar.Request.Header("If-Match"));
    }

    [Fact]
    public async Task TryDeleteState_Conflict_ReturnsFalse()
    {
        Sidecar.Answer(409, """{"errorCode":"ERR_STATE_DELETE","message":"possible etag mismatch"}""");
        Assert.False(await Client.TryDeleteStateAsync("store", "k", "11"));
    }

    [Fact]
    public async Task TryDeleteState_OtherError_Throws()
    {
        Sidecar.Answer(400, """{"errorCode":"ERR_STATE_DELETE","message":"invalid etag value"}""");
        await Assert.ThrowsAsync<DaprException>(() => Client.TryDeleteStateAsync("store", "k", "x"));
    }

    [Fact]
    public async Task DeleteBulkState_ManyKeys_DeletesEach()
    {
        await Client.DeleteBulkStateAsync("store", [new BulkDeleteStateItem("a", "1"), new BulkDeleteStateItem("b", "")]);
        Assert.Equal(
            [("DELETE /v1.0/state/store/a", "1"), ("DELETE /v1.0/state/store/b", null)],
            Sidecar.Requests.Select(request => (request.Line, request.Header("If-Match"))).Order());
    }

    [Fact]
    public async Task DeleteBulkState_OneFails_Throws()
    {
        Sidecar.Answer(409, """{"errorCode":"ERR_STATE_DELETE","message":"possible etag mismatch"}""");
        await Assert.ThrowsAsync<DaprException>(() => Client.DeleteBulkStateAsync("store", [new BulkDeleteStateItem("a", "1")]));
    }
}
