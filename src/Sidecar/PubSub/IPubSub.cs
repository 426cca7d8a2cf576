namespace Gateway.Sidecar.PubSub;

/// <summary>A message as a component carries it.</summary>
/// <remarks>
/// <para><c>Data</c>: the CloudEvents envelope as JSON, or what was published with <c>rawPayload</c>.</para>
/// <para><c>Metadata</c>: what was published beside it; it reaches the subscriber as headers.</para>
/// </remarks>
internal sealed record PubSubMessage(string Topic, ReadOnlyMemory<byte> Data, IReadOnlyDictionary<string, string> Metadata)
{
    public static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>();
}

/// <summary>Handles a message of a subscription; false when it was not handled, which the component may answer with a redelivery.</summary>
internal delegate ValueTask<bool> MessageHandler(PubSubMessage message, CancellationToken cancellationToken);

/// <summary>
/// A publish/subscribe component (https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-overview/).
/// Expected refusals are values, not exceptions. Thread-safe.
/// </summary>
internal interface IPubSub : IAsyncDisposable
{
    /// <summary>What the component can do, as /v1.0/metadata lists it.</summary>
    IReadOnlyList<string> Capabilities { get; }

    /// <summary>Publishes a message; null when the component has it, else what went wrong.</summary>
    ValueTask<string?> PublishAsync(PubSubMessage message, CancellationToken cancellationToken);

    /// <summary>Publishes several messages in their order; for each as <see cref="PublishAsync(PubSubMessage, CancellationToken)"/>.</summary>
    async ValueTask<IReadOnlyList<string?>> PublishAsync(IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        var failures = new string?[messages.Count];
        for (int i = 0; i < failures.Length; i++) failures[i] = await PublishAsync(messages[i], cancellationToken);
        return failures;
    }

    /// <summary>
    /// Publishes a message out of a handler, as to a dead letter topic: never waits for a subscriber, which may be the caller itself.
    /// </summary>
    ValueTask<string?> ForwardAsync(PubSubMessage message, CancellationToken cancellationToken);

    /// <summary>
    /// Delivers the messages of a topic until the answer is disposed of. Subscriptions come and go at any time, while others of the
    /// same topic and group go on.
    /// </summary>
    /// <remarks>
    /// <c>consumerGroup</c>: each message of the topic goes to every group, and to one of the subscriptions that name the same group:
    /// the component's <c>consumerID</c>, or the app id, so that the processes of one app share the messages.
    /// </remarks>
    /// <exception cref="Components.ComponentException">The component cannot subscribe to this topic.</exception>
    ValueTask<IAsyncDisposable> SubscribeAsync(string topic, string consumerGroup, MessageHandler handler, CancellationToken cancellationToken);
}
