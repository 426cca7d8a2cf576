using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Actors.Communication;
using Dapr.Actors.Runtime;
using Gateway.Dapr.Tests.Actors;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Dapr.Tests.Kit;

/// <summary>
/// An application that hosts counters, and a scripted sidecar that keeps their state and passes method calls back to it,
/// as a real one does, but without turns of its own.
/// </summary>
public abstract class ActorTest : IAsyncLifetime
{
    internal ScriptedSidecar Sidecar { get; private set; } = null!;

    internal TestApp App { get; private set; } = null!;

    protected CounterJournal Journal { get; } = new();

    /// <summary>State by <c>{id}/{key}</c>, and when it expires if the sidecar says so.</summary>
    protected ConcurrentDictionary<string, (string Json, string? Expires)> State { get; } = new();

    protected IActorProxyFactory Proxies => App.Services.GetRequiredService<IActorProxyFactory>();

    protected TimeProvider? Time { get; init; }

    public async ValueTask InitializeAsync()
    {
        Sidecar = await ScriptedSidecar.StartAsync();
        App = await TestApp.StartAsync(
            services =>
            {
                services.AddSingleton(Journal);
                services.AddScoped<ScopeProbe>();
                if (Time is not null) services.AddSingleton(Time);
                services.AddActors(options =>
                {
                    options.HttpEndpoint = Sidecar.Endpoint;
                    options.UseJsonSerialization = true;
                    options.Actors.RegisterActor<CounterActor>();
                    Configure(options);
                });
            },
            app => app.MapActorsHandlers());
        Sidecar.Handler = HandleAsync;
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Sidecar.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected virtual void Configure(ActorRuntimeOptions options)
    {
    }

    protected ICounterActor Counter(string id) => Proxies.CreateActorProxy<ICounterActor>(new ActorId(id), "Counter");

    /// <summary>What the sidecar was asked of state: lines and bodies.</summary>
    protected List<string> StateCalls() =>
        [.. Sidecar.Requests.Where(request => request.Target.Contains("/state", StringComparison.Ordinal))
            .Select(request => $"{request.Line} {request.Body}".TrimEnd())];

    /// <summary>A typed call as a sidecar passes it on.</summary>
    internal Task<HttpResponseMessage> TypedCallAsync(
        string id, string method, string? body, params (string Name, string Value)[] headers)
    {
        var info = typeof(ICounterActor).GetMethod(method) ?? typeof(IResettable).GetMethod(method)!;
        var header = RemotingHeader.Write(ActorInterface.Method(info), "Counter", new ActorId(id));
        return App.SendAsync(
            "PUT", $"/actors/Counter/{id}/method/{method}", body, "application/octet-stream", [(RemotingHeader.RequestName, header), .. headers]);
    }

    private async Task<SidecarAnswer> HandleAsync(SidecarRequest request, CancellationToken aborted)
    {
        var parts = request.Target.Split('/');
        return parts switch
        {
            [_, _, "actors", _, _, "method", ..] => await ForwardAsync(request, aborted),
            [_, _, "actors", _, var id, "state", var key] => Read($"{id}/{key}"),
            [_, _, "actors", _, var id, "state"] => Write(id, request.Body),
            _ => new SidecarAnswer(204, [], []),
        };
    }

    private async Task<SidecarAnswer> ForwardAsync(SidecarRequest request, CancellationToken aborted)
    {
        using var client = new HttpClient { BaseAddress = App.Address };
        using var message = new HttpRequestMessage(HttpMethod.Put, request.Target["/v1.0".Length..]);
        if (request.Bytes.Length > 0) message.Content = new ByteArrayContent(request.Bytes);
        foreach (var name in new[] { RemotingHeader.RequestName, "Dapr-Reentrancy-Id" })
            if (request.Header(name) is { } value) message.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(message, aborted);
        var body = await response.Content.ReadAsByteArrayAsync(aborted);
        if (response.StatusCode != HttpStatusCode.OK)
            return new SidecarAnswer(500, Encoding.UTF8.GetBytes("""{"errorCode":"ERR_ACTOR_INVOKE_METHOD","message":"error invoke actor method"}"""), []);
        return new SidecarAnswer(200, body, response.Headers.TryGetValues(RemotingHeader.ErrorName, out var error)
            ? [(RemotingHeader.ErrorName, error.First())]
            : []);
    }

    private SidecarAnswer Read(string key)
    {
        if (!State.TryGetValue(key, out var entry)) return new SidecarAnswer(204, [], []);
        return new SidecarAnswer(200, Encoding.UTF8.GetBytes(entry.Json), entry.Expires is null ? [] : [("Metadata.ttlExpireTime", entry.Expires)]);
    }

    private SidecarAnswer Write(string id, string body)
    {
        using var operations = JsonDocument.Parse(body);
        foreach (var operation in operations.RootElement.EnumerateArray())
        {
            var request = operation.GetProperty("request");
            var key = $"{id}/{request.GetProperty("key").GetString()}";
            if (operation.GetProperty("operation").GetString() == "delete") State.TryRemove(key, out _);
            else State[key] = (request.GetProperty("value").GetRawText(), null);
        }

        return new SidecarAnswer(204, [], []);
    }
}
