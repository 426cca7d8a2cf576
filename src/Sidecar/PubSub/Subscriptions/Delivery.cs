using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
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
internal sealed class Delivery(Subscription subscription, IPubSub pubSub, AppChannel app, TimeProvider time, ILogger logger)
{
    private static readonly string[] Reserved =
        ["host", "connection", "transfer-encoding", "content-length", "content-type", "upgrade", "expect", "te", "trailer", "traceparent", "pubsubname"];

    /// <summary>Delivers a message; false when neither the app nor the dead letter topic took it.</summary>
    public async ValueTask<bool> HandleAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        if (subscription.Bulk is { MaxMessages: > 1 } bulk)
        {
            // The component hands over one message at a time, so no other can join this one: it is only held back, as by daprd.
            await Task.Delay(bulk.MaxAwait, time, cancellationToken);
        }

        if (await DeliverAsync(message, cancellationToken) is not { } problem) return true;
        PubSubLog.NotHandled(logger, message.Topic, problem);
        if (subscription.DeadLetterTopic.Length == 0) return false;
        PubSubMessage dead = message with { Topic = subscription.DeadLetterTopic };
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
        return subscription.Bulk is null
            ? await SendAsync(message, cloudEvent, path, body, cancellationToken)
            : await SendBulkAsync(message, cloudEvent, path, cancellationToken);
    }

    private async ValueTask<string?> SendAsync(
        PubSubMessage message, JsonElement cloudEvent, string path, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = CreateRequest(cloudEvent, path, body, CloudEvent.ContentType);
        foreach ((string name, string value) in message.Metadata)
        {
            bool sendable = value.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 && !Reserved.Contains(name.ToLowerInvariant());
            if (sendable && !request.Headers.NonValidated.Contains(name)) request.Headers.TryAddWithoutValidation(name, value);
        }

        return await SendAsync(message, request, AppAnswer.Judge, cancellationToken);
    }

    private async ValueTask<string?> SendBulkAsync(
        PubSubMessage message, JsonElement cloudEvent, string path, CancellationToken cancellationToken)
    {
        string entryId = Guid.NewGuid().ToString();
        using HttpRequestMessage request = CreateRequest(cloudEvent, path, BulkBody(message, cloudEvent, entryId), "application/json");
        return await SendAsync(message, request, (status, body) => AppAnswer.JudgeBulk(status, body, entryId), cancellationToken);
    }

    private async ValueTask<string?> SendAsync(
        PubSubMessage message,
        HttpRequestMessage request,
        Func<System.Net.HttpStatusCode, ReadOnlyMemory<byte>, string?> judge,
        CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await app.SendAsync(request, cancellationToken);
            byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            return judge(response.StatusCode, answer);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            PubSubLog.AppUnreachable(logger, message.Topic, exception);
            return "the app was not reached";
        }
    }

    private HttpRequestMessage CreateRequest(JsonElement cloudEvent, string path, ReadOnlyMemory<byte> body, string contentType)
    {
        HttpRequestMessage request = app.CreateRequest(HttpMethod.Post, path.StartsWith('/') ? path : $"/{path}");
        request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } };
        request.Headers.TryAddWithoutValidation("pubsubname", subscription.PubSub);
        // An envelope with trace members carries the trace on, or begins one; a raw one knows of none.
        if (Text(cloudEvent, "traceid") is { } trace) TraceContext.Continue(trace).Apply(request);
        return request;
    }

    /// <summary>
    /// <c>{"entries":[{"entryId","event","metadata","contentType"}],"id","metadata","pubsubname","topic","type"}</c>
    /// (https://docs.dapr.io/reference/api/pubsub_api/#bulk-subscribe).
    /// </summary>
    private ReadOnlyMemory<byte> BulkBody(PubSubMessage message, JsonElement cloudEvent, string entryId)
    {
        var body = new ArrayBufferWriter<byte>(message.Data.Length + 512);
        Write("{\"entries\":[{\"entryId\":", entryId);
        body.Write(",\"event\":"u8);
        body.Write(GoJson.Normalize(cloudEvent));
        body.Write(",\"metadata\":"u8);
        var metadata = new System.Text.Json.Nodes.JsonObject();
        foreach ((string name, string value) in message.Metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal)) metadata[name] = value;
        body.Write(GoJson.Serialize(metadata));
        Write(",\"contentType\":", CloudEvent.ContentType);
        Write("}],\"id\":", Guid.NewGuid().ToString());
        Write(",\"metadata\":{\"pubsubName\":", subscription.PubSub);
        Write("},\"pubsubname\":", subscription.PubSub);
        Write(",\"topic\":", message.Topic);
        body.Write(",\"type\":\"com.dapr.event.sent.bulk\"}"u8);
        return body.WrittenMemory;

        void Write(string before, string value)
        {
            body.Write(System.Text.Encoding.UTF8.GetBytes(before));
            GoJson.WriteString(body, value);
        }
    }

    private bool HasExpired(JsonElement cloudEvent) =>
        Text(cloudEvent, "expiration") is { } text
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset expiration)
        && expiration < time.GetUtcNow();

    private static string? Text(JsonElement cloudEvent, string name) =>
        cloudEvent.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
