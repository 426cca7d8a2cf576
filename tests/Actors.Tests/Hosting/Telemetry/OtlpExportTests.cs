using System.Diagnostics.Metrics;
using System.Globalization;
using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Telemetry.Otlp;
using Gateway.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Gateway.Actors.Tests.Hosting.Telemetry;

public sealed class OtlpExportTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "application/grpc", "/opentelemetry.proto.collector.{0}.v1.{1}Service/Export")]
    [InlineData("http/protobuf", "application/x-protobuf", "/v1/{0}")]
    public async Task Export_CollectorNamed_GetsTracesAndMetricsOfThisHost(string? protocol, string type, string path)
    {
        await using var collector = await FakeCollector.StartAsync(isGrpc: protocol is null);
        await using var host = await TelemetryHost.StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol), ("OTEL_EXPORTER_OTLP_HEADERS", "x-key=abc"));
        using var otherHost = new TestMeters();
        ((IMeterFactory)otherHost).Create("Gateway.Test").CreateCounter<long>("another.host").Add(1);
        ((IMeterFactory)host.Services.GetRequiredService<IMeterFactory>()).Create(new MeterOptions("Gateway.Test")).CreateCounter<long>("this.host").Add(1);

        await host.Public.GetStringAsync("/things/one?secret=s3cret", Token);
        await host.StopAsync();

        var isGrpc = protocol is null;
        var traces = collector.Received(string.Format(CultureInfo.InvariantCulture, path, isGrpc ? "trace" : "traces", "Trace"));
        var metrics = collector.Received(string.Format(CultureInfo.InvariantCulture, path, "metrics", "Metrics"));
        Assert.All(collector.Requests, request => Assert.Equal((type, "abc"), (request.ContentType, request.Key)));
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
        Assert.Equal("fleet-eu", (await host.ScrapeAsync())["target_info"].Samples.Single().Labels["service_name"]);
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

    [Theory]
    [InlineData(CollectorAnswer.Taken, true)]
    [InlineData(CollectorAnswer.Refused, false)]
    [InlineData(CollectorAnswer.None, false)]
    public async Task Stop_CollectorDoesNotTakeIt_SaysSoAndDoesNotHang(CollectorAnswer answer, bool isGone)
    {
        var collector = await FakeCollector.StartAsync(answer: answer);
        await using var host = await TelemetryHost.StartAsync(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Address), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"));
        await host.Public.GetStringAsync("/things/one", Token);
        if (isGone) await collector.DisposeAsync();
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(8), Token);

        // Once for both. Of a silence it is told when its time is over, which here may come after the end.
        if (answer != CollectorAnswer.None) Assert.Equal(1, host.Log.Count(3604));
        await collector.DisposeAsync();
    }
}
