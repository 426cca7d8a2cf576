using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Gateway.Sidecar.Actors.Scheduling;
using Gateway.Sidecar.Actors.Turns;
using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>
/// An app that hosts actors: runs their turns there and tells it when one is deactivated.
/// </summary>
/// <remarks>
/// As with daprd, an actor is idle <see cref="ActorTypeOptions.IdleTimeout"/> after the <em>start</em> of its latest turn, and a turn
/// that still runs then is cut: its caller gets an error while the app may be busy with it. A caller that goes away does not end
/// its turn: the app may still be busy, and no second call may reach the actor meanwhile.
/// </remarks>
internal sealed class ActorHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<ActorKey, ActorInstance> instances = new();
    private readonly Dictionary<string, ActorTypeOptions> types;
    private readonly AppChannel app;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly DueQueue<ActorInstance> idle;
    private readonly CancellationTokenSource leaving = new();

    public ActorHost(IReadOnlyList<ActorTypeOptions> types, AppChannel app, TimeProvider time, ILogger logger)
    {
        this.types = types.ToDictionary(type => type.Type, StringComparer.Ordinal);
        this.app = app;
        this.time = time;
        this.logger = logger;
        idle = new DueQueue<ActorInstance>(time, actor => _ = DeactivateIdleAsync(actor));
    }

    public bool Hosts(string type) => types.ContainsKey(type);

    /// <summary>Whether an actor is active here: only then may its state be written.</summary>
    public bool IsActive(ActorKey actor) => instances.TryGetValue(actor, out ActorInstance? instance) && instance.Active;

    public int CountActive(string type) => instances.Values.Count(instance => instance.Active && instance.Key.Type == type);

    /// <summary>Waits for a turn on the actor and calls it.</summary>
    /// <remarks><c>cancellationToken</c>: Ends the wait for the turn, not a turn that has begun.</remarks>
    /// <exception cref="StackDepthException">The call is nested too deeply.</exception>
    public async Task<ActorReply> CallAsync(ActorKey actor, ActorCall call, CancellationToken cancellationToken)
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, leaving.Token);
        try
        {
            while (true)
            {
                if (leaving.IsCancellationRequested) return ActorReply.Failed(ActorReply.Cut);
                ActorInstance instance = instances.GetOrAdd(actor, static (key, types) => new ActorInstance(key, types[key.Type]), types);
                using Turn? turn = await instance.Turns.EnterAsync(call.ReentrancyId, waiting.Token);
                if (turn is not null && TryBegin(instance, turn)) return await RunAsync(instance, turn, call);
            }
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ActorReply.Failed(ActorReply.Cut);
        }
    }

    /// <summary>
    /// Deactivates every actor: after its running turn where the type asks for that, else at once. No turn begins any more.
    /// </summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await leaving.CancelAsync();
        await Parallel.ForEachAsync(
            instances.Values,
            new ParallelOptions { MaxDegreeOfParallelism = 64, CancellationToken = cancellationToken },
            async (instance, token) =>
            {
                using Turn? turn = await DrainAsync(instance, token) ?? instance.Turns.Cut(static () => true);
                if (turn is not null) await DeactivateAsync(instance, turn, token);
            });
    }

    public ValueTask DisposeAsync()
    {
        idle.Dispose();
        leaving.Dispose();
        return ValueTask.CompletedTask;
    }

    private bool TryBegin(ActorInstance instance, Turn turn)
    {
        DateTimeOffset idleAt = DaprPeriod.Add(time.GetUtcNow(), instance.Options.IdleTimeout);
        bool begun = instance.Turns.TryBegin(turn, () =>
        {
            instance.Active = true;
            instance.IdleAt = idleAt;
        });
        if (begun) idle.Set(instance, idleAt);
        return begun;
    }

    private async Task<ActorReply> RunAsync(ActorInstance instance, Turn turn, ActorCall call)
    {
        string path = $"/actors/{instance.Key.Type}/{instance.Key.Id}/{call.Path}";
        if (ActorAppPath.TryEncode(app.BaseAddress, path, out string? error) is not { } encoded) return ActorReply.Failed(error!);

        using HttpRequestMessage request = CreateRequest(HttpMethod.Put, encoded + call.Query);
        request.Content = new ReadOnlyMemoryContent(call.Body);
        call.AddHeaders(request);
        if (instance.Options.Reentrant)
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
            return ActorReply.Failed(ActorReply.Cut);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // An app that stops is an everyday thing: no stack trace for it.
            ActorLog.AppUnreachable(logger, instance.Key.Type, exception.Message);
            string url = app.BaseAddress + encoded + call.Query;
            string reason = exception is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError }
                ? $"dial tcp 127.0.0.1:{app.Port}: connect: connection refused"
                : "EOF";
            return ActorReply.Failed($"Put \"{url}\": {reason}");
        }
    }

    private static ActorReply Judge(HttpResponseMessage response, byte[] body, string path) => response.StatusCode switch
    {
        HttpStatusCode.OK => new ActorReply(response, body, null),
        HttpStatusCode.NotFound => ActorReply.Failed($"actor method not found: {path[1..]}"),
        var status => ActorReply.Failed($"error from actor service: ({(int)status}) {System.Text.Encoding.UTF8.GetString(body)}"),
    };

    private async Task DeactivateIdleAsync(ActorInstance instance)
    {
        using Turn? turn = instance.Turns.Cut(() => instance.IdleAt <= time.GetUtcNow());
        if (turn is not null) await DeactivateAsync(instance, turn, turn.Cancelled);
    }

    /// <summary>
    /// Tells the app in a turn of its own; as with daprd it is too late then to write state. Then the actor is forgotten, or, where
    /// calls wait, activated again by the first of them.
    /// </summary>
    private async Task DeactivateAsync(ActorInstance instance, Turn turn, CancellationToken cancellationToken)
    {
        idle.Remove(instance);
        if (instance.Active)
        {
            using var limit = new CancellationTokenSource(instance.Options.DrainTimeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            instance.Active = false;
            await TellAsync(instance.Key, either.Token);
        }

        if (instance.Turns.Retire(turn)) instances.TryRemove(new KeyValuePair<ActorKey, ActorInstance>(instance.Key, instance));
    }

    private async Task TellAsync(ActorKey actor, CancellationToken cancellationToken)
    {
        // An id that cannot be part of a path never reached the app.
        if (ActorAppPath.TryEncode(app.BaseAddress, $"/actors/{actor.Type}/{actor.Id}", out _) is not { } path) return;
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

    private async Task<Turn?> DrainAsync(ActorInstance instance, CancellationToken cancellationToken)
    {
        if (!instance.Options.DrainOnStop) return null;
        using var limit = new CancellationTokenSource(instance.Options.DrainTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await instance.Turns.EnterFirstAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>A call with its path as it is here: an id such as <c>%2E%2E</c> must not be read as a step up.</summary>
    private HttpRequestMessage CreateRequest(HttpMethod method, string path)
    {
        HttpRequestMessage request = app.CreateRequest(method, "/");
        request.RequestUri = new Uri(app.BaseAddress + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        return request;
    }
}
