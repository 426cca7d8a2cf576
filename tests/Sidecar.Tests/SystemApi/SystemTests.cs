using System.Net;
using System.Text.Json;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.TestKit;
using Microsoft.AspNetCore.Http;

namespace Gateway.Sidecar.Tests.SystemApi;

/// <summary>
/// Health, metadata, tokens, limits and routes: https://docs.dapr.io/reference/api/health_api/,
/// https://docs.dapr.io/reference/api/metadata_api/, https://docs.dapr.io/operations/security/api-token/.
/// </summary>
public sealed class SystemTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly string Memory = TestSidecar.Component("mem", "state.in-memory");

    [Theory]
    [InlineData("GET", "/v1.0/healthz", 204)]
    [InlineData("GET", "/v1.0/healthz/outbound", 204)]
    [InlineData("GET", "/v1.0/healthz?appid=gold", 204)]
    [InlineData("GET", "//v1.0/healthz", 204)]
    [InlineData("GET", "/v1.0//healthz/", 204)]
    [InlineData("GET", "/./v1.0/../v1.0/healthz", 204)]
    [InlineData("POST", "/v1.0/healthz", 404)]
    [InlineData("HEAD", "/v1.0/healthz", 404)]
    [InlineData("GET", "/V1.0/healthz", 404)]
    [InlineData("GET", "/v1.0%2Fhealthz", 404)]
    [InlineData("GET", "/healthz", 404)]
    [InlineData("GET", "/v1.0/healthz/other", 404)]
    [InlineData("GET", "/v1.0/metadata/key", 404)]
    [InlineData("POST", "/v1.0/metadata", 404)]
    [InlineData("GET", "/v1.0/shutdown", 404)]
    [InlineData("OPTIONS", "/v1.0/state/mem", 404)]
    [InlineData("GET", "/v1.0/nope", 404)]
    [InlineData("GET", "/", 404)]
    public async Task Route_AnswersAsDaprdDoes(string method, string path, int status)
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(Memory);
        Answer answer = await sidecar.Caller.SendAsync(method, path);
        Assert.Equal(status, (int)answer.Status);
        if (status == 404 && method != "HEAD") answer.IsUnknownRoute();
    }

    [Fact]
    public async Task Healthz_OfAnotherAppId_Is500()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync();
        (await sidecar.Caller.GetAsync("/v1.0/healthz?appid=other")).IsError(500, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match");
    }

    [Fact]
    public async Task BeforeTheApp_StateWorksAndHealthzWaits_AndOnceItListensTheStartIsFinished()
    {
        int port = await FreePortAsync();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(Memory, configure: options => With(options, appPort: port));
        (await sidecar.Caller.GetAsync("/v1.0/healthz")).IsError(500, "ERR_HEALTH_NOT_READY", "dapr is not ready: [runtime]");
        (await sidecar.Caller.GetAsync("/v1.0/healthz/outbound")).IsNoContent();
        (await sidecar.Caller.PostAsync("/v1.0/state/mem", """[{"key":"k","value":1}]""")).IsNoContent();

        await using TestApp app = await TestApp.StartAsync(http => Answer(http, 404), port);
        await sidecar.Host.Ready.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        (await sidecar.Caller.GetAsync("/v1.0/healthz")).IsNoContent();
        AppCall config = app.Call("/dapr/config");
        Assert.Equal(("GET", "application/json", "gold", "appsecret"), (config.Method, config.Headers["Content-Type"], config.Headers["dapr-app-id"], config.Headers["dapr-api-token"]));
    }

    [Fact]
    public async Task Stop_BeforeTheAppListens_EndsTheWait()
    {
        int port = await FreePortAsync();
        TestSidecar sidecar = await TestSidecar.StartAsync(configure: options => With(options, appPort: port));
        Task ready = sidecar.Host.Ready;
        await sidecar.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ready);
    }

    [Fact]
    public async Task AppHealth_FailedProbes_StopInvocationsUntilOneSucceeds()
    {
        var time = new ManualTimeProvider();
        bool healthy = true;
        await using TestApp app = await TestApp.StartAsync(http => Answer(http, http.Request.Path == "/up" && !Volatile.Read(ref healthy) ? 500 : 200));
        await using TestSidecar sidecar = await TestSidecar.StartAsync(time: time, configure: options => With(options, appPort: app.Port, health: new AppHealthOptions { Path = "up", Threshold = 2 }));
        await sidecar.Host.Ready.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, (await InvokeAsync()).Status);

        Volatile.Write(ref healthy, false);
        await ProbeUntilAsync(HttpStatusCode.InternalServerError);
        (await InvokeAsync()).IsError(500, "ERR_DIRECT_INVOKE", "failed to invoke, id: gold, err: rpc error: code = Internal desc = app is not in a healthy state");
        Volatile.Write(ref healthy, true);
        await ProbeUntilAsync(HttpStatusCode.OK);

        Task<Answer> InvokeAsync() => sidecar.Caller.GetAsync("/v1.0/invoke/gold/method/x");

        async Task ProbeUntilAsync(HttpStatusCode status)
        {
            using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
            while ((await InvokeAsync()).Status != status)
            {
                limit.Token.ThrowIfCancellationRequested();
                time.Advance(TimeSpan.FromSeconds(5));
            }
        }
    }

    [Fact]
    public async Task Metadata_ListsComponentsAndWhatWasPut()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(Memory);
        (await sidecar.Caller.SendAsync("PUT", "/v1.0/metadata/mykey", "my value")).IsNoContent();
        (await sidecar.Caller.SendAsync("PUT", "/v1.0/metadata/daprRuntimeVersion", "x")).IsNoContent();
        Answer answer = await sidecar.Caller.GetAsync("/v1.0/metadata");
        JsonElement metadata = JsonDocument.Parse(answer.Body).RootElement;
        Assert.Equal("gold", metadata.GetProperty("id").GetString());
        Assert.Equal(
            """[{"name":"mem","type":"state.in-memory","version":"v1","capabilities":["ETAG","TRANSACTIONAL","TTL","DELETE_WITH_PREFIX","KEYS_LIKE","ACTOR"]}]""",
            metadata.GetProperty("components").GetRawText());
        Assert.Equal("""{"daprRuntimeVersion":"1.18.3","mykey":"my value"}""", metadata.GetProperty("extended").GetRawText());
        Assert.False(metadata.TryGetProperty("appConnectionProperties", out _));
    }

    [Fact]
    public async Task Metadata_WithAnApp_SaysHowItIsReached()
    {
        await using TestApp app = await TestApp.StartAsync();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(configure: options => With(options, appPort: app.Port));
        JsonElement metadata = JsonDocument.Parse((await sidecar.Caller.GetAsync("/v1.0/metadata")).Body).RootElement;
        Assert.Equal($$"""{"port":{{app.Port}},"protocol":"http","channelAddress":"127.0.0.1"}""", metadata.GetProperty("appConnectionProperties").GetRawText());
    }

    [Fact]
    public async Task Shutdown_IsAnsweredAndTellsTheHost()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync();
        Assert.False(sidecar.Host.ShutdownRequested.IsCompleted);
        (await sidecar.Caller.PostAsync("/v1.0/shutdown", null)).IsNoContent();
        await sidecar.Host.ShutdownRequested.WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("/v1.0/metadata", null, null, 401)]
    [InlineData("/v1.0/metadata", "dapr-api-token", "x", 401)]
    [InlineData("/v1.0/metadata", "authorization", "Bearer secret1", 401)]
    [InlineData("/v1.0/metadata?dapr-api-token=secret1", null, null, 401)]
    [InlineData("//v1.0/metadata", null, null, 401)]
    [InlineData("/v1.0/nope", null, null, 401)]
    [InlineData("/v1.0/metadata", "dapr-api-token", "secret1", 200)]
    [InlineData("/v1.0/healthz", null, null, 204)]
    [InlineData("/v1.0/healthz/outbound", null, null, 204)]
    public async Task Token_IsAskedOfAllButHealth(string path, string? header, string? value, int status)
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(configure: options => With(options, token: "secret1"));
        Answer answer = await (header is null ? sidecar.Caller.GetAsync(path) : sidecar.Caller.GetAsync(path, (header, value!)));
        Assert.Equal(status, (int)answer.Status);
        if (status != 401) return;
        Assert.Equal("invalid api token\n", answer.Body);
        Assert.Equal(("text/plain; charset=utf-8", "nosniff"), (answer.Headers["Content-Type"], answer.Headers["X-Content-Type-Options"]));
    }

    [Fact]
    public async Task Token_OfTheCaller_IsNotHandedToTheApp()
    {
        await using TestApp app = await TestApp.StartAsync();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(configure: options => With(options, appPort: app.Port, token: "secret1"));
        await sidecar.Caller.GetAsync("/v1.0/invoke/gold/method/x", ("dapr-api-token", "secret1"));
        Assert.Equal("appsecret", app.Call("/x").Headers["dapr-api-token"]);
    }

    [Fact]
    public async Task Body_PastTheLimit_IsRefused()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(Memory, configure: options => With(options, maxBodySize: 1000));
        (await sidecar.Caller.PostAsync("/v1.0/state/mem", Save(900))).IsNoContent();
        (await sidecar.Caller.PostAsync("/v1.0/state/mem", Save(1100))).IsError(400, "ERR_MALFORMED_REQUEST", "stream too large");

        static string Save(int length) => $$"""[{"key":"k","value":"{{new string('x', length)}}"}]""";
    }

    [Theory]
    [InlineData("/v1.0/configuration/x", "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured")]
    [InlineData("/v1.0-alpha1/configuration/x", "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured")]
    public async Task BuildingBlock_WithoutAComponent_SaysSo(string path, string code, string message)
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync();
        (await sidecar.Caller.GetAsync(path)).IsError(500, code, message);
    }

    [Fact]
    public async Task Trace_OfTheRequest_IsOnTheAnswer()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(Memory);
        Answer answer = await sidecar.Caller.GetAsync("/v1.0/state/mem/k", ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("tracestate", "x=y"));
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", answer.Headers["traceparent"]);
        Assert.Equal("x=y", answer.Headers["tracestate"]);
        Assert.DoesNotContain("traceparent", (await sidecar.Caller.GetAsync("/v1.0/healthz")).Headers.Keys, StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Port_ThatIsTaken_IsOneClearLine()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync();
        int port = sidecar.Host.HttpAddress.Port;
        var error = await Assert.ThrowsAsync<SidecarStartException>(() => TestSidecar.StartAsync(configure: _ => new SidecarOptions { AppId = "b", HttpPort = port }));
        Assert.StartsWith($"127.0.0.1:{port}: cannot listen there: ", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static SidecarOptions With(SidecarOptions options, int? appPort = null, string? token = null, long maxBodySize = 4 << 20, AppHealthOptions? health = null) => new()
    {
        AppId = options.AppId,
        HttpPort = 0,
        AppPort = appPort,
        ResourcesPaths = options.ResourcesPaths,
        DataPath = options.DataPath,
        DaprApiToken = token,
        AppApiToken = "appsecret",
        MaxBodySize = maxBodySize,
        AppHealth = health,
    };

    private static Task Answer(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static async Task<int> FreePortAsync()
    {
        await using TestApp app = await TestApp.StartAsync();
        return app.Port;
    }
}
