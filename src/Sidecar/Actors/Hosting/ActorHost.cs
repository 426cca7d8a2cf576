using System.Net;
using System.Net.Http.Headers;
using Gateway.Sidecar.Actors.Turns;
using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>A running app that hosts actors: the calls to it. One that comes back after it was gone is another host.</summary>
internal sealed class ActorHost(IReadOnlyList<ActorTypeOptions> types, AppChannel app, ILogger logger)
{
    private static readonly TimeSpan NoticeLimit = TimeSpan.FromSeconds(2);
    private readonly Dictionary<string, ActorTypeOptions> byType = types.ToDictionary(type => type.Type, StringComparer.Ordinal);
    private readonly TaskCompletionSource gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the host is told from others by; the same after its process was replaced.</summary>
    public string Name => app.BaseAddress;

    /// <summary>The id of the app.</summary>
    public string AppId => app.AppId;

    /// <summary>The namespace of the app, <c>default</c> where none is set.</summary>
    public string Namespace => app.Namespace;

    /// <summary>The process is not there any more, or does not listen any more: it need not be told anything.</summary>
    public bool IsGone => gone.Task.IsCompleted;

    public bool Hosts(string type) => byType.ContainsKey(type);

    public ActorTypeOptions OptionsOf(string type) => byType[type];

    public void SetGone() => gone.TrySetResult();

    /// <summary>Whether the app, which refused a connection, is known to be gone, or is so a moment later; never where nobody watches it.</summary>
    public async Task<bool> IsGoneSoonAsync()
    {
        if (!app.IsWatched) return false;
        await gone.Task.WaitAsync(NoticeLimit, TimeProvider.System).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return IsGone;
    }

    /// <summary>Calls an actor in its turn.</summary>
    public async Task<ActorReply> CallAsync(ActorKey actor, ActorCall call, Turn turn)
    {
        string path = $"/actors/{actor.Type}/{actor.Id}/{call.Path}";
        if (ActorAppPath.TryEncode(app.BaseAddress, path, out string? error) is not { } encoded) return ActorReply.Failed(error!, this);

        using HttpRequestMessage request = CreateRequest(HttpMethod.Put, encoded + call.Query);
        request.Content = new ReadOnlyMemoryContent(call.Body);
        call.AddHeaders(request, this);
        if (OptionsOf(actor.Type).Reentrant)
        {
            request.Headers.Remove(ActorCall.ReentrancyHeader);
            request.Headers.TryAddWithoutValidation(ActorCall.ReentrancyHeader, turn.ReentrancyId);
        }

        try
        {
            HttpResponseMessage response = await app.SendAsync(request, turn.Cancelled);
            byte[] body = await response.Content.ReadAsByteArrayAsync(turn.Cancelled);
            return Judge(response, body, path);
        }
        catch (OperationCanceledException) when (turn.Cancelled.IsCancellationRequested)
        {
            return ActorReply.Failed(ActorReply.Cut, this);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // An app that stops is an everyday thing: no stack trace for it.
            ActorLog.AppUnreachable(logger, actor.Type, exception.Message);
            string url = app.BaseAddress + encoded + call.Query;
            return exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
                ? ActorReply.Failed($"Put \"{url}\": dial tcp 127.0.0.1:{app.Port}: connect: connection refused", this) with { Refused = true }
                : ActorReply.Failed($"Put \"{url}\": EOF", this);
        }
    }

    /// <summary>Tells the app that an actor is deactivated.</summary>
    public async Task TellAsync(ActorKey actor, CancellationToken cancellationToken)
    {
        // An id that cannot be part of a path never reached the app.
        if (IsGone || ActorAppPath.TryEncode(app.BaseAddress, $"/actors/{actor.Type}/{actor.Id}", out _) is not { } path) return;
        try
        {
            using HttpRequestMessage request = CreateRequest(HttpMethod.Delete, path);
            request.Content = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-protobuf") } };
            using HttpResponseMessage response = await app.SendAsync(request, cancellationToken);
            if (!response.IsSuccessStatusCode) ActorLog.DeactivationRefused(logger, actor.Type, (int)response.StatusCode);
        }
        catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConnectionError)
        {
            // The app is gone, and its actors with it.
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
        {
            ActorLog.DeactivationFailed(logger, actor.Type, exception);
        }
    }

    private ActorReply Judge(HttpResponseMessage response, byte[] body, string path) => response.StatusCode switch
    {
        HttpStatusCode.OK => new ActorReply(response, body, null, this),
        HttpStatusCode.NotFound => ActorReply.Failed($"actor method not found: {path[1..]}", this),
        var status => ActorReply.Failed($"error from actor service: ({(int)status}) {System.Text.Encoding.UTF8.GetString(body)}", this),
    };

    /// <summary>A call with its path as it is here: an id such as <c>%2E%2E</c> must not be read as a step up.</summary>
    private HttpRequestMessage CreateRequest(HttpMethod method, string path)
    {
        HttpRequestMessage request = app.CreateRequest(method, "/");
        request.RequestUri = new Uri(app.BaseAddress + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        return request;
    }
}
