using Gateway.Sidecar.Actors.Turns;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>
/// Calling an actor's method (https://docs.dapr.io/reference/api/actors_api/#invoke-actor-method): whatever the verb, the app gets
/// PUT, and only its 200 is a success.
/// </summary>
internal sealed class ActorMethodApi(SidecarContext context, AppActors app, ActorTable table)
{
    public void Map(SidecarRoutes routes) =>
        routes.Map("GET,POST,PUT,DELETE", "/v1.0/actors/{type}/{id}/method/{method}", InvokeAsync);

    private async Task InvokeAsync(HttpContext http, RouteValues route)
    {
        var actor = new ActorKey(route["type"], route["id"]);
        if (ActorNames.Validate(actor.Id) is { } badId)
        {
            await ActorErrors.BadRequest($"invalid actorId: {badId}").WriteAsync(http);
            return;
        }

        if (await http.ReadBodyAsync(context.Options.MaxBodySize) is not { } body)
        {
            await ActorErrors.BadRequest($"failed to read body: {HttpExchange.TooLarge}").WriteAsync(http);
            return;
        }

        var call = new ActorCall(
            $"method/{route["method"]}",
            http.Request.QueryString.Value ?? "",
            body,
            (request, host) => AddHeaders(http, request, host),
            http.Request.Headers[ActorCall.ReentrancyHeader] is { Count: > 0 } id ? id.ToString() : null);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, context.Stopping);
        try
        {
            if (await CallAsync(actor, call, either.Token) is not { } reply)
            {
                await ActorErrors.Lookup(actor.Type, actor.Id).WriteAsync(http);
                return;
            }

            using (reply) await WriteAsync(http, reply);
        }
        catch (StackDepthException)
        {
            await ActorErrors.StackDepth.WriteAsync(http);
        }
        catch (OperationCanceledException) when (context.Stopping.IsCancellationRequested)
        {
            await ActorErrors.Invoke(ActorReply.Cut).WriteAsync(http);
        }
    }

    private async Task<ActorReply?> CallAsync(ActorKey actor, ActorCall call, CancellationToken cancellationToken)
    {
        while (true)
        {
            await app.WaitUntilOpenAsync(cancellationToken);
            // That nobody was found may be since the app has become unhealthy: then the call is held after all.
            if (await table.CallAsync(actor, call, cancellationToken) is { } reply) return reply;
            if (app.IsOpen) return null;
        }
    }

    private void AddHeaders(HttpContext http, HttpRequestMessage request, ActorHost host)
    {
        HeaderForwarding.ToApp(http.Request.Headers, request);
        if (host != app.Host) request.Headers.TryAddWithoutValidation("x-dapr-remote", "true");
        // A token that let the caller in here is not the app's to see.
        if (context.Options.DaprApiToken is not null && context.Options.AppApiToken is null) request.Headers.Remove("dapr-api-token");
        request.Headers.TryAddWithoutValidation("dapr-api-call", "true");
        // The sidecar that calls the app names itself, also where it was another that was asked.
        request.Headers.TryAddWithoutValidation("dapr-caller-app-id", host.AppId);
        request.Headers.TryAddWithoutValidation("dapr-caller-namespace", host.Namespace);
        http.Trace().Apply(request);
    }

    private async Task WriteAsync(HttpContext http, ActorReply reply)
    {
        if (reply.Response is not { } response)
        {
            // Another sidecar's word comes by gRPC.
            bool remote = reply.Host is { } host && host != app.Host;
            await ActorErrors.Invoke(remote ? $"rpc error: code = Internal desc = error invoke actor method: {reply.Error}" : reply.Error!).WriteAsync(http);
            return;
        }

        HeaderForwarding.ToCaller(response, http.Response.Headers);
        http.Response.ContentType ??= "application/json";
        http.Response.ContentLength = reply.Body.Length;
        await http.Response.Body.WriteAsync(reply.Body, http.RequestAborted);
    }
}
