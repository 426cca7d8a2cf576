using System.Text.Json;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.SystemApi;

/// <summary>Building blocks that this sidecar has no component for: they answer as daprd does when none is configured.</summary>
internal static class AbsentBlocks
{
    private static readonly DaprError NoConfiguration = new(500, "ERR_CONFIGURATION_STORE_NOT_CONFIGURED", "configuration stores not configured");
    private static readonly DaprError NoLocks = new(500, "ERR_LOCK_STORE_NOT_CONFIGURED", "lock store is not configured");

    public static void Map(SidecarRoutes routes)
    {
        foreach (string version in (string[])["v1.0", "v1.0-alpha1"])
        {
            routes.Map("GET", $"/{version}/configuration/{{store}}", (http, _) => NoConfiguration.WriteAsync(http));
            routes.Map("GET", $"/{version}/configuration/{{store}}/subscribe", (http, _) => NoConfiguration.WriteAsync(http));
        }

        routes.Map("POST", "/v1.0-alpha1/lock/{store}", LockAsync);
        routes.Map("POST", "/v1.0-alpha1/unlock/{store}", (http, _) => NoLocks.WriteAsync(http));
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
