using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Dapr;

/// <summary>
/// Where the sidecar is and the token for it, when the application does not say: configuration first (with dependency
/// injection), then the process environment (Dapr, "Environment variable reference").
/// </summary>
internal static class DaprDefaults
{
    public const string HttpEndpointName = "DAPR_HTTP_ENDPOINT";
    public const string HttpPortName = "DAPR_HTTP_PORT";
    public const string DaprApiTokenName = "DAPR_API_TOKEN";
    public const string DaprApiTokenHeader = "dapr-api-token";
    private const int DefaultHttpPort = 3500;

    /// <summary>The sidecar's base address, such as <c>http://localhost:3500/</c>. The endpoint wins over the port.</summary>
    public static string HttpEndpoint(IConfiguration? configuration = null)
    {
        var endpoint = Value(configuration, HttpEndpointName);
        if (!string.IsNullOrWhiteSpace(endpoint)) return new Uri(endpoint).GetLeftPart(UriPartial.Authority) + "/";

        var port = Value(configuration, HttpPortName);
        var number = string.IsNullOrWhiteSpace(port) ? DefaultHttpPort : int.Parse(port, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"http://localhost:{number}/");
    }

    /// <summary>The token that the sidecar asks of its callers; empty when there is none.</summary>
    public static string DaprApiToken(IConfiguration? configuration = null) =>
        Value(configuration, DaprApiTokenName) ?? string.Empty;

    private static string? Value(IConfiguration? configuration, string name) =>
        configuration?[name] ?? Environment.GetEnvironmentVariable(name);
}
