using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.Bindings.Http;

/// <summary>
/// <c>bindings.http</c>: the operation is the method, the metadata <c>path</c> goes after the component's address, metadata that begin with a
/// capital are headers, and so the answer's headers are metadata.
/// </summary>
internal sealed class HttpBinding : IOutputBinding
{
    private const string Json = "application/json; charset=utf-8";
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(15);

    // These are the connection's own matter.
    private static readonly string[] NotHeaders = ["Host", "Content-Length", "Transfer-Encoding", "Trailer"];
    private readonly HttpBindingSettings settings;
    private readonly TimeProvider time;
    private readonly HttpMessageInvoker client = new(new SocketsHttpHandler
    {
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.GZip,
        ConnectTimeout = ConnectLimit,
        MaxAutomaticRedirections = 10,
        ActivityHeadersPropagator = null,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    });

    public HttpBinding(HttpBindingSettings settings, TimeProvider time)
    {
        this.settings = settings;
        this.time = time;
    }

    public IReadOnlyList<string> Operations { get; } = ["create", "get", "head", "post", "put", "patch", "delete", "options", "trace"];

    public async Task<BindingAnswer> InvokeAsync(BindingRequest request, TraceContext trace, CancellationToken cancellationToken)
    {
        string method = request.Operation == "create" ? "POST" : request.Operation.ToUpperInvariant();
        string path = request.Metadata.GetValueOrDefault("path", "");
        string url = path.Length == 0 ? settings.Url : $"{settings.Url.TrimEnd('/')}/{path.TrimStart('/')}";
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? address)) return BindingAnswer.Failed($"parse \"{url}\": invalid URL");

        using HttpRequestMessage message = Create(new HttpMethod(method), address, request, trace);
        using var timeout = new CancellationTokenSource(settings.ResponseTimeout ?? Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using HttpResponseMessage response = await client.SendAsync(message, either.Token);
            ReadOnlyMemory<byte> data = await ReadAsync(response.Content, either.Token);
            int status = (int)response.StatusCode;
            bool fails = request.Metadata.GetValueOrDefault("errorIfNot2XX") is { Length: > 0 } asked ? ComponentSpec.IsTrue(asked) : settings.ErrorIfNot2xx;
            return new BindingAnswer(data, Describe(response), fails && !response.IsSuccessStatusCode ? $"received status code {status}" : null);
        }
        catch (HttpRequestException error)
        {
            return BindingAnswer.Failed($"{Verb(method)} \"{url}\": {Reason(error, address)}");
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return BindingAnswer.Failed($"{Verb(method)} \"{url}\": context deadline exceeded");
        }
        catch (IOException)
        {
            return BindingAnswer.Failed("unexpected EOF");
        }
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private HttpRequestMessage Create(HttpMethod method, Uri address, BindingRequest request, TraceContext trace)
    {
        var message = new HttpRequestMessage(method, address);
        if (method.Method is "PUT" or "POST" or "PATCH") message.Content = new ByteArrayContent(request.Data);
        if (settings.SecurityHeader is { } security && !request.Metadata.ContainsKey(security.Name)) Set(message, security.Name, security.Value);
        foreach ((string name, string value) in request.Metadata)
        {
            if (name.Length > 0 && char.IsAsciiLetterUpper(name[0]) && !NotHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)) Set(message, name, value);
        }

        if (!request.Metadata.ContainsKey("Content-Type")) message.Content?.Headers.TryAddWithoutValidation("Content-Type", Json);
        if (!request.Metadata.ContainsKey("Accept")) message.Headers.TryAddWithoutValidation("Accept", Json);
        // The caller's trace goes before headers of the same names.
        message.Headers.Remove("traceparent");
        if (trace.TraceState is not null) message.Headers.Remove("tracestate");
        if (trace.Baggage is not null) message.Headers.Remove("baggage");
        trace.Apply(message);
        return message;
    }

    private static void Set(HttpRequestMessage message, string name, string value)
    {
        if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content?.Headers.TryAddWithoutValidation(name, value);
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        long left = settings.MaxResponseBodySize ?? long.MaxValue;
        await using Stream body = await content.ReadAsStreamAsync(cancellationToken);
        var data = new ArrayBufferWriter<byte>();
        while (left > 0)
        {
            Memory<byte> buffer = data.GetMemory(4 << 10);
            int read = await body.ReadAsync(buffer[..(int)Math.Min(left, buffer.Length)], cancellationToken);
            if (read == 0) break;
            data.Advance(read);
            left -= read;
        }

        return data.WrittenMemory;
    }

    private static List<KeyValuePair<string, string>> Describe(HttpResponseMessage response)
    {
        string status = ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture);
        List<KeyValuePair<string, string>> metadata = [new("statusCode", status), new("status", $"{status} {response.ReasonPhrase}")];
        foreach ((string name, System.Net.Http.Headers.HeaderStringValues values) in response.Headers.NonValidated.Concat(response.Content.Headers.NonValidated))
        {
            string value = string.Join(", ", values);
            // Others could not be written in a header again.
            if (System.Text.Ascii.IsValid(value) && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)) metadata.Add(new(name, value));
        }

        return metadata;
    }

    private static string Verb(string method) => method[..1] + method[1..].ToLowerInvariant();

    private static string Reason(HttpRequestException error, Uri address) => error.HttpRequestError switch
    {
        HttpRequestError.ConnectionError when error.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            $"dial tcp {address.Host}:{address.Port}: connect: connection refused",
        HttpRequestError.ConnectionError => $"dial tcp {address.Host}:{address.Port}: i/o timeout",
        HttpRequestError.NameResolutionError => $"dial tcp: lookup {address.Host}: no such host",
        HttpRequestError.SecureConnectionError => "tls: failed to verify certificate",
        _ => "EOF",
    };
}
