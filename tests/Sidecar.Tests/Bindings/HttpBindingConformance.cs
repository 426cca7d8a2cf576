using System.Text;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Invoke;
using Microsoft.AspNetCore.Http;

namespace Gateway.Sidecar.Tests.Bindings;

/// <summary>
/// Output bindings (https://docs.dapr.io/reference/api/bindings_api/) and bindings.http
/// (https://docs.dapr.io/reference/components-reference/supported-bindings/http/), which here invokes the app beside the sidecar.
/// </summary>
public abstract class HttpBindingConformance<TSidecars>(TSidecars sidecars) : IClassFixture<TSidecars>, IAsyncLifetime
    where TSidecars : Sidecars
{
    private const string Json = "application/json; charset=utf-8";
    private SidecarCaller sidecar = null!;

    private TestApp App => sidecars.App;

    public async ValueTask InitializeAsync()
    {
        string url = $"http://127.0.0.1:{App.Port}";
        sidecar = (await sidecars.SharedAsync(new SidecarSettings
        {
            AppPort = App.Port,
            Components = Component("web", url)
                + Component("webok", url, ("errorIfNot2XX", "false"))
                + Component("webbase", url + "/base/")
                + Component("websecure", url, ("securityToken", "s3cret"), ("securityTokenHeader", "X-Token"))
                + Component("webslow", url, ("responseTimeout", "200ms"))
                + Component("webshort", url, ("maxResponseBodySize", "4"))
                + Component("webgone", "http://127.0.0.1:1")
                + Component("webin", url, ("direction", "input"))
                + TestSidecar.Component("cron", "bindings.cron", "", ("schedule", "@every 1h")),
        })).Caller;
        App.Reset();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("get", "GET", false)]
    [InlineData("post", "POST", true)]
    [InlineData("create", "POST", true)]
    [InlineData("put", "PUT", true)]
    [InlineData("patch", "PATCH", true)]
    [InlineData("delete", "DELETE", false)]
    [InlineData("options", "OPTIONS", false)]
    [InlineData("head", "HEAD", false)]
    public async Task Invoke_Operation_IsTheMethodOfTheRequest(string operation, string method, bool sendsData)
    {
        App.Handler = http => WriteAsync(http, 200, """{"a":1}""", ("Content-Type", "application/json"));
        Answer answer = await InvokeAsync($$$"""{"operation":"{{{operation}}}","data":"hello","metadata":{"path":"/json"}}""");
        answer.IsJson(operation == "head" ? "" : """{"a":1}""");
        Assert.Equal(("200", "200 OK"), (answer.Headers["metadata.statusCode"], answer.Headers["metadata.status"]));
        Assert.Equal("application/json", answer.Headers["metadata.content-type"]);
        AppCall call = App.Call("/json");
        Assert.Equal((method, sendsData ? "\"hello\"" : "", Json), (call.Method, call.Body, call.Headers["accept"]));
        Assert.Equal(sendsData ? Json : null, call.Headers.GetValueOrDefault("content-type"));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("list")]
    [InlineData("frob")]
    public async Task Invoke_UnknownOperation_IsRefusedWithThoseThatAreKnown(string operation) =>
        Refused(
            await InvokeAsync($$"""{"operation":"{{operation}}"}"""),
            $"binding web does not support operation {operation}. supported operations:create get head post put patch delete options trace");

    [Theory]
    [InlineData("""{"operation":""}""")]
    [InlineData("""{"data":"x"}""")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task Invoke_NoOperation_IsRefused(string body) => Refused(await InvokeAsync(body), "operation field is missing from request");

    [Theory]
    [InlineData("", "null")]
    [InlineData(",\"data\":null", "null")]
    [InlineData(",\"data\":5", "5")]
    [InlineData(",\"data\":\"plain\"", "\"plain\"")]
    [InlineData(",\"data\":{ \"b\":\"x\", \"a\":1 }", """{"a":1,"b":"x"}""")]
    public async Task Invoke_Data_IsSentAsJson(string data, string sent)
    {
        (await InvokeAsync($$"""{"operation":"post"{{data}}}""")).IsJson("");
        Assert.Equal(sent, App.Call("/").Body);
    }

    [Theory]
    [InlineData("/json?x=1&y=%20", "/json?x=1&y=%20")]
    [InlineData("json", "/json")]
    [InlineData("", "/")]
    public async Task Invoke_Path_GoesAfterTheAddress(string path, string target)
    {
        await InvokeAsync($$$"""{"operation":"get","metadata":{"path":"{{{path}}}"}}""");
        App.Call(target);
        await InvokeAsync($$$"""{"operation":"get","metadata":{"path":"{{{path}}}"}}""", "webbase");
        App.Call("/base" + target);
    }

    [Fact]
    public async Task Invoke_MetadataWithACapital_AreHeaders()
    {
        await InvokeAsync("""
            {"operation":"post","data":"x","metadata":{"X-Custom":"v","Content-Type":"text/plain","Authorization":"t","lower":"l","Accept":"a/b","Host":"h"}}
            """);
        AppCall call = App.Call("/");
        Assert.Equal(("v", "text/plain", "t", "a/b"), (call.Headers["x-custom"], call.Headers["content-type"], call.Headers["authorization"], call.Headers["accept"]));
        Assert.DoesNotContain("lower", call.Headers.Keys);
        Assert.Equal($"127.0.0.1:{App.Port}", call.Headers["host"]);
    }

    [Fact]
    public async Task Invoke_SecurityToken_IsAHeader()
    {
        await InvokeAsync("""{"operation":"get"}""", "websecure");
        Assert.Equal("s3cret", App.Call("/").Headers["x-token"]);
    }

    [Fact]
    public async Task Invoke_AnswersHeaders_AreMetadata()
    {
        App.Handler = http => WriteAsync(http, 200, "x", ("X-Custom", "1"), ("X-Two", "2"));
        Answer answer = await InvokeAsync("""{"operation":"get"}""");
        answer.IsJson("x");
        Assert.Equal(("1", "2", "1"), (answer.Headers["metadata.x-custom"], answer.Headers["metadata.x-two"], answer.Headers["metadata.content-length"]));
    }

    [Theory]
    [InlineData(201, "Created")]
    [InlineData(204, "No Content")]
    [InlineData(301, "Moved Permanently")]
    [InlineData(400, "Bad Request")]
    [InlineData(404, "Not Found")]
    [InlineData(500, "Internal Server Error")]
    public async Task Invoke_OtherStatus_IsAFailureUnlessTheComponentOrTheRequestSaysOtherwise(int status, string phrase)
    {
        string body = status == 204 ? "" : "body";
        App.Handler = http => WriteAsync(http, status, body);
        Answer plain = await InvokeAsync("""{"operation":"get"}""");
        if (status < 300) plain.IsJson(body);
        else Refused(plain, $"received status code {status}");
        Assert.Equal(($"{status}", $"{status} {phrase}"), (plain.Headers["metadata.statusCode"], plain.Headers["metadata.status"]));

        (await InvokeAsync("""{"operation":"get"}""", "webok")).IsJson(body);
        Answer asked = await InvokeAsync("""{"operation":"get","metadata":{"errorIfNot2XX":"false"}}""");
        asked.IsJson(body);
        Assert.Equal($"{status}", asked.Headers["metadata.statusCode"]);
        if (status >= 300) Refused(await InvokeAsync("""{"operation":"get","metadata":{"errorIfNot2XX":"true"}}""", "webok"), $"received status code {status}");
    }

    [Fact]
    public async Task Invoke_Redirect_IsFollowed()
    {
        App.Handler = http => http.Request.Path == "/from" ? WriteAsync(http, 302, "", ("Location", "/to")) : WriteAsync(http, 200, "there");
        (await InvokeAsync("""{"operation":"get","metadata":{"path":"/from"}}""")).IsJson("there");
    }

    [Fact]
    public async Task Invoke_AnswerThatIsTooLong_IsCut()
    {
        App.Handler = http => WriteAsync(http, 200, "123456");
        (await InvokeAsync("""{"operation":"get"}""", "webshort")).IsJson("1234");
    }

    [Fact]
    public async Task Invoke_NoAnswerInTime_IsAFailure()
    {
        App.Handler = http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        Refused(await InvokeAsync("""{"operation":"get"}""", "webslow"), $"Get \"http://127.0.0.1:{App.Port}\": context deadline exceeded");
    }

    [Fact]
    public async Task Invoke_NobodyThere_IsAFailure() =>
        Refused(await InvokeAsync("""{"operation":"post"}""", "webgone"), "Post \"http://127.0.0.1:1\": dial tcp 127.0.0.1:1: connect: connection refused");

    [Fact]
    public async Task Invoke_ClosedConnection_IsAFailure()
    {
        await using var app = new ClosingApp();
        await using IRunningSidecar own = await sidecars.StartAsync(new SidecarSettings { Components = Component("web", $"http://127.0.0.1:{app.Port}") });
        Answer answer = await own.Caller.PostAsync("/v1.0/bindings/web", """{"operation":"post","metadata":{"path":"/x"}}""");
        Refused(answer, $"Post \"http://127.0.0.1:{app.Port}/x\": EOF");
    }

    [Theory]
    [InlineData("nope")]
    [InlineData("cron")]
    [InlineData("webin")]
    public async Task Invoke_WhatIsNoOutputBinding_IsRefused(string name) =>
        Refused(await InvokeAsync("""{"operation":"get"}""", name), $"couldn't find output binding {name}", name);

    [Theory]
    [InlineData("", "EOF")]
    [InlineData("""{"operation":""", "unexpected EOF")]
    [InlineData("[]", "json: cannot unmarshal array into Go value of type http.OutputBindingRequest")]
    [InlineData("""{"operation":5}""", "json: cannot unmarshal number into Go struct field OutputBindingRequest.operation of type string")]
    [InlineData("""{"operation":"get","metadata":{"path":5}}""", "json: cannot unmarshal number into Go struct field OutputBindingRequest.metadata of type string")]
    public async Task Invoke_BodyThatIsNone_Is400WithTheReason(string body, string reason) =>
        (await InvokeAsync(body)).IsError(400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: " + reason);

    [Fact]
    public async Task Invoke_ByPut_IsTheSame()
    {
        (await sidecar.SendAsync("PUT", "/v1.0/bindings/web", """{"operation":"get"}""")).IsJson("");
        App.Call("/");
    }

    [Fact]
    public async Task Invoke_ByGet_IsAnUnknownRoute() => (await sidecar.GetAsync("/v1.0/bindings/web")).IsUnknownRoute();

    [Fact]
    public async Task Invoke_CallersTrace_IsPassedOn()
    {
        const string trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await sidecar.PostAsync("/v1.0/bindings/web", """{"operation":"get","metadata":{"Traceparent":"00-x"}}""", ("traceparent", trace));
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", App.Call("/").Headers["traceparent"], StringComparison.Ordinal);
    }

    private Task<Answer> InvokeAsync(string body, string name = "web") =>
        sidecar.PostAsync("/v1.0/bindings/" + name, body, ("Content-Type", "application/json"));

    private static void Refused(Answer answer, string reason, string? name = null)
    {
        Assert.Equal((500, "ERR_INVOKE_OUTPUT_BINDING"), ((int)answer.Status, answer.ErrorCode));
        const string start = "error invoking output binding ";
        Assert.StartsWith(start + name, answer.Message, StringComparison.Ordinal);
        Assert.Equal(reason, answer.Message[(answer.Message.IndexOf(": ", StringComparison.Ordinal) + 2)..]);
    }

    private static Task WriteAsync(HttpContext http, int status, string body, params (string Name, string Value)[] headers)
    {
        http.Response.StatusCode = status;
        foreach ((string name, string value) in headers) http.Response.Headers[name] = value;
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        if (bytes.Length == 0) return Task.CompletedTask;
        http.Response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(http.Request.Method) ? Task.CompletedTask : http.Response.Body.WriteAsync(bytes).AsTask();
    }

    private static string Component(string name, string url, params (string Name, string Value)[] more) =>
        TestSidecar.Component(name, "bindings.http", "", [("url", url), .. more]);
}
