using System.Text;
using Dapr;
using Dapr.Client;
using Gateway.Dapr.Tests.Kit;

namespace Gateway.Dapr.Tests.Client;

public class StateTransactionTests : SidecarTest
{
    [Fact]
    public async Task Transaction_UpsertAndDelete_SendsBothWithMetadata()
    {
        await Client.ExecuteStateTransactionAsync(
            "store",
            [
                new StateTransactionRequest("a", """{"x":1}"""u8.ToArray(), StateOperationType.Upsert, "5",
                    new Dictionary<string, string> { ["ttlInSeconds"] = "9" },
                    new StateOptions { Concurrency = ConcurrencyMode.FirstWrite }),
                new StateTransactionRequest("b", null, StateOperationType.Delete, "6"),
                new StateTransactionRequest("c", null, StateOperationType.Upsert),
            ],
            new Dictionary<string, string> { ["partitionKey"] = "p" });

        Assert.Equal("POST /v1.0/state/store/transaction", Sidecar.Request.Line);
        Assert.Equal(
            """{"operations":[{"operation":"upsert","request":{"key":"a","value":{"x":1},"etag":"5","metadata":{"ttlInSeconds":"9"},"options":{"concurrency":"first-write"}}},{"operation":"delete","request":{"key":"b","etag":"6"}},{"operation":"upsert","request":{"key":"c","value":null}}],"metadata":{"partitionKey":"p"}}""",
            Sidecar.Request.Body);
    }

    [Fact]
    public async Task Transaction_StaleEtag_Throws()
    {
        Sidecar.Answer(500, """{"errorCode":"ERR_STATE_TRANSACTION","message":"possible etag mismatch"}""");
        var exception = await Assert.ThrowsAsync<DaprException>(() => Client.ExecuteStateTransactionAsync(
            "store", [new StateTransactionRequest("a", "1"u8.ToArray(), StateOperationType.Upsert, "1")]));
        Assert.Equal("ERR_STATE_TRANSACTION", Assert.IsType<DaprApiException>(exception.InnerException).ErrorCode);
    }

    [Fact]
    public async Task Transaction_ValueThatIsNoJson_IsRefusedBeforeARequest()
    {
        var bytes = Encoding.UTF8.GetBytes("not json");
        await Assert.ThrowsAsync<ArgumentException>(() => Client.ExecuteStateTransactionAsync(
            "store", [new StateTransactionRequest("a", bytes, StateOperationType.Upsert)]));
        await Assert.ThrowsAsync<ArgumentException>(() => Client.ExecuteStateTransactionAsync("store", []));
        Assert.Empty(Sidecar.Requests);
    }
}
