using System.Collections.Frozen;
using Gateway.Sidecar.Components;

namespace Gateway.Sidecar.PubSub;

/// <summary>
/// Which topics an app may use (https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-scopes/), from the
/// metadata <c>publishingScopes</c> and <c>subscriptionScopes</c> (<c>app1=topic1,topic2;app2=</c>), <c>allowedTopics</c> and
/// <c>protectedTopics</c> (<c>topic1,topic2</c>).
/// </summary>
internal sealed class PubSubScopes
{
    private readonly FrozenSet<string>? publishing;
    private readonly FrozenSet<string>? subscribing;
    private readonly FrozenSet<string>? allowed;
    private readonly FrozenSet<string> guarded;

    public PubSubScopes(ComponentSpec component, string appId)
    {
        publishing = OfApp(component.Text("publishingScopes"), appId);
        subscribing = OfApp(component.Text("subscriptionScopes"), appId);
        allowed = component.Text("allowedTopics") is { } topics ? Topics(topics) : null;
        guarded = Topics(component.Text("protectedTopics") ?? "");
    }

    public bool MayPublish(string topic) => May(topic, publishing);

    public bool MaySubscribe(string topic) => May(topic, subscribing);

    // A protected topic needs a scope that names it; what is not protected is open to an app that no scope names.
    private bool May(string topic, FrozenSet<string>? scope)
    {
        if (allowed?.Contains(topic) == false) return false;
        return scope?.Contains(topic) ?? !guarded.Contains(topic);
    }

    private static FrozenSet<string>? OfApp(string? scopes, string appId)
    {
        foreach (string entry in (scopes ?? "").Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = entry.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && parts[0] == appId) return Topics(parts[1]);
        }

        return null;
    }

    private static FrozenSet<string> Topics(string topics) =>
        topics.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
