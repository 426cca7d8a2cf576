using Dapr;
using Dapr.Client;
using Gateway.Dapr.Tests.Kit;

namespace Gateway.Dapr.Tests.Client;

public class SaveStateTests : SidecarTest
{
    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite };

    [Fact]
    public async Task SaveState_PlainValue_PostsAnArrayOfOneItem()
    {
        await Client.SaveStateAsync("store", "k1", new { Count = 7, Name = "ü" });

        Assert.Equal("POST /v1.0/state/store", Sidecar.Request.Line);
        Assert.Equal("application/json", Sidecar.Request.Header("Content-Type"));
        Assert.Equal("""[{"key":"k1","value":{"count":7,"name":"\u00FC"}}]""", Sidecar.Request.Body);
        Assert.StartsWith("dapr-sdk-dotnet/", Sidecar.Request.Header("User-Agent"));
        Assert.Null(Sidecar.Request.Header("dapr-api-token"));
    }

    [Fact]
    public async Task SaveState_WithOptionsAndMetadata_WritesThemBesideTheValue()
    {
        var options = new StateOptions { Concurrency = ConcurrencyMode.LastWrite, Consistency = ConsistencyMode.Strong };
        await Client.SaveStateAsync("store", "k1", 1, options, new Dictionary<string, string> { ["ttlInSeconds"] = "60" });

        Assert.Equal(
            """[{"key":"k1","value":1,"metadata":{"ttlInSeconds":"60"},"options":{"concurrency":"last-write","consistency":"strong"}}]""",
            Sidecar.Request.Body);
    }

    [Fact]
    public async Task SaveState_NullValue_WritesNull()
    {
        await Client.SaveStateAsync<string?>("store", "k1", null);
        Assert.Equal("""[{"key":"k1","value":null}]""", Sidecar.Request.Body);
    }

    [Fact]
    public async Task SaveState_EventualConsistencyOnly_LeavesConcurrencyOut()
    {
        await Client.SaveStateAsync("store", "k1", 1, new StateOptions { Consistency = ConsistencyMode.Eventual });
        Assert.Equal("""[{"key":"k1","value":1,"options":{"consistency":"eventual"}}]""", Sidecar.Request.Body);
    }

    [Fact]
    public async Task TrySaveState_EtagTaken_ReturnsTrueAndSendsTheEtagAsString()
    {
        Assert.True(await Client.TrySaveStateAsync("store", "k1", 1, "42", FirstWrite));
        Assert.Equal("""[{"key":"k1","value":1,"etag":"42","options":{"concurrency":"first-write"}}]""", Sidecar.Request.Body);
    }

    [Fact]
    public async Task TrySaveState_EmptyEtag_SaysNothingOfTheKey()
    {
        Assert.True(await Client.TrySaveStateAsync("store", "k1", 1, string.Empty, FirstWrite));
        Assert.Equal("""[{"key":"k1","value":1,"options":{"concurrency":"first-write"}}]""", Sidecar.Request.Body);
    }

    [Fact]
    public async Task TrySaveState_Conflict_ReturnsFalse()
    {
        Sidecar.Answer(409, """{"errorCode":"ERR_STATE_SAVE","message":"possible etag mismatch. error from state store"}""");
        Assert.False(await Client.TrySaveStateAsync("store", "k1", 1, "41", FirstWrite));
    }

    [Theory]
    [InlineData(400, "ERR_STATE_SAVE", "invalid etag value")]
    [InlineData(500, "ERR_STATE_SAVE", "no item was updated")]
    [InlineData(404, "ERR_STATE_STORE_NOT_FOUND", "state store nope is not found")]
    public async Task TrySaveState_OtherError_ThrowsWithTheSidecarsError(int status, string code, string message)
    {
        Sidecar.Answer(status, $$"""{"errorCode":"{{code}}","message":"{{message}}"}""");

        var exception = await Assert.ThrowsAsync<DaprException>(() => Client.TrySaveStateAsync("store", "k1", 1, "1"));

        var inner = Assert.IsType<DaprApiException>(exception.InnerException);
        Assert.Equal((code, message, false), (inner.ErrorCode, inner.Message, inner.IsTransient));
    }

    [Fact]
    public async Task SaveState_Conflict_Throws()
    {
        Sidecar.Answer(409, """{"errorCode":"ERR_STATE_SAVE","message":"m"}""");
        await Assert.ThrowsAsync<DaprException>(() => Client.SaveStateAsync("store", "k1", 1, FirstWrite));
    }

    [Theory]
    [InlineData("invalid api token\n")]
    [InlineData("")]
    [InlineData("[1]")]
    public async Task SaveState_ErrorWithoutDaprsBody_NamesTheStatus(string body)
    {
        Sidecar.Answer(401, body);
        var exception = await Assert.ThrowsAsync<DaprException>(() => Client.SaveStateAsync("store", "k1", 1));
        var inner = Assert.IsType<DaprApiException>(exception.InnerException);
        Assert.Equal("UNKNOWN", inner.ErrorCode);
        Assert.Contains("401", inner.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SaveBulkState_ManyItems_GoInOneRequest()
    {
        await Client.SaveBulkStateAsync("store",
        [
            new SaveStateItem<int>("a", 1, string.Empty),
            new SaveStateItem<int>("b", 2, "7", FirstWrite, new Dictionary<string, string> { ["ttlInSeconds"] = "5" }),
        ]);

        Assert.Equal("POST /v1.0/state/store", Sidecar.Request.Line);
        Assert.Equal(
            """[{"key":"a","value":1},{"key":"b","value":2,"etag":"7","metadata":{"ttlInSeconds":"5"},"options":{"concurrency":"first-write"}}]""",
            Sidecar.Request.Body);
    }

    [Fact]
    public async Task SaveState_BuilderOptions_ShapeTheValueAndNotTheEnvelope()
    {
        using var client = Builder().UseJsonSerializationOptions(new() { PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseUpper }).Build();
        await client.SaveStateAsync("store", "k1", new { MaxCount = 1 });
        Assert.Equal("""[{"key":"k1","value":{"MAX_COUNT":1}}]""", Sidecar.Request.Body);
    }

    [Fact]
    public async Task SaveState_ManyTimes_UsesOneConnection()
    {
        for (var i = 0; i < 20; i++) await Client.SaveStateAsync("store", "k1", i);
        Assert.Single(Sidecar.Requests.Select(request => request.Connection).Distinct());
    }

    [Fact]
    public async Task SaveState_MissingNames_AreRefusedBeforeARequest()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Client.SaveStateAsync("", "k", 1));
        await Assert.ThrowsAsync<ArgumentException>(() => Client.SaveStateAsync("store", "", 1));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Client.TrySaveStateAsync("store", "k", 1, null!));
        await Assert.ThrowsAsync<ArgumentException>(() => Client.SaveBulkStateAsync<int>("store", []));
        await Assert.ThrowsAsync<ArgumentException>(() => Client.SaveStateAsync("..", "k", 1));
        Assert.Empty(Sidecar.Requests);
    }
}
