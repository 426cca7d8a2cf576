using System.Text;
using Dapr;
using Dapr.Client;
using Gateway.Dapr.Tests.Kit;

namespace Gateway.Dapr.Tests.Client;

public class SecretAndBindingTests : SidecarTest
{
    [Fact]
    public async Task GetSecret_Present_ReadsItsValues()
    {
        Sidecar.Answer(200, "{\"GOLD_A\":\"va\"}\n");
        var secret = await Client.GetSecretAsync("envs", "GOLD_A", new Dictionary<string, string> { ["version_id"] = "3" });
        Assert.Equal("GET /v1.0/secrets/envs/GOLD_A?metadata.version_id=3", Sidecar.Request.Line);
        Assert.Equal(new Dictionary<string, string> { ["GOLD_A"] = "va" }, secret);
    }

    [Fact]
    public async Task GetSecret_UnknownStore_ThrowsWithTheSidecarsError()
    {
        Sidecar.Answer(401, """{"errorCode":"ERR_SECRET_STORE_NOT_FOUND","message":"failed finding secret store with key nope"}""");
        var exception = await Assert.ThrowsAsync<DaprException>(() => Client.GetSecretAsync("nope", "x"));
        Assert.Equal("ERR_SECRET_STORE_NOT_FOUND", Assert.IsType<DaprApiException>(exception.InnerException).ErrorCode);
    }

    [Fact]
    public async Task GetBulkSecret_ReadsAll()
    {
        Sidecar.Answer(200, """{"A":{"A":"va"},"nested":{"a":"1","b:c":"2"}}""");
        var secrets = await Client.GetBulkSecretAsync("files");
        Assert.Equal("GET /v1.0/secrets/files/bulk", Sidecar.Request.Line);
        Assert.Equal("2", secrets["nested"]["b:c"]);
        Assert.Equal("va", secrets["A"]["A"]);
    }

    [Fact]
    public async Task InvokeBinding_Typed_PostsDataAndReadsTheAnswer()
    {
        Sidecar.Answer(200, """{"a":1}""");
        var answer = await Client.InvokeBindingAsync<string, Dictionary<string, int>>(
            "web", "get", "hello", new Dictionary<string, string> { ["path"] = "/json" });
        Assert.Equal("POST /v1.0/bindings/web", Sidecar.Request.Line);
        Assert.Equal("""{"operation":"get","data":"hello","metadata":{"path":"/json"}}""", Sidecar.Request.Body);
        Assert.Equal(1, answer["a"]);
    }

    [Fact]
    public async Task InvokeBinding_NoAnswer_IsTheDefault()
    {
        Sidecar.Answer(204);
        Assert.Null(await Client.InvokeBindingAsync<int, string?>("web", "create", 1));
        await Client.InvokeBindingAsync("web", "create", 1);
    }

    [Fact]
    public async Task InvokeBinding_Raw_CarriesJsonAndReadsMetadata()
    {
        Sidecar.Answer(200, "plain", ("Metadata.statuscode", "200"), ("Metadata.Status", "200 OK"));
        var request = new BindingRequest("web", "get") { Data = Encoding.UTF8.GetBytes("{\"x\":1}"), Metadata = { ["path"] = "/" } };
        var response = await Client.InvokeBindingAsync(request);
        Assert.Equal("""{"operation":"get","data":{"x":1},"metadata":{"path":"/"}}""", Sidecar.Request.Body);
        Assert.Equal("plain", Encoding.UTF8.GetString(response.Data.Span));
        Assert.Equal("200", response.Metadata["statuscode"]);
        Assert.Same(request, response.Request);
    }

    [Fact]
    public async Task InvokeBinding_RawWithoutData_LeavesItOut()
    {
        await Client.InvokeBindingAsync(new BindingRequest("web", "list"));
        Assert.Equal("""{"operation":"list"}""", Sidecar.Request.Body);
    }

    [Fact]
    public async Task InvokeBinding_RawThatIsNoJson_IsRefused() =>
        await Assert.ThrowsAsync<ArgumentException>(() =>
            Client.InvokeBindingAsync(new BindingRequest("web", "create") { Data = Encoding.UTF8.GetBytes("plain") }));

    [Fact]
    public async Task InvokeBinding_Failed_Throws()
    {
        Sidecar.Answer(500, """{"errorCode":"ERR_INVOKE_OUTPUT_BINDING","message":"m"}""");
        await Assert.ThrowsAsync<DaprException>(() => Client.InvokeBindingAsync("web", "get", 1));
    }
}
