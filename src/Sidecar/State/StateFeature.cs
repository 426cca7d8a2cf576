using Gateway.Sidecar.Components;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;
using Gateway.Sidecar.State.InMemory;
using Gateway.Sidecar.State.Redis;
using Gateway.Sidecar.State.Sqlite;

namespace Gateway.Sidecar.State;

/// <summary>State management (https://docs.dapr.io/reference/api/state_api/) on the stores that <c>OpenAsync</c> names.</summary>
internal sealed class StateFeature(SidecarContext context) : ISidecarFeature
{
    public async ValueTask<IReadOnlyList<string>?> AddComponentAsync(ComponentSpec component, CancellationToken cancellationToken)
    {
        if ($"{component.Type}/{component.Version}" is not ("state.in-memory/v1" or "state.sqlite/v1" or "state.redis/v1")) return null;
        KeyPrefix prefix = KeyPrefix.Of(component, context.Options);
        bool actorStore = component.Flag("actorStateStore");
        if (actorStore && context.States.ActorStore is { } other)
            throw new ComponentException($"actorStateStore is \"true\" here and in the component '{other.Name}'; only one store may hold actors");

        IStateStore store = await context.Machine.Components.OpenAsync(component, () => OpenAsync(component, cancellationToken), cancellationToken);
        context.States.Add(new StateComponent(component.Name, store, prefix), actorStore);
        return store.Capabilities;
    }

    public void Map(SidecarRoutes routes)
    {
        var items = new StateItemEndpoints(context);
        var transactions = new StateTransactionEndpoint(context);
        routes.Map("POST,PUT", "/v1.0/state/{store}", items.SaveAsync);
        routes.Map("GET", "/v1.0/state/{store}/{key}", items.GetAsync);
        routes.Map("DELETE", "/v1.0/state/{store}/{key}", items.DeleteAsync);
        routes.Map("GET", "/v1.0/state/{store}/bulk", (http, route) => items.GetAsync(http, route, "bulk"));
        routes.Map("DELETE", "/v1.0/state/{store}/bulk", (http, route) => items.DeleteAsync(http, route, "bulk"));
        routes.Map("POST,PUT", "/v1.0/state/{store}/bulk", items.GetBulkAsync);
        routes.Map("GET", "/v1.0/state/{store}/transaction", (http, route) => items.GetAsync(http, route, "transaction"));
        routes.Map("DELETE", "/v1.0/state/{store}/transaction", (http, route) => items.DeleteAsync(http, route, "transaction"));
        routes.Map("POST,PUT", "/v1.0/state/{store}/transaction", transactions.HandleAsync);
        routes.Map("POST,PUT", "/v1.0-alpha1/state/{store}/query", Query);
    }

    private async ValueTask<IStateStore> OpenAsync(ComponentSpec component, CancellationToken cancellationToken) => component.Type switch
    {
        "state.sqlite" => await SqliteStateStore.OpenAsync(SqliteSettings.Of(component, context.Options), context.Time, context.Loggers, cancellationToken),
        "state.redis" => await RedisStateStore.OpenAsync(component, context.Time, context.Loggers, cancellationToken),
        _ => new InMemoryStateStore(context.Time),
    };

    private Task Query(HttpContext http, RouteValues route)
    {
        string store = route["store"];
        if (context.States.Find(store) is not { } component) return StateErrors.StoreMissing(context, store, withAppId: false).WriteAsync(http);
        return component.Store.QueryRefusal is { } reason
            ? StateErrors.QueryFailed(store, reason).WriteAsync(http)
            : StateErrors.QueryUnsupported(store).WriteAsync(http);
    }
}
