using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using Dapr.Client;

namespace Dapr.Actors.Communication;

/// <summary>Dapr's actor API at one sidecar (Dapr, "Actors API reference"). Thread-safe.</summary>
#pragma warning disable CA1001 // Lives as long as the process or its factory, and its connections belong to the handler.
internal sealed class ActorSidecar
#pragma warning restore CA1001
{
    private const string ReentrancyHeader = "Dapr-Reentrancy-Id";
    private const string ExpiryHeader = "Metadata.ttlExpireTime";
    private static readonly MediaTypeHeaderValue Json = new("application/json", "utf-8");
    private static readonly SocketsHttpHandler Shared = SidecarHandler.Create();
    private readonly HttpClient http;
    private readonly string root;
    private readonly string? token;

    public ActorSidecar(string endpoint, string? apiToken, TimeSpan? timeout = null, HttpMessageHandler? handler = null)
    {
        root = endpoint.TrimEnd('/') + "/v1.0/actors/";
        token = string.IsNullOrWhiteSpace(apiToken) ? null : apiToken;
        http = new HttpClient(handler ?? Shared, disposeHandler: false);
        if (timeout is { } limit) http.Timeout = limit;
    }

    /// <summary>Calls a method, always with PUT. A header makes it a typed call.</summary>
    public Task<HttpResponseMessage> InvokeAsync(
        string type, ActorId id, string method, HttpContent? content, string? header, CancellationToken cancellationToken)
    {
        var request = Request(HttpMethod.Put, type, id, "method/" + SidecarPath.Segment(method), content);
        if (header is not null) request.Headers.TryAddWithoutValidation(RemotingHeader.RequestName, header);
        if (ReentrancyContext.Id is { } chain) request.Headers.TryAddWithoutValidation(ReentrancyHeader, chain);
        return SendAsync(request, cancellationToken);
    }

    /// <summary>Reads one key: its JSON, empty when absent, and when it expires.</summary>
    public async Task<(byte[] Value, DateTimeOffset? Expires)> GetStateAsync(
        string type, ActorId id, string name, CancellationToken cancellationToken)
    {
        using var response =
            await SendAsync(Request(HttpMethod.Get, type, id, "state/" + SidecarPath.Segment(name)), cancellationToken);
        DateTimeOffset? expires = null;
        if (response.Headers.TryGetValues(ExpiryHeader, out var values) && values.First() is { Length: > 0 } text)
            expires = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return (await response.Content.ReadAsByteArrayAsync(cancellationToken), expires);
    }

    /// <summary>Writes and removes keys in one transaction.</summary>
    public async Task SaveStateAsync(string type, ActorId id, string operations, CancellationToken cancellationToken)
    {
        var content = new StringContent(operations, Encoding.UTF8);
        using var response = await SendAsync(Request(HttpMethod.Put, type, id, "state", content), cancellationToken);
    }

    public Task RegisterReminderAsync(string type, ActorId id, string name, byte[] body) =>
        CallAsync(HttpMethod.Put, type, id, "reminders", name, body);

    public Task UnregisterReminderAsync(string type, ActorId id, string name) =>
        CallAsync(HttpMethod.Delete, type, id, "reminders", name, null);

    public Task RegisterTimerAsync(string type, ActorId id, string name, byte[] body) =>
        CallAsync(HttpMethod.Put, type, id, "timers", name, body);

    public Task UnregisterTimerAsync(string type, ActorId id, string name) =>
        CallAsync(HttpMethod.Delete, type, id, "timers", name, null);

    public async Task<byte[]> GetReminderAsync(string type, ActorId id, string name)
    {
        var request = Request(HttpMethod.Get, type, id, "reminders/" + SidecarPath.Segment(name));
        using var response = await SendAsync(request, CancellationToken.None);
        return await response.Content.ReadAsByteArrayAsync();
    }

    private async Task CallAsync(HttpMethod method, string type, ActorId id, string kind, string name, byte[]? body)
    {
        var content = body is null ? null : new ByteArrayContent(body) { Headers = { ContentType = Json } };
        var request = Request(method, type, id, $"{kind}/{SidecarPath.Segment(name)}", content);
        using var response = await SendAsync(request, CancellationToken.None);
    }

    private HttpRequestMessage Request(HttpMethod method, string type, ActorId id, string rest, HttpContent? content = null)
    {
        var path = $"{root}{SidecarPath.Segment(type)}/{SidecarPath.Segment(id.GetId())}/{rest}";
        var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null) request.Headers.Add(DaprDefaults.DaprApiTokenHeader, token);
        return request;
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var request = message;
        var response = await http.SendAsync(request, cancellationToken);
        if (response.IsSuccessStatusCode) return response;
        using (response)
        {
            if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                throw new AuthenticationException("The Dapr sidecar refused the client's credentials.");
            throw await SidecarError.ReadAsync(response, cancellationToken);
        }
    }
}
