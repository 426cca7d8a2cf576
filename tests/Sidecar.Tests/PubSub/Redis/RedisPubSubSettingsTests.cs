using Gateway.Sidecar.Components;
using Gateway.Sidecar.PubSub.Redis;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sidecar.Tests.PubSub.Redis;

/// <summary>https://docs.dapr.io/reference/components-reference/supported-pubsub/setup-redis-pubsub/#spec-metadata-fields.</summary>
public sealed class RedisPubSubSettingsTests
{
    [Fact]
    public void Defaults_AreThoseOfDaprd()
    {
        RedisPubSubSettings settings = Read();
        Assert.Equal(
            (60, 15, 100, 10, 0, 0),
            (settings.ProcessingTimeout.TotalSeconds, settings.RedeliverInterval.TotalSeconds, settings.QueueDepth, settings.Concurrency,
                settings.MaxLength, settings.MaxAge.TotalSeconds));
    }

    [Theory]
    [InlineData("processingTimeout", "2s", 2, 15)]
    [InlineData("processingTimeout", "1500", 1.5, 15)]
    [InlineData("processingTimeout", "0", 0, 15)]
    [InlineData("redeliverInterval", "500", 60, 0.5)]
    [InlineData("redeliverInterval", "0", 60, 0)]
    // daprd takes no duration here, and says nothing.
    [InlineData("redeliverInterval", "1s", 60, 15)]
    public void Times_AreReadAsDaprdReadsThem(string name, string text, double processing, double interval)
    {
        RedisPubSubSettings settings = Read((name, text));
        Assert.Equal((processing, interval), (settings.ProcessingTimeout.TotalSeconds, settings.RedeliverInterval.TotalSeconds));
        Assert.Equal(processing > 0 && interval > 0, settings.Redelivers);
    }

    [Theory]
    [InlineData("processingTimeout", "soon", "processingTimeout 'soon' is no duration; write for example 60s, or milliseconds")]
    [InlineData("concurrency", "0", "concurrency must be at least 1")]
    [InlineData("queueDepth", "0", "queueDepth must be at least 1")]
    [InlineData("maxLenApprox", "many", "maxLenApprox 'many' is no number")]
    public void Settings_ThatAreWrong_SayWhat(string name, string text, string message) =>
        Assert.Equal(message, Assert.Throws<ComponentException>(() => Read((name, text))).Message);

    private static RedisPubSubSettings Read(params (string Name, string Value)[] metadata) => RedisPubSubSettings.Of(
        new ComponentSpec
        {
            Name = "ps",
            Type = "pubsub.redis",
            Version = "v1",
            File = "ps.yaml",
            Metadata = metadata.Append(("redisHost", "redis")).ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.OrdinalIgnoreCase),
        },
        NullLogger.Instance);
}
