using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Gateway.Sidecar.Tests.Hosting;
using Microsoft.AspNetCore.Http;

namespace Gateway.Sidecar.Tests.Invoke;

/// <summary>Service invocation: https://docs.dapr.io/reference/api/service_invocation_api/.</summary>
public abstract class InvokeConformance<TSidecars>(TSidecars sidecars) : IClassFixture<TSidecars>, IAsyncLifetime
    where TSidecars : Sidecars
{
    private readonly TestApp app = sidecars.App;
    private SidecarCaller caller = null!;

    public async ValueTask InitializeAsync()
    {
        caller = (await sidecars.SharedAsync(new SidecarSettings { AppPort = app.Port })).Caller;
        // After the start of the sidecar, which asks the app what it wants before it is ready.
        app.Reset();
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("OPTIONS")]
    [InlineData("HEAD")]
    public async Task Invoke_AnyVerb_ReachesTheAppAsItIs(string method)
    {
        app.Handler = http => http.Response.WriteAsJsonAsync(new { ok = 1 });
        string? body = method is "GET" or "OPTIONS" or "HEAD" ? null : """{"a":1}""";
        Answer answer = await caller.SendAsync(method, "/v1.0/invoke/gold/method/x", body);
        Assert.Equal((HttpStatusCode.OK, method == "HEAD" ? "" : """{"ok":1}"""), (answer.Status, answer.Body));
        AppCall call = app.Call("/x");
        Assert.Equal((method, body ?? ""), (call.Method, call.Body));
    }

    [Theory]
    [InlineData("/v1.0/invoke/gold/method/a/b/c", "/a/b/c")]
    [InlineData("/v1.0/invoke/gold/method/x?a=1&b=x%20y&c=%C3%BC&d&a=2", "/x?a=1&b=x%20y&c=%C3%BC&d&a=2")]
    [InlineData("/v1.0/invoke/gold/method/a%20b%2Fc/%C3%BC", "/a%20b/c/%C3%BC")]
    [InlineData("/v1.0/invoke/gold/method/x/", "/x")]
    [InlineData("/v1.0/invoke/gold/method/a//b", "/a/b")]
    [InlineData("/v1.0/invoke/gold/method/a/../b", "/b")]
    [InlineData("/v1.0/invoke/gold/method/a/%2e%2e/b", "/b")]
    [InlineData("/v1.0/invoke/gold/method/", "/")]
    [InlineData("/v1.0/invoke/gold/method/a;b+c", "/a;b+c")]
    [InlineData("/v1.0/invoke/gold/method/a$b@c!d", "/a$b@c!d")]
    [InlineData("/v1.0/invoke/gold/method/a%252Fb%2541%253F", "/a%2Fb%41%3F")]
    [InlineData("/v1.0/invoke/gold/method/a%3C%2520", "/a%3C%20")]
    [InlineData("/v1.0/invoke/gold/method/a%7Cb[c]", "/a%7Cb%5Bc%5D")]
    [InlineData("/v1.0/invoke/gold/method/a[c]", "/a[c]")]
    [InlineData("//v1.0//invoke//gold/method/x", "/x")]
    [InlineData("/v1.0/invoke/gold.default/method/x", "/x")]
    public async Task Invoke_Path_IsCleanedAndKept(string path, string target)
    {
        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync(path)).Status);
        app.Call(target);
    }

    [Theory]
    [InlineData("what%3F", "rpc error: code = InvalidArgument desc = invalid method: method contains forbidden character: \"what?\"")]
    [InlineData("a/%2e%2e/%23%22", "rpc error: code = InvalidArgument desc = invalid method: method contains forbidden character: \"#\\\"\"")]
    [InlineData("%C3%BC%0Ab", "rpc error: code = InvalidArgument desc = invalid method: method contains control character at position 2: \"ü\\nb\"")]
    [InlineData("a%7F", "rpc error: code = InvalidArgument desc = invalid method: method contains control character at position 1: \"a\\x7f\"")]
    [InlineData("a%25zzz", "parse \"http://127.0.0.1:{port}/a%zzz\": invalid URL escape \"%zz\"")]
    [InlineData("a%25", "parse \"http://127.0.0.1:{port}/a%\": invalid URL escape \"%\"")]
    public async Task Invoke_PathThatIsNone_Is500AndReachesNobody(string path, string reason)
    {
        reason = reason.Replace("{port}", app.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        (await caller.GetAsync("/v1.0/invoke/gold/method/" + path)).IsError(500, "ERR_DIRECT_INVOKE", "failed to invoke, id: gold, err: " + reason);
        Assert.Empty(app.Calls);
    }

    [Theory]
    [InlineData("/x?a=1", "/x?a=1")]
    [InlineData("/", "/")]
    [InlineData("/v1.0/foo", "/v1.0/foo")]
    [InlineData("/v1.0/invoke/nobody/method/x", "/v1.0/invoke/nobody/method/x")]
    public async Task Invoke_ByHeader_GivesTheAppTheWholePath(string path, string target)
    {
        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync(path, ("dapr-app-id", "gold"))).Status);
        Assert.DoesNotContain("dapr-app-id", app.Call(target).Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Invoke_ByBasicAuthentication_ReachesTheApp()
    {
        string user = Convert.ToBase64String(Encoding.UTF8.GetBytes("dapr-app-id:gold"));
        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/x", ("Authorization", $"Basic {user}"))).Status);
        app.Call("/x");
    }

    [Fact]
    public async Task Header_OnARealRoute_IsNotAnInvocation()
    {
        (await caller.GetAsync("/v1.0/healthz", ("dapr-app-id", "nobody"))).IsNoContent();
    }

    [Fact]
    public async Task Invoke_RequestHeaders_PassThrough()
    {
        await caller.PostAsync(
            "/v1.0/invoke/gold/method/x", "{}",
            ("Content-Type", "application/json"), ("X-Custom", "v"), ("Authorization", "Bearer t"), ("Cookie", "a=b"), ("User-Agent", "ua/1"), ("dapr-foo", "f"));
        IReadOnlyDictionary<string, string> headers = app.Call("/x").Headers;
        foreach ((string name, string value) in ((string, string)[])
            [("Content-Type", "application/json"), ("X-Custom", "v"), ("Authorization", "Bearer t"), ("Cookie", "a=b"), ("User-Agent", "ua/1"), ("dapr-foo", "f")])
            Assert.Equal(value, headers[name]);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-00$", headers["traceparent"]);
    }

    [Fact]
    public async Task Invoke_ResponseHeaders_PassThrough()
    {
        app.Handler = http =>
        {
            http.Response.Headers.Location = "/x";
            http.Response.Headers.SetCookie = "a=b";
            http.Response.Headers.ETag = "\"e\"";
            http.Response.Headers["X-Custom"] = "1";
            return http.Response.WriteAsJsonAsync(1);
        };
        Answer answer = await caller.GetAsync("/v1.0/invoke/gold/method/x");
        Assert.Equal(("/x", "a=b", "\"e\"", "1"), (answer.Headers["Location"], answer.Headers["Set-Cookie"], answer.ETag, answer.Headers["X-Custom"]));
    }

    [Fact]
    public async Task Invoke_Trace_IsPassedOn()
    {
        Answer answer = await caller.GetAsync(
            "/v1.0/invoke/gold/method/x",
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("tracestate", "x=y"), ("baggage", "k=v"));
        AppCall call = app.Call("/x");
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", call.Headers["traceparent"]);
        Assert.Equal(("x=y", "k=v"), (call.Headers["tracestate"], call.Headers["baggage"]));
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", answer.Headers["traceparent"]);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(204)]
    [InlineData(301)]
    [InlineData(304)]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(405)]
    [InlineData(409)]
    [InlineData(418)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Invoke_AnyStatus_IsTheCallers(int status)
    {
        bool empty = status is 204 or 304;
        app.Handler = http =>
        {
            http.Response.StatusCode = status;
            return empty ? Task.CompletedTask : http.Response.WriteAsync($"status {status}");
        };
        Answer answer = await caller.PostAsync("/v1.0/invoke/gold/method/x", "{}");
        Assert.Equal((status, empty ? "" : $"status {status}"), ((int)answer.Status, answer.Body));
    }

    [Fact]
    public async Task Invoke_AnswerWithoutType_IsText()
    {
        app.Handler = http => http.Response.Body.WriteAsync("raw"u8.ToArray()).AsTask();
        Answer answer = await caller.GetAsync("/v1.0/invoke/gold/method/x");
        Assert.Equal(("raw", "text/plain; charset=utf-8"), (answer.Body, answer.Headers["Content-Type"]));
    }

    [Fact]
    public async Task Invoke_ThreeMegabytes_GoThereAndBack()
    {
        string body = new('x', 3_000_000);
        app.Handler = http => http.Response.WriteAsync(body);
        Assert.Equal(body, (await caller.PostAsync("/v1.0/invoke/gold/method/x", body)).Body);
        Assert.Equal(body, app.Call("/x").Body);
    }

    [Fact]
    public async Task Invoke_BodyPastTheLimit_Is500()
    {
        Answer answer = await caller.PostAsync("/v1.0/invoke/gold/method/x", new string('x', (4 << 20) + 1));
        Assert.Equal((500, "ERR_DIRECT_INVOKE"), ((int)answer.Status, answer.ErrorCode));
        // daprd names the connection in between, whose port is any.
        Assert.Matches("^failed to invoke, id: gold, err: (Post .*: )?stream too large$", answer.Message);
    }

    [Theory]
    [InlineData("/v1.0/invoke/nobody/method/x", "nobody")]
    [InlineData("/v1.0/invoke/Gold/method/x", "Gold")]
    public async Task Invoke_AbsentApp_Is500(string path, string id) =>
        (await caller.GetAsync(path)).IsError(500, "ERR_DIRECT_INVOKE", $"failed to invoke, id: {id}, err: no host found with the given ID");

    [Theory]
    [InlineData("/v1.0/invoke/gold/method")]
    [InlineData("/v1.0/invoke/gold/x")]
    [InlineData("/v1.0/invoke//method/x")]
    [InlineData("/x")]
    public async Task Path_WithoutAnApp_IsAnUnknownRoute(string path) => (await caller.GetAsync(path)).IsUnknownRoute();

    [Theory]
    [InlineData("GET", "Get")]
    [InlineData("POST", "Post")]
    [InlineData("DELETE", "Delete")]
    public async Task Invoke_AppThatClosesTheConnection_Is500AndNotCalledAgain(string method, string named)
    {
        await using var closing = new ClosingApp();
        await using IRunningSidecar beside = await sidecars.StartAsync(new SidecarSettings { AppPort = closing.Port });
        // The first call leaves a connection that the second one uses again.
        Assert.Equal(HttpStatusCode.OK, (await beside.Caller.GetAsync("/v1.0/invoke/gold/method/first")).Status);
        Answer answer = await beside.Caller.SendAsync(method, "/v1.0/invoke/gold/method/x", method == "POST" ? "{}" : null);
        answer.IsError(500, "ERR_DIRECT_INVOKE", $"failed to invoke, id: gold, err: {named} \"http://127.0.0.1:{closing.Port}/x\": EOF");
        Assert.Equal(1, closing.Closed);
    }

    [Fact]
    public async Task Invoke_AppThatDoesNotListen_Is500()
    {
        using var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        int port = ((IPEndPoint)reserved.LocalEndPoint!).Port;
        await using IRunningSidecar early = await sidecars.StartAsync(new SidecarSettings { AppPort = port, WaitUntilReady = false });
        (await early.Caller.GetAsync("/v1.0/invoke/gold/method/x")).IsError(
            500, "ERR_DIRECT_INVOKE",
            $"failed to invoke, id: gold, err: Get \"http://127.0.0.1:{port}/x\": dial tcp 127.0.0.1:{port}: connect: connection refused");
    }

    [Fact]
    public async Task Invoke_SidecarWithoutAnApp_Is500()
    {
        IRunningSidecar alone = await sidecars.SharedAsync(new SidecarSettings());
        (await alone.Caller.GetAsync("/v1.0/invoke/gold/method/x"))
            .IsError(500, "ERR_DIRECT_INVOKE", "failed to invoke, id: gold, err: cannot invoke local endpoint: app channel not initialized");
    }

    [Fact]
    public async Task MaxConcurrency_One_GivesTheAppOneRequestAtATime()
    {
        IRunningSidecar limited = await sidecars.SharedAsync(new SidecarSettings { AppPort = app.Port, AppMaxConcurrency = 1 });
        int running = 0, most = 0;
        app.Handler = async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
        };
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => limited.Caller.GetAsync("/v1.0/invoke/gold/method/x")));
        Assert.Equal(1, most);
    }
}
