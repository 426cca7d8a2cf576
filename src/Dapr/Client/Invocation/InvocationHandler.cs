namespace Dapr.Client;

/// <summary>
/// Sends a request for <c>http://{appId}/{path}</c> to the sidecar's <c>/v1.0/invoke/{appId}/method/{path}</c>, its query
/// kept. The request has its own address again when the answer is there.
/// </summary>
public class InvocationHandler : DelegatingHandler
{
    private Uri endpoint = new(DaprDefaults.HttpEndpoint());

    /// <summary>The sidecar's address.</summary>
    /// <exception cref="ArgumentException">The address is not http or https.</exception>
    public string DaprEndpoint
    {
        get => endpoint.OriginalString;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            var uri = new Uri(value, UriKind.Absolute);
            if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
                throw new ArgumentException("The URI scheme of the Dapr endpoint must be http or https.", nameof(value));
            endpoint = uri;
        }
    }

    /// <summary>An application id that is used as it is written here: host names lose their upper case.</summary>
    public string? DefaultAppId { get; set; }

    internal string? DaprApiToken { get; set; } = DaprDefaults.DaprApiToken();

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var original = request.RequestUri;
        request.RequestUri = Rewrite(original)
            ?? throw new ArgumentException($"'{original}' is not a valid Dapr service invocation destination.", nameof(request));
        var token = DaprApiToken;
        try
        {
            if (!string.IsNullOrWhiteSpace(token)) request.Headers.Add(DaprDefaults.DaprApiTokenHeader, token);
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            request.RequestUri = original;
            request.Headers.Remove(DaprDefaults.DaprApiTokenHeader);
        }
    }

    private Uri? Rewrite(Uri? uri)
    {
        if (uri is not { IsAbsoluteUri: true } || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)) return null;
        var appId = uri.Host.Equals(DefaultAppId, StringComparison.OrdinalIgnoreCase) ? DefaultAppId : uri.Host;
        return new Uri($"{endpoint.GetLeftPart(UriPartial.Authority)}/v1.0/invoke/{appId}/method{uri.PathAndQuery}");
    }
}
