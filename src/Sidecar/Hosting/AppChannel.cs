using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Gateway.Sidecar.Hosting;

/// <summary>
/// The way to the app: HTTP/1.1 on 127.0.0.1, with the app's API token on every call. Redirects and cookies are the app's
/// and its caller's business and pass through. Thread-safe.
/// </summary>
internal sealed class AppChannel : IDisposable
{
    private static readonly TimeSpan ListenPoll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan DeclarationRetry = TimeSpan.FromMilliseconds(500);
    private readonly SidecarOptions options;
    private readonly ILogger logger;
    private readonly HttpMessageInvoker client;
    private readonly SemaphoreSlim? slots;

    public AppChannel(SidecarOptions options, int port, ILogger logger)
    {
        this.options = options;
        this.logger = logger;
        Port = port;
        BaseAddress = $"http://127.0.0.1:{port}";
        slots = options.AppMaxConcurrency is > 0 and var limit ? new SemaphoreSlim(limit) : null;
        client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            // The sidecar writes the trace headers itself, as daprd does.
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        });
    }

    public string AppId => options.AppId;

    public string Namespace => options.Namespace ?? "default";

    public int Port { get; }

    /// <summary>Whether somebody notices when the app is gone, see <see cref="AppWatch"/>.</summary>
    public bool IsWatched { get; init; }

    /// <summary><c>http://127.0.0.1:{port}</c>, without a slash at the end.</summary>
    public string BaseAddress { get; }

    /// <summary>A call to a path of the app (with its leading slash and query), with the app's token.</summary>
    public HttpRequestMessage CreateRequest(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, BaseAddress + path);
        if (options.AppApiToken is { } token) request.Headers.TryAddWithoutValidation("dapr-api-token", token);
        return request;
    }

    /// <summary>
    /// Sends a call and answers when the headers are there. Waits for a slot where <c>--app-max-concurrency</c> is set.
    /// A refused or broken connection is an <see cref="HttpRequestException"/>, and the app is not called again, as daprd does not.
    /// </summary>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // A request without any content the client itself would send up to three times more when the connection closes.
        request.Content ??= new ByteArrayContent([]);
        if (slots is null) return await client.SendAsync(request, cancellationToken);
        await slots.WaitAsync(cancellationToken);
        try
        {
            HttpResponseMessage response = await client.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            return response;
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>
    /// GET of one of the app's declarations (<c>/dapr/config</c>, <c>/dapr/subscribe</c>), with the headers daprd sends. An app
    /// that closes the connection, since it is starting again, is asked again: without its word nothing would ever be delivered.
    /// </summary>
    public async Task<HttpResponseMessage> GetDeclarationAsync(string path, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            HttpRequestMessage request = CreateRequest(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("dapr-app-id", options.AppId);
            request.Content = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            try
            {
                return await SendAsync(request, cancellationToken);
            }
            catch (HttpRequestException)
            {
                if (attempt == 0) SidecarLog.DeclarationFailed(logger, path);
                await Task.Delay(DeclarationRetry, TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Waits until something listens on the app's port. A port is real, so this waits in real time whatever the clock of the sidecar is.
    /// </summary>
    public async Task WaitUntilListeningAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using Socket? connection = await TryConnectAsync(cancellationToken);
            if (connection is not null) return;
            await Task.Delay(ListenPoll, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>A bare connection to the app's port; null when nothing listens there.</summary>
    public async Task<Socket?> TryConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            return socket;
        }
        catch (Exception error)
        {
            socket.Dispose();
            if (error is SocketException) return null;
            throw;
        }
    }

    public void Dispose()
    {
        client.Dispose();
        slots?.Dispose();
    }
}
