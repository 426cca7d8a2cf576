using System.Text.Json;

namespace Dapr.Actors.Client;

/// <summary>How a proxy talks to the sidecar.</summary>
public class ActorProxyOptions
{
    private JsonSerializerOptions json = new(JsonSerializerDefaults.Web);

    /// <summary>How arguments and results are written and read; web defaults.</summary>
    public JsonSerializerOptions JsonSerializerOptions
    {
        get => json;
        set => json = value ?? throw new ArgumentNullException(nameof(value));
    }

    /// <summary>The sidecar's token; <c>DAPR_API_TOKEN</c> by default, empty for none.</summary>
    public string? DaprApiToken { get; set; } = DaprDefaults.DaprApiToken();

    /// <summary>The sidecar's address; <c>DAPR_HTTP_ENDPOINT</c> or <c>DAPR_HTTP_PORT</c> by default, else port 3500 of this machine.</summary>
    public string HttpEndpoint { get; set; } = DaprDefaults.HttpEndpoint();

    /// <summary>How long one call may take; null for 100 s.</summary>
    public TimeSpan? RequestTimeout { get; set; }

    /// <summary>
    /// Whether typed proxies use JSON; false by default as in the official package, but must be true here: JSON is the only
    /// format this implementation has. The runtime's option must say the same.
    /// </summary>
    public bool UseJsonSerialization { get; set; }
}
