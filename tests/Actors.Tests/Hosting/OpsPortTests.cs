using System.Net;
using Gateway.Actors.Hosting;
using Gateway.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Gateway.Actors.Tests.Hosting;

/// <summary>The port for probes and Prometheus, on a real Kestrel.</summary>
public sealed class OpsPortTests
{
    [Theory]
    [InlineData("/healthz", HttpStatusCode.OK)]
    [InlineData("/readyz", HttpStatusCode.OK)]
    [InlineData("/metrics", HttpStatusCode.OK)]
    [InlineData("/healthz/", HttpStatusCode.NotFound)]
    [InlineData("/api/v1/customer/devices", HttpStatusCode.NotFound)]
    [InlineData("/dapr/config", HttpStatusCode.NotFound)]
    [InlineData("/", HttpStatusCode.NotFound)]
    public async Task OpsPort_HasProbesAndMetrics_AndNothingElse(string path, HttpStatusCode status)
    {
        var options = new GatewayOptions { OpsPort = FreePort.Next() };
        var publicPort = FreePort.Next();
        await using var app = await StartAsync(options, publicPort);
        using var http = new HttpClient();

        using var forged = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://127.0.0.1:{options.OpsPort}{path}"))
        {
            Headers = { Host = $"127.0.0.1:{publicPort}" },
        };
        using var there = await http.SendAsync(forged, TestContext.Current.CancellationToken);
        using var elsewhere = await http.GetAsync(new Uri($"http://127.0.0.1:{publicPort}{path}"), TestContext.Current.CancellationToken);

        Assert.Equal(status, there.StatusCode);
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
    }

    [Fact]
    public void OpsUrls_Default_IsNone() => Assert.Empty(new GatewayOptions().OpsUrls());

    [Theory]
    [InlineData(70_000, "Gateway:OpsPort is 70000: it takes 1 to 65535.")]
    [InlineData(8000, "Gateway:OpsPort is 8000: that is Gateway:AppPort's or Gateway:PublicUrl's.")]
    [InlineData(8001, "Gateway:OpsPort is 8001: that is Gateway:AppPort's or Gateway:PublicUrl's.")]
    public void OpsPort_ThatCannotBe_IsReported(int port, string message)
    {
        var result = new GatewayOptionsValidator().Validate(Options.DefaultName, new GatewayOptions { OpsPort = port });
        Assert.Equal([message], result.Failures);
    }

    private static async Task<WebApplication> StartAsync(GatewayOptions options, int publicPort)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls([$"http://127.0.0.1:{publicPort}", .. options.OpsUrls()]);
        var app = builder.Build();
        app.UseOpsPort(options);
        app.MapGet("/{**path}", () => Results.Ok());
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
