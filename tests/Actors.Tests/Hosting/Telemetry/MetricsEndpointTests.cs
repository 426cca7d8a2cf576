using System.Net;
using System.Text.RegularExpressions;
using Gateway.Actors.Hosting.Telemetry;
using Gateway.Core.Commands;

namespace Gateway.Actors.Tests.Hosting.Telemetry;

public sealed partial class MetricsEndpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_OnTheAppPort_AreInTheTextFormat()
    {
        await using var host = await TelemetryHost.StartAsync();
        using var answer = await host.AppPort.GetAsync("/metrics", Token);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.True(answer.Headers.CacheControl!.NoStore);
        var metrics = PrometheusParser.Parse(await answer.Content.ReadAsStringAsync(Token));
        Assert.Equal("replica-7", metrics["target_info"].Samples.Single().Labels["service_instance_id"]);
    }

    [Fact]
    public async Task Metrics_OnThePublicPort_AreThereOnlyWhenAskedFor()
    {
        await using (var host = await TelemetryHost.StartAsync())
        {
            using var forged = new HttpRequestMessage(HttpMethod.Get, "/metrics") { Headers = { Host = host.AppPort.BaseAddress!.Authority } };
            using var answer = await host.Public.SendAsync(forged, Token);
            Assert.Equal((HttpStatusCode.NotFound, ""), (answer.StatusCode, await answer.Content.ReadAsStringAsync(Token)));
        }

        await using var open = await TelemetryHost.StartAsync(("Gateway:Metrics:Public", "true"));
        Assert.NotEmpty(PrometheusParser.Parse(await open.Public.GetStringAsync("/metrics", Token)));
    }

    [Fact]
    public async Task Request_Answered_ShowsUpByItsRouteAndNotByItsPath()
    {
        await using var host = await TelemetryHost.StartAsync();
        for (var i = 0; i < 3; i++) await host.Public.GetStringAsync($"/things/{i}?secret=s3cret", Token);

        // A request is counted when it has ended, a little after its answer.
        IReadOnlyDictionary<string, ParsedMetric> metrics;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        do
        {
            limit.Token.ThrowIfCancellationRequested();
            metrics = await host.ScrapeAsync();
        }
        while (Counted(metrics) < 3);

        Assert.Equal(3, Counted(metrics));
        Assert.Equal("histogram", metrics["http_server_request_duration_seconds"].Type);
        Assert.True(metrics["kestrel_active_connections"].Samples.Sum(sample => sample.Value) >= 1);
        Assert.DoesNotContain("s3cret", await host.AppPort.GetStringAsync("/metrics", Token), StringComparison.Ordinal);

        static double Counted(IReadOnlyDictionary<string, ParsedMetric> metrics) =>
            !metrics.TryGetValue("http_server_request_duration_seconds", out var metric) ? 0
                : metric.Samples.Where(sample => sample.Suffix == "_count"
                    && sample.Labels.GetValueOrDefault("http_route") == "/things/{id}"
                    && sample.Labels["http_response_status_code"] == "200"
                    && sample.Labels["http_request_method"] == "GET").Sum(sample => sample.Value);
    }

    [Fact]
    public async Task QueueDepth_CountedByTheStore_IsThereByStateUntilItIsTooOld()
    {
        await using var host = await TelemetryHost.StartAsync();
        await Eventually(async () => (await host.ScrapeAsync())["gateway_queue_depth"].Samples.Count == 3);
        var depth = (await host.ScrapeAsync())["gateway_queue_depth"];
        Assert.Equal((3, 0, 0), (depth.Value("", ("state", "queued")), depth.Value("", ("state", "claimed")), depth.Value("", ("state", "pending_approval"))));

        host.Counts.Live[CommandState.Claimed] = 4;
        host.Time.Advance(QueueDepth.Period);
        await Eventually(async () => (await host.ScrapeAsync())["gateway_queue_depth"].Value("", ("state", "claimed")).Equals(4));

        host.Counts.IsDown = true;
        for (var i = 0; i < 5; i++)
        {
            var before = host.Counts.Asked;
            host.Time.Advance(QueueDepth.Period);
            await Eventually(() => Task.FromResult(host.Counts.Asked > before));
        }

        Assert.Empty((await host.ScrapeAsync())["gateway_queue_depth"].Samples);
        await Eventually(() => Task.FromResult(host.Log.Count(3602) == 1));
    }

    [Fact]
    public void EveryInstrument_OfOurs_IsInTheDocumentation()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Gateway.sln"))) root = root.Parent!;
        var documented = Documented().Matches(File.ReadAllText(Path.Combine(root.FullName, "docs", "metrics.md"))).Select(match => match.Groups[1].Value).ToHashSet();
        var instruments = Directory.EnumerateFiles(Path.Combine(root.FullName, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Created().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .ToHashSet();

        Assert.Contains("gateway.queue.depth", instruments);
        Assert.Empty(instruments.Except(documented));
    }

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (!await condition())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [GeneratedRegex(@"\.Create\w+(?:<\w+>)?\(\s*""(gateway\.[a-z_.]+)""")]
    private static partial Regex Created();

    [GeneratedRegex(@"^\| `(gateway\.[a-z_.]+)`", RegexOptions.Multiline)]
    private static partial Regex Documented();
}
