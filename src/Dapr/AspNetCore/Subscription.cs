namespace Dapr;

/// <summary>One entry of the answer of <c>GET /dapr/subscribe</c> (Dapr, "Pub/sub API reference"). The order of the members is the wire's.</summary>
internal sealed record Subscription(
    string Topic,
    string PubsubName,
    string? Route,
    SubscriptionRoutes? Routes,
    Dictionary<string, string>? Metadata,
    string? DeadLetterTopic,
    SubscriptionBulk? BulkSubscribe);

internal sealed record SubscriptionRoutes(string? Default, List<SubscriptionRule> Rules);

internal sealed record SubscriptionRule(string Match, string Path);

internal sealed record SubscriptionBulk(bool Enabled, int MaxMessagesCount, int MaxAwaitDurationMs);
