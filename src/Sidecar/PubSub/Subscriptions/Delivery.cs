using System.Globalization;
using System.Text.Json;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.PubSub.CloudEvents;
using Gateway.Sidecar.PubSub.Rules;

namespace Gateway.Sidecar.PubSub.Subscriptions;

/// <summary>
/// Brings the messages of one subscription to the app, and those it did not handle to the dead letter topic
/// (https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-deadletter/).
/// </summary>
internal sealed class Delivery
{
    private static readonly string[] Reserved =
        ["host", "connection", "transfer-encoding", "content-length", "content-type", "upgrade", "expect", "te", "trailer", "traceparent", "pubsubname"];

    private readonly Subscription subscription;
    private readonly IPubSub pubSub;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly EventSender sender;
    private readonly BulkDelivery? bulk;

    public Delivery(Subscription subscription, IPubSub pubSub, AppChannel app, TimeProvider time, ILogger logger)
    {
        this.subscription = subscription;
        this.pubSub = pubSub;
        this.time = time;
        this.logger = logger;
        sender = new EventSender(subscription.PubSub, app, logger);
        if (subscription.Bulk is { } limits) bulk = new BulkDelivery(subscription.PubSub, limits, sender, time);
    }

    /// <summary>Delivers a message; false when neither the app nor the dead letter topic took it.</summary>
    public async ValueTask<bool> HandleAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        if (await DeliverAsync(message, cancellationToken) is not { } problem) return true;
        PubSubLog.NotHandled(logger, message.Topic, problem);
        if (subscription.DeadLetterTopic.Length == 0) return false;
        // daprd puts the component's name into the metadata of every message, and that goes on with a dead one.
        PubSubMessage dead = message with
        {
            Topic = subscription.DeadLetterTopic,
            Metadata = new Dictionary<string, string>(message.Metadata) { ["pubsubName"] = subscription.PubSub },
        };
        if (await pubSub.ForwardAsync(dead, cancellationToken) is not { } failure) return true;
        PubSubLog.DeadLetterFailed(logger, subscription.DeadLetterTopic, failure);
        return false;
    }

    /// <summary>Null when the message is done with, else why the app has not handled it.</summary>
    private async ValueTask<string?> DeliverAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = subscription.RawPayload
            ? CloudEventFactory.WrapRaw(message.Data.Span, subscription.PubSub, message.Topic).ToJson()
            : message.Data;
        using JsonDocument? document = GoJsonReader.TryParse(body, out _);
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } cloudEvent) return "the message is no CloudEvent";
        if (HasExpired(cloudEvent)) return "the message has expired";

        string? path;
        try
        {
            path = subscription.Routes.FirstOrDefault(route => route.Match?.Matches(cloudEvent) != false)?.Path;
        }
        catch (RuleException error)
        {
            return error.Message;
        }

        if (path is null) return "no route matches";
        return bulk is null
            ? await SendAsync(message, cloudEvent, path, body, cancellationToken)
            : await bulk.DeliverAsync(message, cloudEvent, path, cancellationToken);
    }

    private async ValueTask<string?> SendAsync(
        PubSubMessage message, JsonElement cloudEvent, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = sender.CreateRequest(cloudEvent, path, body, CloudEvent.ContentType);
        foreach ((string name, string value) in message.Metadata)
        {
            bool sendable = value.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 && !Reserved.Contains(name.ToLowerInvariant());
            if (sendable && !request.Headers.NonValidated.Contains(name)) request.Headers.TryAddWithoutValidation(name, value);
        }

        return await sender.SendAsync(request, message.Topic, cancellationToken) is var (status, answer)
            ? AppAnswer.Judge(status, answer)
            : EventSender.NotReached;
    }

    private bool HasExpired(JsonElement cloudEvent) =>
        cloudEvent.TryGetProperty("expiration", out JsonElement value) && value.ValueKind == JsonValueKind.String
        && value.GetString() is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset expiration)
        && expiration < time.GetUtcNow();
}
