using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Gateway.Actors.Hosting;
using Gateway.Api.Telemetry.Otlp;
using Gateway.Api.Tests.Auth;
using Gateway.TestKit;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gateway.Api.Tests.Telemetry;

public sealed class OtlpExportTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Export_CollectorNamed_GetsTracesAndMetricsOfThisHost()
    {
        await using var collector = await FakeCollector.StartAsync();
        await using var host = await TelemetryHost.StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=abc"));
        using var otherHost = new TestMeters();
        ((IMeterFactory)otherHost).Create("Gateway.Test").CreateCounter<long>("another.host").Add(1);
        ((IMeterFactory)host.Services.GetRequiredService<IMeterFactory>()).Create(new MeterOptions("Gateway.Test")).CreateCounter<long>("this.host").Add(1);

        await host.Public.GetStringAsync("/things/one?secret=s3cret", Token);
        await host.StopAsync();

        var traces = collector.Received("/v1/traces");
        var metrics = collector.Received("/v1/metrics");
        Assert.All(collector.Requests, request => Assert.Equal(("application/x-protobuf", "abc"), (request.ContentType, request.Key)));
        foreach (var body in new[] { traces, metrics })
        {
            Assert.Contains("service.name", body, StringComparison.Ordinal);
            Assert.Contains("gateway-api", body, StringComparison.Ordinal);
            Assert.Contains("service.instance.id", body, StringComparison.Ordinal);
            Assert.Contains("replica-7", body, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cret", body, StringComparison.Ordinal);
        }

        Assert.Contains("GET /things/{id}", traces, StringComparison.Ordinal);
        Assert.Contains("http.response.status_code", traces, StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", metrics, StringComparison.Ordinal);
        Assert.Contains("dotnet.process.cpu.time", metrics, StringComparison.Ordinal);
        Assert.Contains("this.host", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("another.host", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_ServiceNameSet_IsTheName()
    {
        await using var collector = await FakeCollector.StartAsync();
        await using var host = await TelemetryHost.StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_SERVICE_NAME", "fleet-eu"));
        await host.StopAsync();
        Assert.Contains("fleet-eu", collector.Received("/v1/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_NoCollectorNamed_IsNotThere()
    {
        await using var host = await TelemetryHost.StartAsync();
        Assert.DoesNotContain(host.Services.GetServices<IHostedService>(), service => service is OtlpExport);
    }

    [Theory]
    [InlineData("collector:4317")]
    [InlineData("ftp://collector")]
    [InlineData("nonsense")]
    public async Task Export_WhatIsNamedIsNoAddress_StopsTheStartWithALine(string endpoint)
    {
        var problem = await Assert.ThrowsAsync<GatewayStartException>(() => TelemetryHost.StartAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)));
        Assert.StartsWith($"OTEL_EXPORTER_OTLP_ENDPOINT is '{endpoint}'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_CollectorIsGone_DoesNotHang()
    {
        var collector = await FakeCollector.StartAsync();
        await using var host = await TelemetryHost.StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
        await host.Public.GetStringAsync("/things/one", Token);
        await collector.DisposeAsync();
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(8), Token);
    }

    /// <summary>Takes what is sent by OTLP over HTTP.</summary>
    private sealed class FakeCollector : IAsyncDisposable
    {
        private readonly ConcurrentQueue<Request> requests = new();
        private LocalServer? server;

        public string Address => server!.Address.ToString().TrimEnd('/');

        public IReadOnlyCollection<Request> Requests => requests;

        public static async Task<FakeCollector> StartAsync()
        {
            var collector = new FakeCollector();
            collector.server = await LocalServer.StartAsync(collector.TakeAsync);
            return collector;
        }

        /// <summary>All bodies of a path; texts are readable in them.</summary>
        public string Received(string path)
        {
            var bodies = requests.Where(request => request.Path == path).Select(request => request.Body).ToList();
            Assert.NotEmpty(bodies);
            return string.Join('\n', bodies);
        }

        public ValueTask DisposeAsync() => server!.DisposeAsync();

        private async Task TakeAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            requests.Enqueue(new Request(
                context.Request.Path, context.Request.ContentType ?? "", context.Request.Headers["x-key"].ToString(), Encoding.Latin1.GetString(body.ToArray())));
            context.Response.ContentType = "application/x-protobuf";
        }
    }

    private sealed record Request(string Path, string ContentType, string Key, string Body);
}
