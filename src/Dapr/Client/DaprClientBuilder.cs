using System.Text.Json;

namespace Dapr.Client;

/// <summary>
/// Makes a <see cref="DaprClient"/>. The sidecar's address and token come from <c>DAPR_HTTP_ENDPOINT</c>,
/// <c>DAPR_HTTP_PORT</c> (3500) and <c>DAPR_API_TOKEN</c> unless they are set here.
/// </summary>
public sealed class DaprClientBuilder
{
    private JsonSerializerOptions json = new(JsonSerializerDefaults.Web);
    private TimeSpan timeout;
    private TimeProvider time = TimeProvider.System;

    /// <summary>Reads the environment.</summary>
    public DaprClientBuilder()
    {
        HttpEndpoint = DaprDefaults.HttpEndpoint();
        DaprApiToken = DaprDefaults.DaprApiToken();
    }

    internal string HttpEndpoint { get; private set; }

    internal string DaprApiToken { get; private set; }

    /// <summary>Sets the sidecar's address, such as <c>http://127.0.0.1:3500</c>.</summary>
    public DaprClientBuilder UseHttpEndpoint(string httpEndpoint)
    {
        ArgumentException.ThrowIfNullOrEmpty(httpEndpoint);
        HttpEndpoint = httpEndpoint;
        return this;
    }

    /// <summary>Sets the token that the sidecar asks for; empty for none.</summary>
    public DaprClientBuilder UseDaprApiToken(string apiToken)
    {
        DaprApiToken = apiToken;
        return this;
    }

    /// <summary>Sets how values are written and read. The default is web defaults: camel case, names in any case when reading.</summary>
    public DaprClientBuilder UseJsonSerializationOptions(JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        json = options;
        return this;
    }

    /// <summary>Sets how long one call may take; 100 s by default. Zero or less keeps the default.</summary>
    public DaprClientBuilder UseTimeout(TimeSpan timeout)
    {
        this.timeout = timeout;
        return this;
    }

    internal DaprClientBuilder UseTimeProvider(TimeProvider timeProvider)
    {
        time = timeProvider;
        return this;
    }

    /// <summary>Makes the client. It connects when it is first used.</summary>
    /// <exception cref="InvalidOperationException">The address is not http or https.</exception>
    public DaprClient Build()
    {
        var endpoint = new Uri(HttpEndpoint);
        if (endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps)
            throw new InvalidOperationException("The HTTP endpoint must use http or https.");
        return new HttpDaprClient(endpoint, DaprApiToken, json, timeout, time);
    }
}
