using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Dapr.Client;

/// <summary>
/// The client over Dapr's HTTP API. One connection pool for its life; its methods share nothing else, so they run at once.
/// </summary>
internal sealed partial class HttpDaprClient : DaprClient
{
    private static readonly TimeSpan SidecarPoll = TimeSpan.FromMilliseconds(500);
    private readonly HttpClient http;
    private readonly JsonSerializerOptions json;
    private readonly TimeProvider time;
    private readonly string root;
    private readonly string token;

    public HttpDaprClient(Uri endpoint, string? apiToken, JsonSerializerOptions json, TimeSpan timeout, TimeProvider time)
    {
        this.json = json;
        this.time = time;
        root = endpoint.GetLeftPart(UriPartial.Authority);
        token = apiToken ?? string.Empty;
        http = new HttpClient(SidecarHandler.Create());
        if (timeout > TimeSpan.Zero) http.Timeout = timeout;
        http.DefaultRequestHeaders.UserAgent.Add(UserAgent());
        if (!string.IsNullOrWhiteSpace(token)) http.DefaultRequestHeaders.Add(DaprDefaults.DaprApiTokenHeader, token);
    }

    public override JsonSerializerOptions JsonSerializerOptions => json;

    public override HttpClient CreateInvokableHttpClient(string? appId = null) => CreateInvokeHttpClient(appId, root, token);

    protected override void Dispose(bool disposing)
    {
        if (disposing) http.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>Sends a request whose every answer but a success is a failure.</summary>
    private async Task<HttpResponseMessage> SendAsync(
        string operation, HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = Request(method, path, content);
        var response = await SendRawAsync(operation, request, cancellationToken);
        if (response.IsSuccessStatusCode) return response;
        using (response) throw await FailureAsync(operation, response, cancellationToken);
    }

    /// <summary>As <see cref="SendAsync"/>, but an answer of 409 is false instead of a failure.</summary>
    private async Task<bool> TrySendAsync(string operation, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        using var request = message;
        using var response = await SendRawAsync(operation, request, cancellationToken);
        if (response.IsSuccessStatusCode) return true;
        if (response.StatusCode == HttpStatusCode.Conflict) return false;
        throw await FailureAsync(operation, response, cancellationToken);
    }

    /// <summary>Sends a request. The answer's body has been read when it returns.</summary>
    private async Task<HttpResponseMessage> SendRawAsync(
        string operation, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw new DaprException($"{operation} operation failed: the Dapr endpoint could not be reached.", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DaprException($"{operation} operation failed: the Dapr endpoint did not answer in time.", exception);
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content) =>
        new(method, root + path) { Content = content };

    private static async Task<DaprException> FailureAsync(
        string operation, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var error = await SidecarError.ReadAsync(response, cancellationToken);
        return new DaprException(
            $"{operation} operation failed: the Dapr endpoint indicated a failure. See InnerException for details.", error);
    }

    /// <summary>Reads a value out of an answer; an empty body is the type's default.</summary>
    private static async Task<TValue> ReadAsync<TValue>(
        string operation, HttpResponseMessage response, JsonSerializerOptions options, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.NoContent || response.Content.Headers.ContentLength == 0) return default!;
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (body.Length == 0) return default!;
        return Deserialize(operation, () => JsonSerializer.Deserialize<TValue>(body, options)!);
    }

    private static TValue Deserialize<TValue>(string operation, Func<TValue> read)
    {
        try
        {
            return read();
        }
        catch (JsonException exception)
        {
            throw new DaprException(
                $"{operation} operation failed: the payload could not be deserialized. See InnerException for details.", exception);
        }
    }

    /// <summary>Writes the query of a request: <c>?consistency=strong&amp;metadata.name=value</c>, or nothing.</summary>
    private static string Query(
        IReadOnlyDictionary<string, string>? metadata, ConsistencyMode? consistency = null, ConcurrencyMode? concurrency = null)
    {
        if (metadata is not { Count: > 0 } && consistency is null && concurrency is null) return string.Empty;
        var query = new StringBuilder();
        if (concurrency is { } mode) Append(query, "concurrency", Name(mode));
        if (consistency is { } level) Append(query, "consistency", Name(level));
        foreach (var (name, value) in metadata ?? new Dictionary<string, string>())
            Append(query, "metadata." + Uri.EscapeDataString(name), Uri.EscapeDataString(value));
        return query.ToString();

        static void Append(StringBuilder query, string name, string value) =>
            query.Append(CultureInfo.InvariantCulture, $"{(query.Length == 0 ? '?' : '&')}{name}={value}");
    }

    private static string Name(ConcurrencyMode mode) => mode switch
    {
        ConcurrencyMode.FirstWrite => "first-write",
        ConcurrencyMode.LastWrite => "last-write",
        _ => throw new ArgumentException($"{mode} is no concurrency mode.", nameof(mode)),
    };

    private static string Name(ConsistencyMode mode) => mode switch
    {
        ConsistencyMode.Eventual => "eventual",
        ConsistencyMode.Strong => "strong",
        _ => throw new ArgumentException($"{mode} is no consistency mode.", nameof(mode)),
    };

    private static void RequireNames([NotNull] string? component, [NotNull] string? name)
    {
        ArgumentException.ThrowIfNullOrEmpty(component);
        ArgumentException.ThrowIfNullOrEmpty(name);
    }
}
