using System.Globalization;
using System.Net;
using System.Text.Json;
using Gateway.Actors.Tests.Hosting.Telemetry;
using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.EndToEnd.Tests;

/// <summary>The stand-alone sidecar, and the app that only hosts the actors beside it.</summary>
public sealed class ProgramsApartTests
{
    private const string AppToken = "token-of-the-app";

    [Fact]
    public async Task Sidecar_WithDaprdsFlags_HealthyOnceTheAppListens_KeepsState()
    {
        await using var bench = new Bench();
        var appPort = FreePort.Next();
        var port = FreePort.Next();
        var sidecar = StartSidecar(bench, "a", appPort, port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await ListensAsync(http, sidecar);
        Assert.Equal(HttpStatusCode.InternalServerError, await StatusAsync(http, "/v1.0/healthz"));

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{appPort}");
        await using var app = builder.Build();
        await app.StartAsync(TestContext.Current.CancellationToken);

        await HealthyAsync(http);
        using var saved = await http.PostAsync(
            new Uri("/v1.0/state/statestore", UriKind.Relative), new StringContent("""[{"key":"k","value":"v"}]"""));
        Assert.Equal(HttpStatusCode.NoContent, saved.StatusCode);
        Assert.Equal("\"v\"", await http.GetStringAsync(new Uri("/v1.0/state/statestore/k", UriKind.Relative)));

        sidecar.Terminate();
        Assert.Equal(0, await sidecar.ExitAsync());
        StartSidecar(bench, "a", appPort, port);
        await HealthyAsync(http);
        Assert.Equal("\"v\"", await http.GetStringAsync(new Uri("/v1.0/state/statestore/k", UriKind.Relative)));
    }

    [Fact]
    public async Task ActorsApp_BesideAStandAloneSidecar_HealthyWithItsTwoTypes()
    {
        await using var bench = new Bench();
        var appPort = FreePort.Next();
        var opsPort = FreePort.Next();
        var port = FreePort.Next();
        await using var collector = await FakeCollector.StartAsync();
        var actors = bench.Start("actors", BuiltProgram.Actors, [], new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["Gateway__AppPort"] = Text(appPort),
            ["Gateway__OpsPort"] = Text(opsPort),
            ["Gateway__DataPath"] = bench.NewFolder("data"),
            ["DAPR_HTTP_PORT"] = Text(port),
            ["APP_API_TOKEN"] = AppToken,
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        });
        var sidecar = StartSidecar(bench, "gateway-actors", appPort, port);
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await ListensAsync(http, sidecar);
        await HealthyAsync(http);

        using var app = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{appPort}") };
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(app, "/dapr/config"));
        app.DefaultRequestHeaders.Add("dapr-api-token", AppToken);
        var config = JsonElement.Parse(await app.GetStringAsync(new Uri("/dapr/config", UriKind.Relative)));
        Assert.Equal(["DeviceActor", "SweepActor"], config.GetProperty("entities").EnumerateArray().Select(type => type.GetString()!).Order());
        await Wait.UntilAsync(
            "the sweeps to be armed",
            async () => await StatusAsync(http, "/v1.0/actors/SweepActor/presence/reminders/sweep") == HttpStatusCode.OK);

        using var ops = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{opsPort}") };
        Assert.Equal("""{"status":"ok"}""", await ops.GetStringAsync(new Uri("/healthz", UriKind.Relative)));
        Assert.Equal("""{"ready":true,"checks":{"database":true,"redis":true}}""", await ops.GetStringAsync(new Uri("/readyz", UriKind.Relative)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(ops, "/dapr/config"));
        foreach (var at in new[] { ops, app })
        {
            var metrics = await at.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            Assert.Contains("service_name=\"gateway-actors\"", metrics, StringComparison.Ordinal);
            Assert.Contains("\ngateway_queue_depth{state=\"queued\"} 0\n", metrics, StringComparison.Ordinal);
            Assert.Contains("\nhttp_client_request_duration_seconds_bucket{", metrics, StringComparison.Ordinal);
            Assert.Contains("\ndotnet_process_memory_working_set_bytes ", metrics, StringComparison.Ordinal);
        }

        await sidecar.KillAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(ops, "/readyz"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(ops, "/healthz"));

        actors.Terminate();
        Assert.Equal(0, await actors.ExitAsync());
        foreach (var path in new[] { "/v1/traces", "/v1/metrics" }) Assert.Contains("gateway-actors", collector.Received(path), StringComparison.Ordinal);
    }

    private static ProgramProcess StartSidecar(Bench bench, string appId, int appPort, int port) => bench.Start(
        "sidecar", BuiltProgram.Sidecar,
        [
            "--app-id", appId, "--app-port", Text(appPort), "--dapr-http-port", Text(port),
            "--resources-path", BuiltProgram.LocalComponents, "--data-path", bench.NewFolder("sidecar-data"),
        ],
        new Dictionary<string, string?> { ["APP_API_TOKEN"] = AppToken });

    private static Task ListensAsync(HttpClient http, ProgramProcess sidecar) => Wait.UntilAsync("the sidecar to listen", async () =>
    {
        if (sidecar.HasExited) Assert.Fail($"The sidecar ended: {sidecar.Errors}");
        try
        {
            return await StatusAsync(http, "/v1.0/healthz/outbound") == HttpStatusCode.NoContent;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    });

    private static Task HealthyAsync(HttpClient http) => Wait.UntilAsync("the sidecar to be healthy", async () =>
    {
        try
        {
            return await StatusAsync(http, "/v1.0/healthz") == HttpStatusCode.NoContent;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    });

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string path)
    {
        using var answer = await http.GetAsync(new Uri(path, UriKind.Relative));
        return answer.StatusCode;
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
