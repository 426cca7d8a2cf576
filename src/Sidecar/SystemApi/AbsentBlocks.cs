using System.Text.Json;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.SystemApi;

/// <summary>Building blocks that this sidecar has no component for: they answer as daprd does when none is configured.</summary>
internal static class AbsentBlocks
{
    private static readonly DaprError NoConfiguration = new(500, "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured");
    private static readonly DaprError NoLocks = new(500, "ERR_LOCK_STORE_NOT_CONFIGURED", "lock store is not configured");

    public static void Map(SidecarRoutes routes, long maxBodySize)
    {
        foreach (string version in (string[])["v1.0", "v1.0-alpha1"])
        {
            routes.Map("GET", $"/{version}/configuration/{{store}}", (http, _) => NoConfiguration.WriteAsync(http));
            routes.Map("GET", $"/{version}/configuration/{{store}}/subscribe", (http, _) => NoConfiguration.WriteAsync(http));
        }

        routes.Map("POST,PUT", "/v1.0/bindings/{name}", (http, route) => InvokeBindingAsync(http, route["name"], maxBodySize));
        routes.Map("POST", "/v1.0-alpha1/lock/{store}", LockAsync);
        routes.Map("POST", "/v1.0-alpha1/unlock/{store}", (http, _) => NoLocks.WriteAsync(http));
    }

    // The body is read before the binding is looked for.
    private static async Task InvokeBindingAsync(HttpContext http, string name, long maxBodySize)
    {
        string error = HttpExchange.TooLarge;
        using JsonDocument? document = await http.ReadBodyAsync(maxBodySize) is { } body ? GoJsonReader.TryParse(body, out error) : null;
        await (document is null ? DaprError.Malformed("failed deserializing HTTP body: " + error) : NoBinding(name, document.RootElement)).WriteAsync(http);
    }

    private static DaprError NoBinding(string name, JsonElement request)
    {
        if (request.ValueKind != JsonValueKind.Object)
            return DaprError.Malformed($"failed deserializing HTTP body: json: cannot unmarshal {GoJsonReader.TypeName(request)} into Go value of type http.OutputBindingRequest");
        bool named = request.TryGetProperty("operation", out JsonElement operation) && operation.ValueKind == JsonValueKind.String && operation.GetString() != "";
        string reason = named ? $"couldn't find output binding {name}" : "operation field is missing from request";
        return new DaprError(500, "ERR_INVOKE_OUTPUT_BINDING", $"error invoking output binding {name}: {reason}");
    }

    // daprd looks at the time before it looks for the store.
    private static async Task LockAsync(HttpContext http, RouteValues route)
    {
        bool timed = false;
        try
        {
            using JsonDocument body = await JsonDocument.ParseAsync(http.Request.Body, default, http.RequestAborted);
            timed = body.RootElement.ValueKind == JsonValueKind.Object
                && body.RootElement.TryGetProperty("expiryInSeconds", out JsonElement expiry)
                && expiry.ValueKind == JsonValueKind.Number && expiry.GetDouble() > 0;
        }
        catch (JsonException)
        {
            // No lock either way.
        }

        await (timed ? NoLocks : DaprError.Malformed($"ExpiryInSeconds is not positive in lock store {route["store"]}")).WriteAsync(http);
    }
}
