using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.PubSub.CloudEvents;

namespace Gateway.Sidecar.PubSub.Subscriptions;

/// <summary>
/// Brings the messages of a bulk subscription to the app, several to a call
/// (https://docs.dapr.io/developing-applications/building-blocks/pubsub/pubsub-bulk/#subscribing-messages-in-bulk). The app answers for each.
/// </summary>
internal sealed class BulkDelivery
{
    private readonly string pubSub;
    private readonly EventSender sender;
    private readonly BulkCollector collector;

    public BulkDelivery(string pubSub, BulkSubscribe limits, EventSender sender, TimeProvider time)
    {
        this.pubSub = pubSub;
        this.sender = sender;
        collector = new BulkCollector(limits, time, SendAsync);
    }

    /// <summary>Null when the app has handled the message, else why not.</summary>
    public ValueTask<string?> DeliverAsync(PubSubMessage message, JsonElement cloudEvent, string path, CancellationToken cancellationToken) =>
        collector.AddAsync(new BulkMessage(message, cloudEvent, path), cancellationToken);

    /// <summary>One call for each route that the messages go to.</summary>
    private Task SendAsync(IReadOnlyList<BulkMessage> messages, CancellationToken cancellationToken) =>
        Task.WhenAll(messages.GroupBy(message => message.Path).Select(route => SendAsync(route.Key, [.. route], cancellationToken)));

    private async Task SendAsync(string path, IReadOnlyList<BulkMessage> messages, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage request = sender.CreateRequest(messages[0].CloudEvent, path, Body(messages), "application/json");
            (HttpStatusCode Status, byte[] Body)? answer = await sender.SendAsync(request, messages[0].Message.Topic, cancellationToken);
            foreach (BulkMessage message in messages)
                message.Settle(answer is var (status, body) ? AppAnswer.JudgeBulk(status, body, message.Id) : EventSender.NotReached);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            foreach (BulkMessage message in messages) message.Cancel(cancellationToken);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            foreach (BulkMessage message in messages) message.Fail(exception);
        }
    }

    /// <summary>
    /// <c>{"entries":[{"entryId","event","metadata","contentType"}],"id","metadata","pubsubname","topic","type"}</c>
    /// (https://docs.dapr.io/reference/api/pubsub_api/#bulk-subscribe).
    /// </summary>
    private ReadOnlyMemory<byte> Body(IReadOnlyList<BulkMessage> messages)
    {
        var body = new ArrayBufferWriter<byte>(messages.Sum(message => message.Message.Data.Length) + 512);
        string before = "{\"entries\":[{\"entryId\":";
        foreach (BulkMessage message in messages)
        {
            Write(before, message.Id);
            body.Write(",\"event\":"u8);
            body.Write(GoJson.Normalize(message.CloudEvent));
            body.Write(",\"metadata\":"u8);
            var metadata = new JsonObject();
            foreach ((string name, string value) in message.Message.Metadata.OrderBy(item => item.Key, StringComparer.Ordinal)) metadata[name] = value;
            body.Write(GoJson.Serialize(metadata));
            Write(",\"contentType\":", CloudEvent.ContentType);
            before = "},{\"entryId\":";
        }

        Write("}],\"id\":", Guid.NewGuid().ToString());
        Write(",\"metadata\":{\"pubsubName\":", pubSub);
        Write("},\"pubsubname\":", pubSub);
        Write(",\"topic\":", messages[0].Message.Topic);
        body.Write(",\"type\":\"com.dapr.event.sent.bulk\"}"u8);
        return body.WrittenMemory;

        void Write(string start, string value)
        {
            body.Write(Encoding.UTF8.GetBytes(start));
            GoJson.WriteString(body, value);
        }
    }
}
