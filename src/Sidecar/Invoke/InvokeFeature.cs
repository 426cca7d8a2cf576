using System.Net.Http.Headers;
using System.Text;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Invoke;

/// <summary>
/// Service invocation (https://docs.dapr.io/reference/api/service_invocation_api/). One sidecar serves one machine and knows
/// one app, its own: any other id gets daprd's answer for an app that is not there.
/// </summary>
internal sealed class InvokeFeature(SidecarContext context) : ISidecarFeature
{
    private const string AppIdHeader = "dapr-app-id";

    public void Map(SidecarRoutes routes) => routes.Map("*", "/v1.0/invoke/{id}/method/{path*}", (http, route) =>
        // The header goes before the path, and then the app gets the whole path.
        AppIdOf(http.Request) is null ? InvokeAsync(http, route["id"], route["path"]) : InvokeByHeaderAsync(http));

    /// <summary>A request to no route of the sidecar: a call of the app that <c>dapr-app-id</c> names.</summary>
    public Task InvokeByHeaderAsync(HttpContext http) => AppIdOf(http.Request) is { } id
        ? InvokeAsync(http, id, CleanPath.Parse(http.RawTarget()).From(0))
        : DaprError.UnknownRoute.WriteAsync(http);

    /// <summary>The app named by the header, or by Basic authentication with the user <c>dapr-app-id</c>; null when there is none.</summary>
    private static string? AppIdOf(HttpRequest request)
    {
        if (request.Headers[AppIdHeader].ToString() is { Length: > 0 } header) return header;
        if (!AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out AuthenticationHeaderValue? authorization)
            || authorization is not { Scheme: "Basic", Parameter: { } parameter }) return null;

        Span<byte> decoded = stackalloc byte[256];
        if (!Convert.TryFromBase64String(parameter, decoded, out int length)) return null;
        string text = Encoding.UTF8.GetString(decoded[..length]);
        return text.StartsWith(AppIdHeader + ":", StringComparison.Ordinal) && text.Length > AppIdHeader.Length + 1 ? text[(AppIdHeader.Length + 1)..] : null;
    }

    private async Task InvokeAsync(HttpContext http, string id, string rawPath)
    {
        SidecarOptions options = context.Options;
        bool self = id == options.AppId || id == $"{options.AppId}.{options.Namespace ?? "default"}";
        if (!self)
        {
            await Failed(id, "no host found with the given ID").WriteAsync(http);
            return;
        }

        if (context.App is not { } app)
        {
            await Failed(id, "cannot invoke local endpoint: app channel not initialized").WriteAsync(http);
            return;
        }

        if (options.AppHealth is not null && !context.Health.IsHealthy)
        {
            await Failed(id, "rpc error: code = Internal desc = app is not in a healthy state").WriteAsync(http);
            return;
        }

        if (await http.ReadBodyAsync(options.MaxBodySize) is not { } body)
        {
            await Failed(id, HttpExchange.TooLarge).WriteAsync(http);
            return;
        }

        (string? path, string? error) = InvokeMethod.Read(rawPath, app.BaseAddress);
        if (path is null) await Failed(id, error!).WriteAsync(http);
        else await ForwardAsync(http, app, id, path + http.Request.QueryString.Value, body);
    }

    private static async Task ForwardAsync(HttpContext http, AppChannel app, string id, string target, ReadOnlyMemory<byte> body)
    {
        using HttpRequestMessage request = app.CreateRequest(new HttpMethod(http.Request.Method), target);
        // As it is: an escape that needs none stays one.
        request.RequestUri = new Uri(app.BaseAddress + target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        InvokeHeaders.CopyRequest(http, request, body);
        HttpResponseMessage response;
        try
        {
            response = await app.SendAsync(request, http.RequestAborted);
        }
        catch (HttpRequestException error)
        {
            string reason = error.HttpRequestError == HttpRequestError.ConnectionError ? $"dial tcp 127.0.0.1:{app.Port}: connect: connection refused" : "EOF";
            string verb = http.Request.Method[..1] + http.Request.Method[1..].ToLowerInvariant();
            await Failed(id, $"{verb} \"{app.BaseAddress}{target}\": {reason}").WriteAsync(http);
            return;
        }

        using (response)
        {
            http.Response.StatusCode = (int)response.StatusCode;
            InvokeHeaders.CopyResponse(response, http.Response);
            await CopyBodyAsync(http, response);
        }
    }

    private static async Task CopyBodyAsync(HttpContext http, HttpResponseMessage response)
    {
        await using Stream body = await response.Content.ReadAsStreamAsync(http.RequestAborted);
        byte[] buffer = new byte[16 << 10];
        int read;
        while ((read = await body.ReadAsync(buffer, http.RequestAborted)) > 0)
        {
            // What the app sends without a type is text to daprd.
            if (!http.Response.HasStarted && http.Response.ContentType is null) http.Response.ContentType = "text/plain; charset=utf-8";
            await http.Response.Body.WriteAsync(buffer.AsMemory(0, read), http.RequestAborted);
        }
    }

    private static DaprError Failed(string id, string reason) => new(500, "ERR_DIRECT_INVOKE", $"failed to invoke, id: {id}, err: {reason}");
}
