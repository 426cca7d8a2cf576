using Gateway.Sidecar.Tests.Conformance;

namespace Gateway.Sidecar.Tests.PubSub;

/// <summary>
/// An app that subscribes to many topics, so that each test can have its own: <c>t0</c>, <c>t1</c> … with the routes <c>/t0</c>,
/// <c>/t1</c> …; <c>dl0</c> … likewise, each with a dead letter topic, <c>dead0</c> …; and some that a suite adds.
/// </summary>
public abstract class PubSubFixture<TSidecar>(int plain, int withDeadLetters, params IReadOnlyList<string> more)
    : AppFixture<TSidecar>(new SidecarSetup { Subscribe = $"[{string.Join(',', [.. Declare(plain, withDeadLetters), .. more])}]" })
    where TSidecar : SidecarUnderTest, new()
{
    private int taken;
    private int takenWithDeadLetters;

    /// <summary>A topic of the test's own; its route is the same with a slash before it.</summary>
    public string NewTopic() => taken < plain ? $"t{taken++}" : throw new InvalidOperationException("There are too few topics.");

    /// <summary>A topic with a dead letter topic, both of the test's own.</summary>
    public (string Topic, string Dead) NewTopicWithDeadLetters() => takenWithDeadLetters < withDeadLetters
        ? ($"dl{takenWithDeadLetters}", $"dead{takenWithDeadLetters++}")
        : throw new InvalidOperationException("There are too few topics.");

    private static IEnumerable<string> Declare(int plain, int withDeadLetters)
    {
        for (int i = 0; i < plain; i++) yield return $$"""{"pubsubname":"ps","topic":"t{{i}}","route":"/t{{i}}"}""";
        for (int i = 0; i < withDeadLetters; i++)
        {
            yield return $$"""{"pubsubname":"ps","topic":"dl{{i}}","route":"/dl{{i}}","deadLetterTopic":"dead{{i}}"}""";
            yield return $$"""{"pubsubname":"ps","topic":"dead{{i}}","route":"/dead{{i}}"}""";
        }
    }
}
