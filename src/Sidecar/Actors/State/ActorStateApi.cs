using System.Globalization;
using System.Text.Json;
using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Actors.State;

/// <summary>
/// An actor's state (https://docs.dapr.io/reference/api/actors_api/#actor-state-transactions), in the component with
/// <c>actorStateStore: "true"</c>. Requests do not wait for the actor's running turn.
/// </summary>
internal sealed class ActorStateApi(SidecarContext context, AppActors app)
{
    public void Map(SidecarRoutes routes)
    {
        routes.Map("GET", "/v1.0/actors/{type}/{id}/state/{key}", GetAsync);
        routes.Map("POST,PUT", "/v1.0/actors/{type}/{id}/state", TransactAsync);
    }

    private async Task GetAsync(HttpContext http, RouteValues route)
    {
        var actor = new ActorKey(route["type"], route["id"]);
        if (context.States.ActorStore is not { } component)
        {
            await ActorErrors.NoStateStore.WriteAsync(http);
            return;
        }

        string key = ActorStateRequest.StoredKey(context.Options.AppId, actor, route["key"]);
        if (await component.Store.GetAsync(key, http.RequestAborted) is not { } item)
        {
            await http.NoContentAsync();
            return;
        }

        if (item.Expires is { } expires)
            http.Response.Headers["metadata.ttlExpireTime"] = expires.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        await http.WriteJsonAsync(item.Value);
    }

    private async Task TransactAsync(HttpContext http, RouteValues route)
    {
        var actor = new ActorKey(route["type"], route["id"]);
        if (await http.ReadBodyAsync(context.Options.MaxBodySize) is not { } body)
        {
            await ActorErrors.MalformedBody(HttpExchange.TooLarge).WriteAsync(http);
            return;
        }

        using JsonDocument? operations = ActorStateRequest.TryRead(body, out DaprError? malformed);
        if (operations is null)
        {
            await malformed!.WriteAsync(http);
            return;
        }

        // Only the host of an active actor may write: that is what keeps two copies of an actor apart.
        if (!app.IsActive(actor) || context.States.ActorStore is not { } component)
        {
            await ActorErrors.InstanceMissing.WriteAsync(http);
            return;
        }

        bool ttlAllowed = context.Resources.Configuration.Features.GetValueOrDefault("ActorStateTTL");
        bool keepJson = component.Store.KeepsJson;
        if (ActorStateRequest.TryGetWrites(operations.RootElement, context.Options.AppId, actor, ttlAllowed, keepJson, out string? refused) is not { } writes)
        {
            await ActorErrors.StateSave(refused!).WriteAsync(http);
            return;
        }

        // A write that has begun is finished: its caller may be gone, and the actor goes on.
        if (writes.Count > 0 && await component.Store.TransactAsync(writes, CancellationToken.None) is { } failure)
        {
            await ActorErrors.StateSave(failure.Text).WriteAsync(http);
            return;
        }

        await http.NoContentAsync();
    }
}
