using Gateway.Actors.Hosting.Telemetry.Prometheus;

namespace Gateway.Actors.Tests.Hosting.Telemetry;

/// <summary>OpenTelemetry, "Prometheus and OpenMetrics Compatibility".</summary>
public sealed class PrometheusNameTests
{
    [Theory]
    [InlineData("http.server.request.duration", "s", "Histogram", "http_server_request_duration_seconds")]
    [InlineData("gateway.sockets.open", "{socket}", "Gauge", "gateway_sockets_open")]
    [InlineData("gateway.sockets.messages", "{message}", "Counter", "gateway_sockets_messages_total")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", "Counter", "dotnet_gc_heap_total_allocated_bytes_total")]
    [InlineData("system.memory.usage", "KiBy", "Gauge", "system_memory_usage_kibibytes")]
    [InlineData("cpu.utilization", "1", "Gauge", "cpu_utilization_ratio")]
    [InlineData("cpu.things", "1", "Counter", "cpu_things_total")]
    [InlineData("disk.speed", "By/s", "Gauge", "disk_speed_bytes_per_second")]
    [InlineData("requests.rate", "{request}/s", "Gauge", "requests_rate_per_second")]
    [InlineData("battery", "%", "Gauge", "battery_percent")]
    [InlineData("already_seconds", "s", "Gauge", "already_seconds")]
    [InlineData("already_total", "{x}", "Counter", "already_total")]
    [InlineData("sent_total", "By", "Counter", "sent_bytes_total")]
    [InlineData("odd", "widgets", "Gauge", "odd_widgets")]
    [InlineData("no.unit", null, "Gauge", "no_unit")]
    [InlineData("a..b--c__d", null, "Gauge", "a_b_c_d")]
    [InlineData("2nd.try", null, "Gauge", "_2nd_try")]
    [InlineData("größe", null, "Gauge", "gr_e")]
    [InlineData("ns:a", null, "Gauge", "ns:a")]
    public void Metric_OfAnInstrument_FollowsTheSpecification(string name, string? unit, string type, string expected) =>
        Assert.Equal(expected, PrometheusName.Metric(name, unit, Enum.Parse<MetricType>(type)));

    [Theory]
    [InlineData("http.route", "http_route")]
    [InlineData("a:b", "a_b")]
    [InlineData("1st", "_1st")]
    [InlineData("__reserved", "_reserved")]
    [InlineData("", "_")]
    public void Label_OfAnAttribute_FollowsTheSpecification(string key, string expected) => Assert.Equal(expected, PrometheusName.Label(key));
}
