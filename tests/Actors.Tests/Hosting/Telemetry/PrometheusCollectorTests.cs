using System.Diagnostics.Metrics;
using Gateway.Actors.Hosting.Telemetry;
using Gateway.Actors.Hosting.Telemetry.Prometheus;
using Gateway.Api.Tests.Auth;
using Gateway.TestKit;
using Microsoft.Extensions.Options;

namespace Gateway.Actors.Tests.Hosting.Telemetry;

public sealed class PrometheusCollectorTests : IDisposable
{
    private readonly TestMeters meters = new();
    private readonly CapturedLog log = new();
    private readonly PrometheusCollector collector;
    private readonly Meter meter;

    public PrometheusCollectorTests()
    {
        collector = NewCollector(meters);
        meter = ((IMeterFactory)meters).Create("Gateway.Test");
    }

    public void Dispose()
    {
        collector.Dispose();
        meters.Dispose();
    }

    [Fact]
    public void Collect_EveryKindOfInstrument_HasItsTypeAndValue()
    {
        var counter = meter.CreateCounter<long>("c", "{thing}", "Things.");
        var upDown = meter.CreateUpDownCounter<int>("u");
        var gauge = meter.CreateGauge<float>("g", "s");
        meter.CreateObservableCounter("oc", () => 7L);
        meter.CreateObservableUpDownCounter("ou", () => -2.5);
        meter.CreateObservableGauge("og", () => (short)3);
        counter.Add(2);
        counter.Add(3);
        counter.Add(-4);
        upDown.Add(5);
        upDown.Add(-7);
        gauge.Record(1.5f);
        gauge.Record(2.5f);

        var metrics = Collect();

        Assert.Equal(("counter", "Things.", 5), (metrics["c_total"].Type, metrics["c_total"].Help, metrics["c_total"].Value("")));
        Assert.Equal(("gauge", -2), (metrics["u"].Type, metrics["u"].Value("")));
        Assert.Equal(("gauge", 2.5), (metrics["g_seconds"].Type, metrics["g_seconds"].Value("")));
        Assert.Equal(("counter", 7), (metrics["oc_total"].Type, metrics["oc_total"].Value("")));
        Assert.Equal(("gauge", -2.5), (metrics["ou"].Type, metrics["ou"].Value("")));
        Assert.Equal(("gauge", 3), (metrics["og"].Type, metrics["og"].Value("")));
    }

    [Fact]
    public void Histogram_ValuesOnAndBetweenBounds_AreInTheBucketsUpToTheirBound()
    {
        var histogram = meter.CreateHistogram(
            "h", "s", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        foreach (var value in new[] { 0.05, 0.1, 0.5, 1, 20, double.NaN }) histogram.Record(value, new KeyValuePair<string, object?>("a", "x"));

        var metric = Collect()["h_seconds"];

        Assert.Equal("histogram", metric.Type);
        Assert.Equal(2, metric.Value("_bucket", ("le", "0.1"), ("a", "x")));
        Assert.Equal(4, metric.Value("_bucket", ("le", "1"), ("a", "x")));
        Assert.Equal(5, metric.Value("_bucket", ("le", "+Inf"), ("a", "x")));
        Assert.Equal(5, metric.Value("_count", ("a", "x")));
        Assert.Equal(21.65, metric.Value("_sum", ("a", "x")), 1e-9);
    }

    [Fact]
    public void Histogram_WithoutBoundsOfItsOwn_HasTheUsualOnes()
    {
        meter.CreateHistogram<int>("h").Record(4);
        Assert.Equal(16, Collect()["h"].Samples.Count(sample => sample.Suffix == "_bucket"));
    }

    [Fact]
    public void Labels_WithEverySpecialCharacter_AreReadAsTheyWere()
    {
        const string Value = "a\\b \"c\"\nd,e={f}\té";
        meter.CreateCounter<long>("c", description: "back\\slash\nand line").Add(1, new KeyValuePair<string, object?>("x.y", Value));

        var metric = Collect()["c_total"];

        Assert.Equal(Value, metric.Samples.Single().Labels["x_y"]);
        Assert.Equal("back\\slash\nand line", metric.Help);
    }

    [Fact]
    public void Labels_InAnyOrder_AreOneSeries()
    {
        var counter = meter.CreateCounter<long>("c");
        counter.Add(1, new KeyValuePair<string, object?>("a", 1), new KeyValuePair<string, object?>("b", true));
        counter.Add(1, new KeyValuePair<string, object?>("b", true), new KeyValuePair<string, object?>("a", "1"));
        counter.Add(1, new("a", 1), new("b", true), new("none", null));
        Assert.Equal(3, Collect()["c_total"].Value("", ("a", "1"), ("b", "true")));
    }

    [Fact]
    public void Labels_WhoseNamesBecomeTheSame_AreJoined()
    {
        meter.CreateCounter<long>("c").Add(1, new KeyValuePair<string, object?>("a_b", "2"), new KeyValuePair<string, object?>("a.b", "1"));
        Assert.Equal("1;2", Collect()["c_total"].Samples.Single().Labels["a_b"]);
    }

    [Fact]
    public void Series_BeyondTheLimit_AreCountedTogether()
    {
        var counter = meter.CreateCounter<long>("c");
        for (var round = 0; round < 2; round++)
            for (var i = 0; i < 50; i++) counter.Add(1, new KeyValuePair<string, object?>("id", i));

        var metric = Collect()["c_total"];

        Assert.Equal(10, metric.Samples.Count);
        Assert.Equal(82, metric.Value("", ("otel_metric_overflow", "true")));
        Assert.Equal(2, metric.Value("", ("id", "8")));
    }

    [Fact]
    public void Series_OfAnInstrumentThatIsAsked_EndWhenItTellsOfThemNoMore()
    {
        List<Measurement<int>> told = [new(1, new KeyValuePair<string, object?>("a", "x")), new(2, new KeyValuePair<string, object?>("a", "y"))];
        meter.CreateObservableGauge("g", () => told);
        Assert.Equal(2, Collect()["g"].Samples.Count);
        told.RemoveAt(0);
        Assert.Equal(2, Collect()["g"].Samples.Single().Value);
        for (var i = 0; i < 100; i++) told.Add(new(i, new KeyValuePair<string, object?>("a", i)));
        Assert.Equal(10, Collect()["g"].Samples.Count);
    }

    [Fact]
    public void Instrument_ThatFails_LeavesTheOthersAndIsLoggedOnce()
    {
        meter.CreateObservableGauge("bad", Fail);
        meter.CreateObservableGauge("good", () => 1);
        Assert.Equal(1, Collect()["good"].Value(""));
        Assert.Equal(1, Collect()["good"].Value(""));
        Assert.Equal(1, log.Count(3601));

        static int Fail() => throw new InvalidOperationException();
    }

    [Fact]
    public void Instruments_WhoseNamesBecomeTheSame_ShareAMetricOnlyWithTheSameType()
    {
        meter.CreateCounter<long>("a.b").Add(1);
        ((IMeterFactory)meters).Create("Gateway.Other").CreateCounter<long>("a_b").Add(2);
        meter.CreateUpDownCounter<long>("a.b.total").Add(50);
        Assert.Equal(3, Collect()["a_b_total"].Value(""));
        Assert.Equal(1, log.Count(3600));
    }

    [Fact]
    public void Meters_OfAnotherHostAndOfOthers_AreNotShown()
    {
        using var others = new TestMeters();
        ((IMeterFactory)others).Create("Gateway.Test").CreateCounter<long>("another_host").Add(1);
        ((IMeterFactory)meters).Create("Somebody").CreateCounter<long>("somebody").Add(1);
        using var process = new Meter("Gateway.Process");
        process.CreateCounter<long>("whole_process").Add(1);

        var metrics = Collect();

        Assert.False(metrics.ContainsKey("another_host_total"));
        Assert.False(metrics.ContainsKey("somebody_total"));
        Assert.Equal(1, metrics["whole_process_total"].Value(""));
    }

    [Fact]
    public void Runtime_Always_IsShown()
    {
        var metrics = Collect();
        Assert.Equal("gauge", metrics["dotnet_process_memory_working_set_bytes"].Type);
        Assert.True(metrics["dotnet_process_cpu_time_seconds_total"].Samples.Sum(sample => sample.Value) > 0);
    }

    [Fact]
    public void TargetInfo_Always_SaysWhoThisIs()
    {
        var info = Collect()["target_info"].Samples.Single();
        Assert.Equal(("gateway-api", "r-1", "1.2.3", 1), (info.Labels["service_name"], info.Labels["service_instance_id"], info.Labels["service_version"], info.Value));
    }

    [Fact]
    public async Task Measurements_FromManyThreads_AllCount()
    {
        var counter = meter.CreateCounter<double>("c");
        var histogram = meter.CreateHistogram<long>("h");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                counter.Add(0.5, new KeyValuePair<string, object?>("a", i % 5));
                histogram.Record(i);
                if (i % 1_000 == 0) Collect();
            }
        })));

        var metrics = Collect();
        Assert.Equal(20_000, metrics["c_total"].Samples.Sum(sample => sample.Value));
        Assert.Equal(40_000, metrics["h"].Value("_count"));
    }

    private IReadOnlyDictionary<string, ParsedMetric> Collect() => PrometheusParser.Parse(collector.Collect());

    private PrometheusCollector NewCollector(TestMeters of) => new(
        new MeterChoice(of), new TelemetryResource("gateway-api", "r-1", "1.2.3"), Options.Create(new MetricsOptions { MaxSeries = 10 }), log.For<PrometheusCollector>());
}
