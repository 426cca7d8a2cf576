using System.Net;
using System.Text.Json;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>Transactions: https://docs.dapr.io/reference/api/state_api/#state-transactions. Any refusal in one is a 500.</summary>
public abstract class StateTransactionConformance<TTarget>(TTarget target) : StateConformance<TTarget>(target)
    where TTarget : StateTarget
{
    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task Transaction_UpsertsAndDeletes_AreAllApplied(string method)
    {
        string one = NewKey(), gone = NewKey(), two = NewKey();
        (await SaveAsync(gone, "1")).IsNoContent();
        (await TransactWithAsync(method, Upsert(one, "1"), Delete(gone), Upsert(two, """{"a":[1]}"""))).IsNoContent();
        await HoldsAsync(one, "1");
        await IsMissingAsync(gone);
        await HoldsAsync(two, """{"a":[1]}""");
    }

    [Fact]
    public async Task Transaction_CurrentEtag_IsApplied()
    {
        string key = NewKey();
        string etag = await SavedEtagAsync(key);
        (await TransactAsync(Upsert(key, "2", etag))).IsNoContent();
        await HoldsAsync(key, "2");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("first-write")]
    public async Task Transaction_StaleEtag_Is500AndRollsBackWhereTheStoreDoes(string? concurrency)
    {
        (string key, string stale, _) = await KeyWithStaleEtagAsync();
        string before = NewKey(), after = NewKey();
        IsRefused(await TransactAsync(Upsert(before, "1"), Upsert(key, "2", stale, concurrency), Upsert(after, "3")));
        await IsRolledBackOrWrittenAsync(before, "1");
        await HoldsAsync(key, "\"v2\"");
        await IsRolledBackOrWrittenAsync(after, "3");
    }

    [Fact]
    public async Task Transaction_DeleteWithStaleEtag_Is500AndRollsBackWhereTheStoreDoes()
    {
        (string key, string stale, _) = await KeyWithStaleEtagAsync();
        string other = NewKey();
        IsRefused(await TransactAsync(Upsert(other, "1"), Delete(key, stale)));
        await IsRolledBackOrWrittenAsync(other, "1");
        await HoldsAsync(key, "\"v2\"");
    }

    [Fact]
    public async Task Transaction_FirstWriteOfAnExistingKey_IsRefusedWhereTheStoreDoes()
    {
        string key = NewKey(), other = NewKey();
        (await TransactAsync(Upsert(key, "1", concurrency: "first-write"))).IsNoContent();
        Answer answer = await TransactAsync(Upsert(other, "1"), Upsert(key, "2", concurrency: "first-write"));
        if (Target.FirstWriteHoldsInTransactions) IsRefused(answer);
        else answer.IsNoContent();
        await HoldsAsync(key, Target.FirstWriteHoldsInTransactions ? "1" : "2");
        if (Target.FirstWriteHoldsInTransactions) await IsRolledBackOrWrittenAsync(other, "1");
        else await HoldsAsync(other, "1");
    }

    [Fact]
    public async Task Transaction_OneKeySeveralTimes_IsAppliedInOrder()
    {
        string key = NewKey();
        (await TransactAsync(Upsert(key, "1"), Upsert(key, "2"), Delete(key), Upsert(key, "3"))).IsNoContent();
        await HoldsAsync(key, "3");
    }

    [Fact]
    public async Task Transaction_HundredFiftyOperations_AreApplied()
    {
        string prefix = NewKey();
        (await TransactAsync([.. Enumerable.Range(0, 150).Select(i => Upsert($"{prefix}-{i}", "1"))])).IsNoContent();
        await HoldsAsync($"{prefix}-149", "1");
    }

    [Fact]
    public async Task Transaction_NoValue_StoresNull()
    {
        string key = NewKey();
        (await TransactAsync($$$"""{"operation":"upsert","request":{"key":"{{{key}}}"}}""")).IsNoContent();
        await HoldsAsync(key, "null");
    }

    [Fact]
    public async Task Transaction_TtlOfOneEntry_CountsForThatEntry()
    {
        string key = NewKey(), other = NewKey();
        (await TransactAsync($$$"""{"operation":"upsert","request":{{{Entry(key, "1", ttl: "100")}}}}""", Upsert(other, "1"))).IsNoContent();
        Assert.Equal(Target.TellsExpiry, (await GetAsync(key)).Headers.ContainsKey("metadata.ttlExpireTime"));
        Assert.DoesNotContain("metadata.ttlExpireTime", (await GetAsync(other)).Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("""{"operations":[]}""")]
    [InlineData("{}")]
    public async Task Transaction_WithoutOperations_IsAccepted(string body) => (await Sidecar.PostAsync($"{Store}/transaction", body)).IsNoContent();

    [Theory]
    [InlineData("[]", "json: cannot unmarshal array into Go value of type http.stateTransactionRequestBody")]
    [InlineData("", "EOF")]
    [InlineData("""{"operations":""", "unexpected EOF")]
    [InlineData("""{"operations":[{"operation":"upsert","request":{"key":5,"value":1}}]}""", "1 error(s) decoding:\n\n* 'Key' expected type 'string', got unconvertible type 'float64', value: '5'")]
    public async Task Transaction_BodyThatIsNone_Is400WithTheReason(string body, string reason) =>
        (await Sidecar.PostAsync($"{Store}/transaction", body)).IsError(400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: " + reason);

    [Theory]
    [InlineData("frob")]
    [InlineData("UPSERT")]
    [InlineData("")]
    public async Task Transaction_UnknownOperation_Is400AndWritesNothing(string operation)
    {
        string key = NewKey();
        Answer answer = await TransactAsync(Upsert(key, "1"), $$$"""{"operation":"{{{operation}}}","request":{"key":"x","value":1}}""");
        answer.IsError(400, "ERR_NOT_SUPPORTED_STATE_OPERATION", $"operation type {operation} not supported");
        await IsMissingAsync(key);
    }

    [Fact]
    public async Task Transaction_ManyOverTheSameTwoKeys_NeverShowsHalfOfOne()
    {
        string left = NewKey(), right = NewKey();
        (await TransactAsync(Upsert(left, "0"), Upsert(right, "0"))).IsNoContent();
        await Task.WhenAll(Enumerable.Range(1, 40).Select(i => TransactAsync(Upsert(left, $"{i}"), Upsert(right, $"{i}"))));
        Assert.Equal((await GetAsync(left)).Body, (await GetAsync(right)).Body);
    }

    private Task<Answer> TransactAsync(params string[] operations) => TransactWithAsync("POST", operations);

    private Task<Answer> TransactWithAsync(string method, params string[] operations) =>
        Sidecar.SendAsync(method, $"{Store}/transaction", $$$"""{"operations":[{{{string.Join(',', operations)}}}],"metadata":{"foo":"bar"}}""");

    private static string Upsert(string key, string value, string? etag = null, string? concurrency = null) =>
        $$$"""{"operation":"upsert","request":{{{Entry(key, value, etag, concurrency)}}}}""";

    private static string Delete(string key, string? etag = null)
    {
        string condition = etag is null ? "" : ",\"etag\":" + JsonSerializer.Serialize(etag);
        return $$$"""{"operation":"delete","request":{"key":"{{{key}}}"{{{condition}}}}}""";
    }

    private async Task IsRolledBackOrWrittenAsync(string key, string value)
    {
        if (Target.RollsBack) await IsMissingAsync(key);
        else await HoldsAsync(key, value);
    }

    private static void IsRefused(Answer answer)
    {
        Assert.Equal((HttpStatusCode.InternalServerError, "ERR_STATE_TRANSACTION"), (answer.Status, answer.ErrorCode));
        Assert.StartsWith("error while executing state transaction: ", answer.Message, StringComparison.Ordinal);
    }
}
