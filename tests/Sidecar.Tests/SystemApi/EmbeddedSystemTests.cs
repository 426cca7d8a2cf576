using System.Net;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.TestKit;
using Microsoft.AspNetCore.Http;

namespace Gateway.Sidecar.Tests.SystemApi;

/// <summary>The embedded sidecar's start and stop, and its probes in time that a test moves.</summary>
public sealed class EmbeddedSystemTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Stop_BeforeTheAppListens_EndsTheWait()
    {
        int port = FreePort.Next();
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
    public async Task Port_ThatIsTaken_IsOneClearLine()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync();
        int port = sidecar.Host.HttpAddress.Port;
        var error = await Assert.ThrowsAsync<SidecarStartException>(() => TestSidecar.StartAsync(configure: _ => new SidecarOptions { AppId = "b", HttpPort = port }));
        Assert.StartsWith($"127.0.0.1:{port}: cannot listen there: ", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static SidecarOptions With(SidecarOptions options, int? appPort = null, AppHealthOptions? health = null) => new()
    {
        AppId = options.AppId,
        HttpPort = 0,
        AppPort = appPort,
        ResourcesPaths = options.ResourcesPaths,
        DataPath = options.DataPath,
        AppHealth = health,
    };

    private static Task Answer(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
