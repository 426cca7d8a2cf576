using Gateway.Sidecar.Components;
using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.Tests.Redis;

/// <summary>https://docs.dapr.io/reference/components-reference/supported-state-stores/setup-redis/#spec-metadata-fields.</summary>
public sealed class RedisSettingsTests
{
    [Theory]
    [InlineData("redis", null, "redis:6379")]
    [InlineData("redis:7000", null, "redis:7000")]
    [InlineData("redis", "7000", "redis:7000")]
    [InlineData("redis:7000", "7000", "redis:7000")]
    [InlineData("127.0.0.1:1", null, "127.0.0.1:1")]
    [InlineData("[::1]:7000", null, "[::1]:7000")]
    [InlineData("::1", null, "[::1]:6379")]
    [InlineData("[::1]", "7000", "[::1]:7000")]
    public void Host_WithAndWithoutAPort_IsRead(string host, string? port, string address) =>
        Assert.Equal(address, Read(("redisHost", host), ("redisPort", port ?? "")).Address);

    [Fact]
    public void Defaults_AreThoseOfDaprd()
    {
        RedisSettings settings = Read(("redisHost", "redis"));
        Assert.Equal(
            (0, 3, 8.0, 512.0, 5.0, 3.0, 4.0),
            (settings.Database, settings.MaxRetries, settings.MinRetryInterval.TotalMilliseconds, settings.MaxRetryInterval.TotalMilliseconds,
                settings.DialTimeout.TotalSeconds, settings.ReadTimeout.TotalSeconds, settings.ConnectionWait.TotalSeconds));
        Assert.Equal((null, null, false, false, null), (settings.User, settings.Password, settings.Tls, settings.SkipVerification, settings.Certificate));
    }

    [Theory]
    [InlineData("1500", 1.5)]
    [InlineData("2s", 2)]
    [InlineData("1m30s", 90)]
    [InlineData("0", 3)]
    public void Duration_BareNumberIsMilliseconds(string text, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read(("redisHost", "redis"), ("readTimeout", text)).ReadTimeout);

    [Fact]
    public void ReadTimeout_MinusOne_IsForEver()
    {
        RedisSettings settings = Read(("redisHost", "redis"), ("readTimeout", "-1"));
        Assert.Equal((Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan), (settings.ReadTimeout, settings.ConnectionWait));
    }

    [Theory]
    [InlineData("-1", 0)]
    [InlineData("0", 3)]
    [InlineData("7", 7)]
    public void MaxRetries_MinusOneIsNever(string text, int retries) =>
        Assert.Equal(retries, Read(("redisHost", "redis"), ("redisMaxRetries", text)).MaxRetries);

    [Theory]
    [InlineData("redisHost is missing")]
    [InlineData("redisHost 'a:1,b:1' names several hosts, which is not supported here", "redisHost", "a:1,b:1")]
    [InlineData("redisHost: 'x' is no port", "redisHost", "a:x")]
    [InlineData("redisPort: '0' is no port", "redisHost", "a", "redisPort", "0")]
    [InlineData("redisHost 'a:1' has the port 1, but redisPort says 2; remove one of them", "redisHost", "a:1", "redisPort", "2")]
    [InlineData("redisType 'cluster' is not supported here; only node is", "redisHost", "a", "redisType", "cluster")]
    [InlineData("failover is not supported here", "redisHost", "a", "failover", "true")]
    [InlineData("useEntraID is not supported here", "redisHost", "a", "useEntraID", "true")]
    [InlineData("redisDB 'x' is no number", "redisHost", "a", "redisDB", "x")]
    [InlineData("readTimeout 'soon' is no duration; write for example 500ms or 3s", "redisHost", "a", "readTimeout", "soon")]
    public void Settings_ThatAreWrong_SayWhatAndWhere(string message, params string[] metadata)
    {
        (string, string)[] pairs = [.. metadata.Chunk(2).Select(pair => (pair[0], pair[1]))];
        Assert.Equal(message, Assert.Throws<ComponentException>(() => Read(pairs)).Message);
    }

    [Fact]
    public void RetryPause_DoublesUpToTheLongest()
    {
        RedisSettings settings = Read(("redisHost", "redis"));
        foreach ((int attempt, double longest) in (ReadOnlySpan<(int, double)>)[(0, 8), (1, 16), (5, 256), (6, 512), (20, 512), (int.MaxValue, 512)])
            Assert.InRange(settings.RetryPause(attempt).TotalMilliseconds, longest / 2, longest);
    }

    private static RedisSettings Read(params (string Name, string Value)[] metadata) => RedisSettings.Of(new ComponentSpec
    {
        Name = "store",
        Type = "state.redis",
        Version = "v1",
        File = "store.yaml",
        Metadata = metadata.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.OrdinalIgnoreCase),
    });
}
