using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.State;

/// <summary>Save, get and delete: https://docs.dapr.io/reference/api/state_api/.</summary>
public abstract class StateItemConformance<TTarget>(TTarget target) : StateConformance<TTarget>(target)
    where TTarget : StateTarget
{
    [Fact]
    public async Task Save_OneEntry_IsReadBackWithAnEtag()
    {
        string key = NewKey();
        (await SaveAsync(key, """{"a":1}""")).IsNoContent();
        Answer read = await GetAsync(key);
        read.IsJson("""{"a":1}""");
        Assert.NotEmpty(read.ETag);
    }

    [Fact]
    public async Task Save_TheSameKeyAgain_ChangesValueAndEtag()
    {
        string key = NewKey();
        string first = await SavedEtagAsync(key, "1");
        string second = await SavedEtagAsync(key, "2");
        Assert.NotEqual(first, second);
        await HoldsAsync(key, "2");
    }

    [Fact]
    public async Task Save_WithPut_IsTheSameAsPost()
    {
        string key = NewKey();
        (await Sidecar.SendAsync("PUT", Store, $"[{Entry(key, "1")}]")).IsNoContent();
        await HoldsAsync(key, "1");
    }

    [Fact]
    public async Task Save_SeveralEntries_WritesAll()
    {
        string one = NewKey(), two = NewKey();
        (await Sidecar.PostAsync(Store, $"[{Entry(one, "1")},{Entry(two, "[1,2]")}]")).IsNoContent();
        await HoldsAsync(one, "1");
        await HoldsAsync(two, "[1,2]");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    public async Task Save_NoEntries_IsAccepted(string body) => (await Sidecar.PostAsync(Store, body)).IsNoContent();

    [Theory]
    [InlineData("""{"key":"obj","value":1}""", "json: cannot unmarshal object into Go value of type []state.SetRequest")]
    [InlineData("""[{"key":""", "unexpected EOF")]
    [InlineData("", "EOF")]
    [InlineData("""[{"value":1}]""", "\"key\" is a required field")]
    [InlineData("""[{"key":"","value":1}]""", "\"key\" is a required field")]
    [InlineData("""[{"key":5,"value":1}]""", "json: cannot unmarshal number into Go struct field SetRequest.key of type string")]
    [InlineData("""[{"key":"e","value":1,"etag":1}]""", "json: cannot unmarshal number into Go struct field SetRequest.etag of type string")]
    [InlineData("""[{"key":"t","value":1,"metadata":{"ttlInSeconds":5}}]""", "json: cannot unmarshal number into Go struct field SetRequest.metadata of type string")]
    public async Task Save_BodyThatIsNoSave_Is400WithTheReason(string body, string reason) =>
        (await Sidecar.PostAsync(Store, body)).IsError(400, "ERR_MALFORMED_REQUEST", reason);

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/json")]
    public async Task Save_AnyContentType_IsReadAsJson(string? contentType)
    {
        string key = NewKey();
        (string, string)[] headers = contentType is null ? [] : [("Content-Type", contentType)];
        (await Sidecar.PostAsync(Store, $"[{Entry(key, "1")}]", headers)).IsNoContent();
        await HoldsAsync(key, "1");
    }

    [Fact]
    public async Task Save_NoValue_StoresNull()
    {
        string key = NewKey();
        (await Sidecar.PostAsync(Store, $$"""[{"key":"{{key}}","unknown":true}]""")).IsNoContent();
        await HoldsAsync(key, "null");
    }

    [Theory]
    [InlineData("\"hello\"", "\"hello\"")]
    [InlineData("\"\"", "\"\"")]
    [InlineData("null", "null")]
    [InlineData("true", "true")]
    [InlineData("1.0", "1")]
    [InlineData("1e3", "1000")]
    [InlineData("12345678901234567890", "12345678901234567000")]
    [InlineData("[1, 2,  3]", "[1,2,3]")]
    [InlineData("{}", "{}")]
    [InlineData("\"ü 漢 \\ud83d\\ude00 \\u00e9\"", "\"ü 漢 😀 é\"")]
    [InlineData("\"a\\\"b\\\\c\\n\"", "\"a\\\"b\\\\c\\n\"")]
    public async Task Save_Value_IsReadAndWrittenAgain(string value, string stored)
    {
        string key = NewKey();
        (await SaveAsync(key, value)).IsNoContent();
        await HoldsAsync(key, stored);
    }

    [Fact]
    public async Task Save_Object_IsSortedByTheStoreOrInAnyOrder()
    {
        string key = NewKey();
        (await SaveAsync(key, """{ "b" : 1, "a" : { "x" : null } }""")).IsNoContent();
        if (Target.SortsAndEscapes) await HoldsAsync(key, """{"a":{"x":null},"b":1}""");
        else Assert.Contains((await GetAsync(key)).Body, (string[])["""{"a":{"x":null},"b":1}""", """{"b":1,"a":{"x":null}}"""]);
    }

    [Fact]
    public async Task Save_Markup_IsEscapedByTheStoreOrKept()
    {
        string key = NewKey();
        (await SaveAsync(key, "\"<b>&\\u0026</b>\"")).IsNoContent();
        await HoldsAsync(key, Target.SortsAndEscapes ? "\"\\u003cb\\u003e\\u0026\\u0026\\u003c/b\\u003e\"" : "\"<b>&&</b>\"");
    }

    [Fact]
    public async Task Save_OneMegabyte_IsReadBackWhole()
    {
        string key = NewKey();
        string value = $"\"{new string('x', 1 << 20)}\"";
        (await SaveAsync(key, value)).IsNoContent();
        await HoldsAsync(key, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?consistency=strong")]
    [InlineData("?consistency=junk")]
    [InlineData("?metadata.partitionKey=p")]
    public async Task Get_MissingKey_Is204(string query) => (await Sidecar.GetAsync($"{Store}/{NewKey()}{query}")).IsNoContent();

    [Theory]
    [InlineData("PATCH", "/v1.0/state/store/k")]
    [InlineData("PUT", "/v1.0/state/store/k")]
    [InlineData("POST", "/v1.0/state/store/k")]
    [InlineData("GET", "/v1.0/state/store")]
    [InlineData("DELETE", "/v1.0/state/store")]
    [InlineData("POST", "/v1.0/state/store/query")]
    public async Task AnyVerb_ThatIsNotOfThePath_IsAnUnknownRoute(string method, string path) =>
        (await Sidecar.SendAsync(method, path, method is "GET" or "DELETE" ? null : "[]")).IsUnknownRoute();

    [Fact]
    public async Task Delete_ExistingKey_RemovesIt()
    {
        string key = NewKey();
        (await SaveAsync(key, "1")).IsNoContent();
        (await Sidecar.DeleteAsync($"{Store}/{key}")).IsNoContent();
        await IsMissingAsync(key);
    }

    [Fact]
    public async Task Delete_MissingKey_Is204() => (await Sidecar.DeleteAsync($"{Store}/{NewKey()}")).IsNoContent();

    [Theory]
    [InlineData("concurrency")]
    [InlineData("consistency")]
    public async Task Delete_UnknownOption_Is500AndKeepsTheKeyWhereTheStoreReadsIt(string option)
    {
        string key = NewKey();
        (await SaveAsync(key, "1")).IsNoContent();
        Answer answer = await Sidecar.DeleteAsync($"{Store}/{key}?{option}=junk");
        if (!Target.DeleteReadsOptions)
        {
            answer.IsNoContent();
            return;
        }

        answer.IsError(500, "ERR_STATE_DELETE", $"failed deleting state with key {key}: unrecognized {option} model 'junk'");
        await HoldsAsync(key, "1");
    }

    [Theory]
    [InlineData("concurrency")]
    [InlineData("consistency")]
    public async Task Save_UnknownOption_Is500(string option) =>
        (await Sidecar.PostAsync(Store, $$$"""[{"key":"o","value":1,"options":{"{{{option}}}":"junk"}}]"""))
            .IsError(500, "ERR_STATE_SAVE", $"failed saving state in state store store: unrecognized {option} model 'junk'");

    [Theory]
    [InlineData("a b", "a%20b")]
    [InlineData("c/d", "c%2Fd")]
    [InlineData("ü漢", "%C3%BC%E6%BC%A2")]
    [InlineData("x|y", "x|y")]
    [InlineData("a?b", "a%3Fb")]
    [InlineData("a#b", "a%23b")]
    [InlineData("a..b", "a..b")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("a:b", "a:b")]
    [InlineData("a\nb", "a%0Ab")]
    [InlineData("bulk", "bulk")]
    [InlineData("transaction", "transaction")]
    public async Task Key_OfAnyCharacters_IsReadAndDeletedByItsEncodedForm(string key, string encoded)
    {
        (await SaveAsync(key, "1")).IsNoContent();
        (await Sidecar.GetAsync($"{Store}/{encoded}")).IsJson("1");
        (await Sidecar.DeleteAsync($"{Store}/{encoded}")).IsNoContent();
        (await Sidecar.GetAsync($"{Store}/{encoded}")).IsNoContent();
    }

    [Fact]
    public async Task Key_PlusInThePath_IsASpace()
    {
        (await SaveAsync("plus+key", "1")).IsNoContent();
        (await Sidecar.GetAsync($"{Store}/plus+key")).IsNoContent();
        (await Sidecar.GetAsync($"{Store}/plus%2Bkey")).IsJson("1");
    }

    [Fact]
    public async Task Key_OfThreeThousandCharacters_IsAccepted()
    {
        string key = new('L', 3000);
        (await SaveAsync(key, "1")).IsNoContent();
        await HoldsAsync(key, "1");
    }

    [Theory]
    [InlineData("POST", "", """[{"key":"x||y","value":1}]""")]
    [InlineData("GET", "/x||y", null)]
    [InlineData("DELETE", "/x||y", null)]
    [InlineData("POST", "/bulk", """{"keys":["ok","x||y"]}""")]
    [InlineData("POST", "/transaction", """{"operations":[{"operation":"upsert","request":{"key":"x||y","value":1}}]}""")]
    [InlineData("POST", "/transaction", """{"operations":[{"operation":"delete","request":{"key":"x||y"}}]}""")]
    public async Task Key_WithTwoPipes_Is400WithDetails(string method, string path, string? body)
    {
        Answer answer = await Sidecar.SendAsync(method, Store + path, body);
        answer.IsError(400, "ERR_MALFORMED_REQUEST", "api error: code = InvalidArgument desc = input key/keyPrefix 'x||y' can't contain '||'");
        string field = path == "/transaction" ? "" : "\"field\":\"x||y\",";
        Assert.Contains($"\"field_violations\":[{{{field}\"description\":", answer.Body, StringComparison.Ordinal);
        Assert.Contains("\"reason\":\"DAPR_STATE_ILLEGAL_KEY\"", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/k", null)]
    [InlineData("DELETE", "/k", null)]
    [InlineData("POST", "", "junk")]
    [InlineData("POST", "/bulk", """{"keys":["k"]}""")]
    [InlineData("POST", "/transaction", "{}")]
    public async Task Store_ThatIsNotThere_Is400WithDetails(string method, string path, string? body)
    {
        Answer answer = await Sidecar.SendAsync(method, "/v1.0/state/nostore" + path, body);
        answer.IsError(400, "ERR_STATE_STORE_NOT_FOUND", "state store nostore is not found");
        Assert.Contains("\"metadata\":{\"appID\":\"gold\"},\"reason\":\"DAPR_STATE_NOT_FOUND\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_IsRefusedByAStoreThatCannot()
    {
        Answer answer = await Sidecar.PostAsync("/v1.0-alpha1/state/store/query", "{}");
        if (Target.QueryError is not { } error)
        {
            answer.IsErrorStatus(200);
            return;
        }

        answer.IsError(500, error.Code, error.Message);
        Assert.Contains("\"reason\":\"DAPR_STATE_QUERY", answer.Body, StringComparison.Ordinal);
    }
}
