using System.Collections.Frozen;
using System.Net.Http.Headers;
using Gateway.Sidecar.Hosting;
using Microsoft.Extensions.Primitives;

namespace Gateway.Sidecar.Invoke;

/// <summary>Which headers go through an invocation: all but those of the one connection, and those that are the sidecar's own.</summary>
internal static class InvokeHeaders
{
    private static readonly FrozenSet<string> OfConnection = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "TE", "Trailer", "Upgrade", "Host", "Content-Length", "Date");

    private static readonly FrozenSet<string> OfSidecar = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "dapr-app-id", "dapr-api-token", "traceparent", "tracestate", "baggage");

    public static void CopyRequest(HttpContext http, HttpRequestMessage request, ReadOnlyMemory<byte> body)
    {
        request.Content = new ReadOnlyMemoryContent(body);
        foreach ((string name, StringValues values) in http.Request.Headers)
        {
            if (OfConnection.Contains(name) || OfSidecar.Contains(name)) continue;
            if (!request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        http.Trace().Apply(request);
    }

    /// <summary>Says who calls whom, on a call of another app id; what the caller wrote there itself stays beside it.</summary>
    public static void AddRoute(HttpRequestMessage request, SidecarOptions from, SidecarOptions to)
    {
        Set("dapr-callee-app-id", to.AppId);
        Set("dapr-caller-namespace", from.Namespace ?? "default");
        Set("dapr-caller-app-id", [from.AppId, .. Given("dapr-caller-app-id")]);
        Set("forwarded", [.. Given("forwarded"), $"for=127.0.0.1;by=127.0.0.1;host={Environment.MachineName}"]);
        Set("x-forwarded-for", [.. Given("x-forwarded-for"), "127.0.0.1"]);
        Set("x-forwarded-host", [.. Given("x-forwarded-host"), Environment.MachineName]);

        IEnumerable<string> Given(string name) => request.Headers.NonValidated.TryGetValues(name, out HeaderStringValues values) ? values : [];

        void Set(string name, params string[] values)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, values);
        }
    }

    public static void CopyResponse(HttpResponseMessage response, HttpResponse to)
    {
        Copy(response.Headers, to);
        Copy(response.Content.Headers, to);
        // A length is only true of a body that is sent: not for HEAD's, whose body the app did not write.
        if (response.Content.Headers.ContentLength is { } length && !HttpMethods.IsHead(to.HttpContext.Request.Method) && HasBody(response)) to.ContentLength = length;
        if (to.HttpContext.Trace().Baggage is { } baggage) to.Headers.Baggage = baggage;
    }

    private static bool HasBody(HttpResponseMessage response) => (int)response.StatusCode is >= 200 and not (204 or 304);

    private static void Copy(HttpHeaders headers, HttpResponse to)
    {
        foreach ((string name, HeaderStringValues values) in headers.NonValidated)
        {
            if (!OfConnection.Contains(name) && !OfSidecar.Contains(name)) to.Headers[name] = values.ToArray();
        }
    }
}
