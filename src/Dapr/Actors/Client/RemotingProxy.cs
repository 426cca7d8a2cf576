using System.Reflection;
using System.Text.Json;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Client;

/// <summary>Stands behind an actor interface and turns each call into a request.</summary>
internal class RemotingProxy : DispatchProxy, IActorProxy
{
    private ActorSidecar sidecar = null!;
    private JsonSerializerOptions json = null!;

    public ActorId ActorId { get; private set; } = null!;

    public string ActorType { get; private set; } = null!;

    public void Bind(ActorSidecar sidecar, ActorId actorId, string actorType, JsonSerializerOptions json)
    {
        this.sidecar = sidecar;
        this.json = RemotingBody.Options(json);
        ActorId = actorId;
        ActorType = actorType;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        ArgumentNullException.ThrowIfNull(targetMethod);
        var method = ActorInterface.Method(targetMethod);
        var reply = InvokeAsync(method, args ?? []);
        return method.Result.ForCaller(reply, json);
    }

    private async Task<byte[]> InvokeAsync(ActorMethod method, object?[] args)
    {
        var token = method.HasCancellationToken ? (CancellationToken)args[^1]! : CancellationToken.None;
        var content = RemotingBody.Request(method, args, json);
        var header = RemotingHeader.Write(method, ActorType, ActorId);
        using var response = await sidecar.InvokeAsync(ActorType, ActorId, method.Name, content, header, token);
        var body = await response.Content.ReadAsByteArrayAsync(token);
        if (response.Headers.TryGetValues(RemotingHeader.ErrorName, out var error))
            throw RemotingError.Read(error.First(), body);
        return body;
    }
}
