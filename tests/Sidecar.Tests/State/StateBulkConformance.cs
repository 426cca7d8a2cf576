using System.Text.Json;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>Bulk get: https://docs.dapr.io/reference/api/state_api/#get-bulk-state. The order of its answer is not defined.</summary>
public abstract class StateBulkConformance<TTarget>(TTarget target) : StateConformance<TTarget>(target)
    where TTarget : StateTarget
{
    [Theory]
    [InlineData("POST", "")]
    [InlineData("PUT", "")]
    [InlineData("POST", ",\"parallelism\":1")]
    [InlineData("POST", ",\"parallelism\":-1")]
    public async Task BulkGet_FoundAndMissingKeys_AnswersAnEntryForEach(string method, string more)
    {
        string one = NewKey(), missing = NewKey();
        string etag = await SavedEtagAsync(one, """{"a":1}""");
        Answer answer = await Sidecar.SendAsync(method, $"{Store}/bulk", $$"""{"keys":["{{one}}","{{missing}}"]{{more}}}""");
        Assert.Equal(
            [$$$"""{"key":"{{{one}}}","data":{"a":1},"etag":"{{{etag}}}"}""", $$"""{"key":"{{missing}}"}"""],
            Entries(answer).OrderByDescending(entry => entry.Length));
    }

    [Fact]
    public async Task BulkGet_Null_IsDataAndNotMissing()
    {
        string key = NewKey();
        string etag = await SavedEtagAsync(key, "null");
        Assert.Equal($$"""{"key":"{{key}}","data":null,"etag":"{{etag}}"}""", Assert.Single(Entries(await BulkAsync(key))));
    }

    [Fact]
    public async Task BulkGet_KeyWithTtl_ShowsWhenItExpires()
    {
        string key = NewKey();
        (await SaveAsync(key, "1", ttl: "100")).IsNoContent();
        string entry = Assert.Single(Entries(await BulkAsync(key)));
        if (Target.TellsExpiry) Assert.Matches("\"metadata\":{\"ttlExpireTime\":\"[^\"]+Z\"}}$", entry);
        else Assert.DoesNotContain("metadata", entry);
    }

    [Theory]
    [InlineData("""{"keys":[]}""")]
    [InlineData("{}")]
    public async Task BulkGet_NoKeys_IsAnEmptyList(string body) => Assert.Empty(Entries(await Sidecar.PostAsync($"{Store}/bulk", body)));

    [Theory]
    [InlineData("", "EOF")]
    [InlineData("""{"keys":""", "unexpected EOF")]
    [InlineData("""{"keys":"g1"}""", "json: cannot unmarshal string into Go struct field BulkGetRequest.keys of type []string")]
    [InlineData("[]", "json: cannot unmarshal array into Go value of type http.BulkGetRequest")]
    public async Task BulkGet_BodyThatIsNone_Is400WithTheReason(string body, string reason) =>
        (await Sidecar.PostAsync($"{Store}/bulk", body)).IsError(400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: " + reason);

    [Fact]
    public async Task BulkGet_KeysOfAnyCharacters_AreAnsweredAsTheyWereAsked()
    {
        string key = NewKey() + "/ü \"<";
        (await SaveAsync(key, "1")).IsNoContent();
        Answer answer = await Sidecar.PostAsync($"{Store}/bulk", $$"""{"keys":[{{JsonSerializer.Serialize(key)}}]}""");
        Assert.Equal(key, JsonDocument.Parse(answer.Body).RootElement[0].GetProperty("key").GetString());
    }

    private Task<Answer> BulkAsync(string key) => Sidecar.PostAsync($"{Store}/bulk", $$"""{"keys":["{{key}}"]}""");

    private static IEnumerable<string> Entries(Answer answer) =>
        JsonDocument.Parse(answer.Body).RootElement.EnumerateArray().Select(entry => entry.GetRawText());
}
