using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.PubSub.Subscriptions;

/// <summary>Sends what a component delivers to the app, with the headers that every such call has.</summary>
internal sealed class EventSender(string pubSub, AppChannel app, ILogger logger)
{
    /// <summary>Why a message was not handled that has no answer.</summary>
    public const string NotReached = "the app was not reached";

    /// <summary>A call to one of the app's routes, in the trace of an event.</summary>
    public HttpRequestMessage CreateRequest(JsonElement cloudEvent, string path, ReadOnlyMemory<byte> body, string contentType)
    {
        HttpRequestMessage request = app.CreateRequest(HttpMethod.Post, path.StartsWith('/') ? path : $"/{path}");
        request.Content = new ReadOnlyMemoryContent(body) { Headers = { ContentType = new MediaTypeHeaderValue(contentType) } };
        request.Headers.TryAddWithoutValidation("pubsubname", pubSub);
        // An envelope with trace members carries the trace on, or begins one; a raw one knows of none.
        if (cloudEvent.TryGetProperty("traceid", out JsonElement trace) && trace.ValueKind == JsonValueKind.String)
            TraceContext.Continue(trace.GetString()!).Apply(request);
        return request;
    }

    /// <summary>The app's answer, or null when it was not reached.</summary>
    public async ValueTask<(HttpStatusCode Status, byte[] Body)?> SendAsync(HttpRequestMessage request, string topic, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await app.SendAsync(request, cancellationToken);
            return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            PubSubLog.AppUnreachable(logger, topic, exception);
            return null;
        }
    }
}
