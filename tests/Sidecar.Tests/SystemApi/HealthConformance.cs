using System.Net;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.SystemApi;

/// <summary>
/// Health of the sidecar and of the app: https://docs.dapr.io/reference/api/health_api/,
/// https://docs.dapr.io/developing-applications/building-blocks/observability/app-health/.
/// </summary>
public abstract class HealthConformance<TSidecars>(TSidecars sidecars) : IClassFixture<TSidecars>
    where TSidecars : Sidecars
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task Healthz_OfAnotherAppId_Is500() =>
        (await (await sidecars.SharedAsync(new SidecarSettings())).Caller.GetAsync("/v1.0/healthz?appid=other"))
            .IsError(500, "ERR_HEALTH_APPID_NOT_MATCH", "dapr app-id does not match");

    [Fact]
    public async Task BeforeTheApp_StateWorksAndHealthzWaits_AndOnceItListensTheStartIsFinished()
    {
        int port = FreePort.Next();
        await using IRunningSidecar sidecar = await sidecars.StartAsync(new SidecarSettings
        {
            AppPort = port,
            AppApiToken = "appsecret",
            Components = TestSidecar.Component("mem", "state.in-memory"),
            WaitUntilReady = false,
        });
        (await sidecar.Caller.GetAsync("/v1.0/healthz")).IsError(500, "ERR_HEALTH_NOT_READY", "dapr is not ready: [runtime]");
        (await sidecar.Caller.GetAsync("/v1.0/healthz/outbound")).IsNoContent();
        (await sidecar.Caller.PostAsync("/v1.0/state/mem", """[{"key":"k","value":1}]""")).IsNoContent();

        await using TestApp app = await TestApp.StartAsync(port: port);
        await sidecar.WaitUntilReadyAsync();
        (await sidecar.Caller.GetAsync("/v1.0/healthz")).IsNoContent();
        AppCall config = app.Call("/dapr/config");
        Assert.Equal(
            ("GET", "application/json", "gold", "appsecret"),
            (config.Method, config.Headers["Content-Type"], config.Headers["dapr-app-id"], config.Headers["dapr-api-token"]));
    }

    [Fact]
    public async Task App_ThatFailsItsProbe_IsNotInvokedUntilItSucceedsAgain()
    {
        bool healthy = true;
        await using TestApp app = await TestApp.StartAsync(http =>
        {
            http.Response.StatusCode = http.Request.Path.StartsWithSegments("/dapr") ? 404
                : http.Request.Path == "/up" && !Volatile.Read(ref healthy) ? 500 : 200;
            return Task.CompletedTask;
        });
        await using IRunningSidecar sidecar = await sidecars.StartAsync(new SidecarSettings { AppPort = app.Port, AppHealthPath = "/up" });
        await InvokeUntilAsync(HttpStatusCode.OK);
        Volatile.Write(ref healthy, false);
        (await InvokeUntilAsync(HttpStatusCode.InternalServerError)).IsError(
            500, "ERR_DIRECT_INVOKE", "failed to invoke, id: gold, err: rpc error: code = Internal desc = app is not in a healthy state");
        Volatile.Write(ref healthy, true);
        await InvokeUntilAsync(HttpStatusCode.OK);

        // Probed every second of real time.
        async Task<Answer> InvokeUntilAsync(HttpStatusCode status)
        {
            using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
            while (true)
            {
                Answer answer = await sidecar.Caller.GetAsync("/v1.0/invoke/gold/method/x");
                if (answer.Status == status) return answer;
                await Task.Delay(Poll, TimeProvider.System, limit.Token);
            }
        }
    }

    [Fact]
    public async Task Shutdown_IsAnsweredAndEndsTheSidecar()
    {
        await using IRunningSidecar sidecar = await sidecars.StartAsync(new SidecarSettings());
        (await sidecar.Caller.PostAsync("/v1.0/shutdown", null)).IsNoContent();
        await sidecar.EndsAsync();
    }
}
