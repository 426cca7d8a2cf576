namespace Gateway.Actors.Tests.Hosting.Telemetry;

/// <summary>The tests' own judge must be able to say no.</summary>
public sealed class PrometheusParserTests
{
    [Fact]
    public void Parse_TheDocumentationsExample_ReadsIt()
    {
        var metrics = PrometheusParser.Parse(
            """
            # HELP http_requests_total The total number of HTTP requests.
            # TYPE http_requests_total counter
            http_requests_total{method="post",code="200"} 1027
            http_requests_total{method="post",code="400"} 3
            # TYPE msdos_file_access_time_seconds gauge
            msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9
            # A comment.
            # HELP http_request_duration_seconds A histogram of the request duration.
            # TYPE http_request_duration_seconds histogram
            http_request_duration_seconds_bucket{le="0.05"} 24054
            http_request_duration_seconds_bucket{le="+Inf"} 144320
            http_request_duration_seconds_sum 53423
            http_request_duration_seconds_count 144320

            """.ReplaceLineEndings("\n"));

        Assert.Equal(1027, metrics["http_requests_total"].Value("", ("code", "200")));
        Assert.Equal("Cannot find file:\n\"FILE.TXT\"", metrics["msdos_file_access_time_seconds"].Samples[0].Labels["error"]);
        Assert.Equal("A histogram of the request duration.", metrics["http_request_duration_seconds"].Help);
    }

    [Theory]
    [InlineData("a 1")]
    [InlineData("# TYPE a counter\na -1\n")]
    [InlineData("# TYPE a gauge\na 1\na 2\n")]
    [InlineData("# TYPE a gauge\na{b=\"1\",b=\"2\"} 1\n")]
    [InlineData("# TYPE a gauge\na{b.c=\"1\"} 1\n")]
    [InlineData("# TYPE a gauge\na{b=\"\\t\"} 1\n")]
    [InlineData("# TYPE a.b gauge\n")]
    [InlineData("# TYPE a gauge\na 1,5\n")]
    [InlineData("# TYPE a gauge\n# TYPE b gauge\n# TYPE a gauge\n")]
    [InlineData("# TYPE a number\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"+Inf\"} 2\na_sum 1\na_count 1\n")]
    public void Parse_WhatBreaksARule_IsRefused(string text) => Assert.Throws<FormatException>(() => PrometheusParser.Parse(text));
}
