using System.Net.Http.Headers;
using System.Text.Json;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Client;

/// <summary>
/// A proxy that calls an actor's methods by name: at most one argument, plain JSON both ways. Its calls throw
/// <see cref="DaprApiException"/> when the method or the sidecar failed, <see cref="HttpRequestException"/> when the sidecar
/// cannot be reached.
/// </summary>
public class ActorProxy : IActorProxy
{
    private static readonly MediaTypeHeaderValue Json = new("application/json", "utf-8");
    private readonly ActorSidecar sidecar;
    private readonly JsonSerializerOptions json;

    internal ActorProxy(ActorSidecar sidecar, ActorId actorId, string actorType, JsonSerializerOptions json)
    {
        this.sidecar = sidecar;
        this.json = json;
        ActorId = actorId;
        ActorType = actorType;
    }

    /// <summary>The factory behind the static methods, with default options.</summary>
    public static IActorProxyFactory DefaultProxyFactory { get; } = new ActorProxyFactory();

    /// <inheritdoc />
    public ActorId ActorId { get; }

    /// <inheritdoc />
    public string ActorType { get; }

    /// <summary>A proxy that implements the actor's interface.</summary>
    public static TActorInterface Create<TActorInterface>(ActorId actorId, string actorType, ActorProxyOptions? options = null)
        where TActorInterface : IActor =>
        DefaultProxyFactory.CreateActorProxy<TActorInterface>(actorId, actorType, options);

    /// <summary>A proxy that implements the actor's interface.</summary>
    /// <exception cref="ArgumentException">The interface does not derive from <see cref="IActor"/>.</exception>
    public static object Create(ActorId actorId, Type actorInterfaceType, string actorType, ActorProxyOptions? options = null)
    {
        if (!typeof(IActor).IsAssignableFrom(actorInterfaceType))
            throw new ArgumentException("The interface must implement IActor.", nameof(actorInterfaceType));
        return DefaultProxyFactory.CreateActorProxy(actorId, actorInterfaceType, actorType, options);
    }

    /// <summary>A proxy that calls methods by name.</summary>
    public static ActorProxy Create(ActorId actorId, string actorType, ActorProxyOptions? options = null) =>
        DefaultProxyFactory.Create(actorId, actorType, options);

    /// <summary>Calls a method with one argument and reads its result.</summary>
    public async Task<TResponse> InvokeMethodAsync<TRequest, TResponse>(
        string method, TRequest data, CancellationToken cancellationToken = default)
    {
        using var response = await InvokeAsync(method, Content(data), cancellationToken);
        return await ReadAsync<TResponse>(response, cancellationToken);
    }

    /// <summary>Calls a method with one argument.</summary>
    public async Task InvokeMethodAsync<TRequest>(string method, TRequest data, CancellationToken cancellationToken = default)
    {
        using var response = await InvokeAsync(method, Content(data), cancellationToken);
    }

    /// <summary>Calls a method and reads its result.</summary>
    public async Task<TResponse> InvokeMethodAsync<TResponse>(string method, CancellationToken cancellationToken = default)
    {
        using var response = await InvokeAsync(method, null, cancellationToken);
        return await ReadAsync<TResponse>(response, cancellationToken);
    }

    /// <summary>Calls a method.</summary>
    public async Task InvokeMethodAsync(string method, CancellationToken cancellationToken = default)
    {
        using var response = await InvokeAsync(method, null, cancellationToken);
    }

    private Task<HttpResponseMessage> InvokeAsync(string method, HttpContent? content, CancellationToken cancellationToken) =>
        sidecar.InvokeAsync(ActorType, ActorId, method, content, header: null, cancellationToken);

    private ByteArrayContent Content<TRequest>(TRequest data) =>
        new(JsonSerializer.SerializeToUtf8Bytes(data, json)) { Headers = { ContentType = Json } };

    private async Task<TResponse> ReadAsync<TResponse>(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return (await JsonSerializer.DeserializeAsync<TResponse>(body, json, cancellationToken))!;
    }
}
