using Gateway.Sidecar.Components;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;
using Gateway.Sidecar.State.InMemory;
using Gateway.Sidecar.State.Postgres;
using Gateway.Sidecar.State.Redis;
using Gateway.Sidecar.State.Sqlite;

namespace Gateway.Sidecar.State;

/// <summary>State management (https://docs.dapr.io/reference/api/state_api/) on the stores of <see cref="OpenerOf"/>.</summary>
internal sealed class StateFeature(SidecarContext context) : ISidecarFeature
{
    public async ValueTask<IReadOnlyList<string>?> AddComponentAsync(ComponentSpec component, CancellationToken cancellationToken)
    {
        if (OpenerOf(component, cancellationToken) is not { } open) return null;
        KeyPrefix prefix = KeyPrefix.Of(component, context.Options);
        bool actorStore = component.Flag("actorStateStore");
        if (actorStore && context.States.ActorStore is { } other)
            throw new ComponentException($"actorStateStore is \"true\" here and in the component '{other.Name}'; only one store may hold actors");

        IStateStore store = await context.Machine.Components.OpenAsync(component, open, cancellationToken);
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

    /// <summary>What opens a component of a type and version; null when it is none of these.</summary>
    private Func<ValueTask<IStateStore>>? OpenerOf(ComponentSpec component, CancellationToken cancellationToken) => (component.Type, component.Version) switch
    {
        ("state.in-memory", "v1") => () => ValueTask.FromResult<IStateStore>(new InMemoryStateStore(context.Time)),
        ("state.sqlite", "v1") => async () =>
            await SqliteStateStore.OpenAsync(SqliteSettings.Of(component, context.Options), context.Time, context.Loggers, cancellationToken),
        ("state.redis", "v1") => async () => await RedisStateStore.OpenAsync(component, context.Time, context.Loggers, cancellationToken),
        ("state.postgresql", "v1" or "v2") => async () =>
            await PostgresStateStore.OpenAsync(PostgresSettings.Of(component), context.Time, context.Loggers, cancellationToken),
        _ => null,
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
