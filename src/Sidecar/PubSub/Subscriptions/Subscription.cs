using Gateway.Sidecar.PubSub.Rules;

namespace Gateway.Sidecar.PubSub.Subscriptions;

/// <summary>A rule of a subscription: the expression (null matches all), its text, and the app's path.</summary>
internal sealed record Route(RuleExpression? Match, string MatchText, string Path);

/// <summary>How a subscription gets its messages several to a call; see https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-bulk/.</summary>
/// <remarks>
/// <para><c>MaxMessages</c>: default 100.</para>
/// <para><c>MaxAwait</c>: how long a call is held back for more messages, default 1 s.</para>
/// </remarks>
internal sealed record BulkSubscribe(int MaxMessages, TimeSpan MaxAwait)
{
    public static BulkSubscribe Create(int? maxMessages, int? maxAwaitMilliseconds) => new(
        maxMessages is > 0 and var count ? count : 100,
        TimeSpan.FromMilliseconds(maxAwaitMilliseconds is > 0 and var wait ? wait : 1000));
}

/// <summary>What the app subscribes to, from <c>GET /dapr/subscribe</c> or a Subscription file.</summary>
internal sealed record Subscription
{
    public required string PubSub { get; init; }

    public required string Topic { get; init; }

    /// <summary>Tried in order; the default route is the last. Without any, nothing is delivered.</summary>
    public required IReadOnlyList<Route> Routes { get; init; }

    /// <summary>Where messages go that the app did not handle, or empty.</summary>
    public required string DeadLetterTopic { get; init; }

    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Null delivers one message to a call.</summary>
    public required BulkSubscribe? Bulk { get; init; }

    /// <summary>From a file, and not from the app.</summary>
    public required bool Declarative { get; init; }

    /// <summary>Messages come without an envelope, and the app gets them in one that is made for it.</summary>
    public bool RawPayload { get; init; }
}
