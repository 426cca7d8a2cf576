using System.Text.Json.Nodes;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.PubSub.InMemory;
using Gateway.Sidecar.PubSub.Publish;
using Gateway.Sidecar.PubSub.Redis;
using Gateway.Sidecar.PubSub.Subscriptions;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.PubSub;

/// <summary>The publish and subscribe building block (https://docs.dapr.io/developing-applications/building-blocks/pubsub/).</summary>
internal sealed class PubSubFeature : ISidecarFeature, IDisposable
{
    private readonly SidecarContext context;
    private readonly ILogger logger;
    private readonly PubSubs pubSubs = new();
    private readonly IReadOnlyList<Subscription> declared;
    private readonly SemaphoreSlim switching = new(1);
    private readonly List<IAsyncDisposable> running = [];
    private IReadOnlyList<Subscription> subscriptions = [];
    private volatile bool gone;

    /// <exception cref="SidecarStartException">A Subscription file has a routing rule that is not known here.</exception>
    public PubSubFeature(SidecarContext context)
    {
        this.context = context;
        logger = context.Loggers.CreateLogger("Gateway.Sidecar.PubSub");
        declared = [.. context.Resources.Subscriptions.Select(SubscriptionReading.FromFile)];
    }

    public async ValueTask<IReadOnlyList<string>?> AddComponentAsync(ComponentSpec component, CancellationToken cancellationToken)
    {
        if (component.Type is not (InMemoryPubSub.Type or RedisPubSub.Type)) return null;
        IPubSub pubSub = await context.Machine.Components.OpenAsync(component, () => OpenAsync(component, cancellationToken), cancellationToken);
        string appId = context.Options.AppId;
        pubSubs.Add(new PubSubComponent(component.Name, pubSub, new PubSubScopes(component, appId), component.Text("consumerID") ?? appId));
        return pubSub.Capabilities;
    }

    public void Map(SidecarRoutes routes)
    {
        new PublishApi(context, pubSubs).Map(routes);
        new BulkPublishApi(context, pubSubs).Map(routes);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (context.App is not { } app) return;
        await AskAsync(app, cancellationToken);
        context.Health.Changed += OnHealthChanged;
        await SwitchAsync();
    }

    public async Task AppLeftAsync()
    {
        gone = true;
        await SwitchAsync();
    }

    public async Task AppReturnedAsync(CancellationToken cancellationToken)
    {
        await AskAsync(context.App!, cancellationToken);
        gone = false;
        await SwitchAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        context.Health.Changed -= OnHealthChanged;
        await switching.WaitAsync(cancellationToken);
        try
        {
            await UnsubscribeAsync();
        }
        finally
        {
            switching.Release();
        }
    }

    public void Describe(MetadataDocument metadata)
    {
        if (subscriptions.Count > 0) metadata.Subscriptions = new JsonArray([.. subscriptions.Select(Describe)]);
    }

    public void Dispose() => switching.Dispose();

    private async ValueTask<IPubSub> OpenAsync(ComponentSpec component, CancellationToken cancellationToken) => component.Type == RedisPubSub.Type
        ? await RedisPubSub.OpenAsync(component, context.Time, context.Loggers, cancellationToken)
        : new InMemoryPubSub(logger);

    private static JsonNode Describe(Subscription subscription)
    {
        var entry = new JsonObject { ["pubsubname"] = subscription.PubSub, ["topic"] = subscription.Topic };
        if (subscription.Metadata.Count > 0)
        {
            var metadata = new JsonObject();
            foreach ((string name, string value) in subscription.Metadata.OrderBy(item => item.Key, StringComparer.Ordinal)) metadata[name] = value;
            entry["metadata"] = metadata;
        }

        if (subscription.Routes.Count > 0) entry["rules"] = new JsonArray([.. subscription.Routes.Select(DescribeRoute)]);
        entry["deadLetterTopic"] = subscription.DeadLetterTopic;
        entry["type"] = subscription.Declarative ? "DECLARATIVE" : "PROGRAMMATIC";
        return entry;
    }

    private static JsonNode DescribeRoute(Subscriptions.Route route)
    {
        var entry = new JsonObject();
        if (route.MatchText.Length > 0) entry["match"] = route.MatchText;
        entry["path"] = route.Path;
        return entry;
    }

    private async Task AskAsync(AppChannel app, CancellationToken cancellationToken)
    {
        // What the app asks for goes before what a file says, and the first of two of a kind counts.
        Dictionary<(string, string), Subscription> byTopic = [];
        foreach (Subscription subscription in (await AskAppAsync(app, cancellationToken)).Concat(declared))
        {
            if (!byTopic.TryAdd((subscription.PubSub, subscription.Topic), subscription))
                PubSubLog.SubscribedTwice(logger, subscription.PubSub, subscription.Topic);
        }

        subscriptions = [.. byTopic.Values];
        if (subscriptions.Count > 0) PubSubLog.Subscribed(logger, string.Join(", ", subscriptions.Select(subscription => subscription.Topic)));
    }

    private async Task<IReadOnlyList<Subscription>> AskAppAsync(AppChannel app, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await app.GetDeclarationAsync("/dapr/subscribe", cancellationToken);
        byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        // An app without subscriptions may have no such path.
        if (response.StatusCode == System.Net.HttpStatusCode.NotFound || answer.Length == 0) return [];
        if (response.IsSuccessStatusCode && SubscriptionReading.FromApp(answer) is { } asked) return asked;
        PubSubLog.SubscriptionsUnreadable(logger, (int)response.StatusCode);
        return [];
    }

    private void OnHealthChanged(bool healthy) => _ = SwitchAsync();

    /// <summary>Subscribes while the app is there and healthy and not otherwise, whichever it is by the time its turn comes.</summary>
    private async Task SwitchAsync()
    {
        await switching.WaitAsync(context.Stopping);
        try
        {
            if (gone || !context.Health.IsHealthy) await UnsubscribeAsync();
            else if (running.Count == 0) await SubscribeAsync();
        }
        finally
        {
            switching.Release();
        }
    }

    private async Task SubscribeAsync()
    {
        foreach (Subscription subscription in subscriptions)
        {
            if (pubSubs.Find(subscription.PubSub) is not { } component)
            {
                PubSubLog.UnknownPubSub(logger, subscription.PubSub, subscription.Topic);
                continue;
            }

            if (!component.Scopes.MaySubscribe(subscription.Topic))
            {
                PubSubLog.SubscriptionForbidden(logger, subscription.PubSub, subscription.Topic);
                continue;
            }

            var delivery = new Delivery(subscription, component.PubSub, context.App!, context.Time, logger);
            try
            {
                running.Add(await component.PubSub.SubscribeAsync(
                    subscription.Topic, component.ConsumerGroup, delivery.HandleAsync, context.Stopping));
            }
            catch (ComponentException error)
            {
                throw new SidecarStartException($"component '{subscription.PubSub}': {error.Message}", error);
            }
        }
    }

    private async Task UnsubscribeAsync()
    {
        foreach (IAsyncDisposable subscription in running) await subscription.DisposeAsync();
        running.Clear();
    }
}
