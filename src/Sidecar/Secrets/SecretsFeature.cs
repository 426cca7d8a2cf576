using System.Text.Json.Nodes;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Secrets;

/// <summary>Secrets (https://docs.dapr.io/reference/api/secrets_api/) from environment variables and files.</summary>
internal sealed class SecretsFeature(SidecarContext context) : ISidecarFeature
{
    public ValueTask<IReadOnlyList<string>?> AddComponentAsync(ComponentSpec component, CancellationToken cancellationToken)
    {
        if (component.Version is not "v1") return ValueTask.FromResult<IReadOnlyList<string>?>(null);
        switch (component.Type)
        {
            case "secretstores.local.env":
                context.Secrets.Add(component.Name, new EnvironmentSecretStore(component.Text("prefix") ?? ""));
                return ValueTask.FromResult<IReadOnlyList<string>?>([]);
            case "secretstores.local.file":
                bool multiValued = component.Flag("multiValued");
                context.Secrets.Add(component.Name, FileSecretStore.Load(component, multiValued));
                return ValueTask.FromResult<IReadOnlyList<string>?>(multiValued ? ["MULTIPLE_KEY_VALUES_PER_SECRET"] : []);
            default:
                return ValueTask.FromResult<IReadOnlyList<string>?>(null);
        }
    }

    public void Map(SidecarRoutes routes)
    {
        routes.Map("GET", "/v1.0/secrets/{store}/{key}", Get);
        routes.Map("GET", "/v1.0/secrets/{store}/bulk", GetAll);
    }

    private Task Get(HttpContext http, RouteValues route)
    {
        string name = route["store"];
        string key = route["key"];
        if (context.Secrets.Find(name) is not { } store) return Missing(name).WriteAsync(http);
        if (!Allows(name, key)) return new DaprError(403, "ERR_PERMISSION_DENIED", $"access denied by policy to get \"{key}\" from \"{name}\"").WriteAsync(http);
        return store.Get(key) is { } secret
            ? http.WriteJsonAsync(Line(Sorted(secret)))
            : new DaprError(500, "ERR_SECRET_GET", $"failed getting secret with key {key} from secret store {name}: secret {key} not found").WriteAsync(http);
    }

    private Task GetAll(HttpContext http, RouteValues route)
    {
        string name = route["store"];
        if (context.Secrets.Find(name) is not { } store) return Missing(name).WriteAsync(http);
        var body = new JsonObject();
        foreach ((string key, IReadOnlyDictionary<string, string> secret) in store.GetAll().OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (Allows(name, key)) body[key] = Sorted(secret);
        }

        return http.WriteJsonAsync(Line(body));
    }

    private bool Allows(string store, string key) => context.Resources.Configuration.SecretScopes.GetValueOrDefault(store)?.Allows(key) ?? true;

    private DaprError Missing(string name) => context.Secrets.Any
        ? new DaprError(401, "ERR_SECRET_STORE_NOT_FOUND", $"failed finding secret store with key {name}")
        : new DaprError(500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured");

    private static JsonObject Sorted(IReadOnlyDictionary<string, string> secret)
    {
        var body = new JsonObject();
        foreach ((string key, string value) in secret.OrderBy(pair => pair.Key, StringComparer.Ordinal)) body[key] = value;
        return body;
    }

    // daprd ends these two answers with a line feed.
    private static byte[] Line(JsonObject body) => [.. GoJson.Serialize(body), (byte)'\n'];
}
