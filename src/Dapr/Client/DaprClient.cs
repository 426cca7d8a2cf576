using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;

namespace Dapr.Client;

/// <summary>
/// A client of one sidecar. Thread-safe; make one and keep it. Every method throws <see cref="DaprException"/> when the
/// sidecar cannot be reached or answers with an error (then its <see cref="Exception.InnerException"/> is a
/// <see cref="DaprApiException"/>), and <see cref="OperationCanceledException"/> when the token was cancelled.
/// Values travel as JSON with <see cref="JsonSerializerOptions"/>.
/// </summary>
public abstract partial class DaprClient : IDisposable
{
    private bool disposed;

    /// <summary>How values are written and read; web defaults unless the builder was told otherwise.</summary>
    public abstract JsonSerializerOptions JsonSerializerOptions { get; }

    /// <summary>
    /// Makes a client for the methods of other applications: a request to <c>http://{appId}/…</c> goes to the sidecar's
    /// <c>/v1.0/invoke/{appId}/method/…</c>, its query kept.
    /// </summary>
    /// <param name="appId">The application that relative addresses mean; null when every request names its own as its host.</param>
    /// <param name="daprEndpoint">The sidecar's address; null for the default.</param>
    /// <param name="daprApiToken">The sidecar's token; null for none.</param>
    /// <exception cref="ArgumentException">The application id cannot be a host name, or the endpoint is not http or https.</exception>
    public static HttpClient CreateInvokeHttpClient(string? appId = null, string? daprEndpoint = null, string? daprApiToken = null)
    {
        var handler = new InvocationHandler
        {
            InnerHandler = SidecarHandler.Create(),
            DefaultAppId = appId,
            DaprApiToken = daprApiToken,
        };
        if (daprEndpoint is not null) handler.DaprEndpoint = daprEndpoint;

        var client = new HttpClient(handler);
        client.DefaultRequestHeaders.UserAgent.Add(UserAgent());
        if (appId is null) return client;

        try
        {
            client.BaseAddress = new Uri($"http://{appId}");
        }
        catch (UriFormatException exception)
        {
            client.Dispose();
            throw new ArgumentException("The app id must be a valid host name.", nameof(appId), exception);
        }

        return client;
    }

    /// <summary>As the static method, with this client's sidecar and token.</summary>
    /// <param name="appId">The application that relative addresses mean; null when every request names its own as its host.</param>
    public abstract HttpClient CreateInvokableHttpClient(string? appId = null);

    /// <summary>Frees the connections.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees what the client holds.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>What the client calls itself in <c>User-Agent</c>.</summary>
    protected static ProductInfoHeaderValue UserAgent()
    {
        var version = typeof(DaprClient).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
        return new ProductInfoHeaderValue("dapr-sdk-dotnet", $"v{version?.Split('+')[0]}");
    }
}
