using System.Net.Http.Headers;
using System.Text;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Invoke;

/// <summary>
/// Service invocation (https://docs.dapr.io/reference/api/service_invocation_api/) of the sidecar's own app and of the others that
/// share its process: any other id gets daprd's answer for an app that is not there.
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
        // Its own app a sidecar calls itself, whoever else has the id.
        IReadOnlyList<SidecarContext> targets = context.Options.IsNamed(id) ? [context] : context.Machine.Apps.Find(id);
        if (Refusal(targets) is { } refusal)
        {
            await Failed(id, refusal).WriteAsync(http);
            return;
        }

        if (await http.ReadBodyAsync(context.Options.MaxBodySize) is not { } body)
        {
            await Failed(id, HttpExchange.TooLarge).WriteAsync(http);
            return;
        }

        string? failure = null;
        foreach (SidecarContext target in targets.Where(MayBeCalled))
        {
            (string? path, failure) = InvokeMethod.Read(rawPath, target.App!.BaseAddress);
            if (path is null) break;
            (bool reached, failure) = await ForwardAsync(http, target, path + http.Request.QueryString.Value, body);
            if (reached) break;
        }

        if (failure is not null) await Failed(id, failure).WriteAsync(http);
    }

    private static bool MayBeCalled(SidecarContext target) =>
        target.App is not null && (target.Options.AppHealth is null || target.Health.IsHealthy);

    /// <summary>Why nobody can be called, or null.</summary>
    private string? Refusal(IReadOnlyList<SidecarContext> targets)
    {
        if (targets.Count == 0) return "no host found with the given ID";
        if (targets.Any(MayBeCalled)) return null;
        if (targets.Any(target => target.App is not null)) return "rpc error: code = Internal desc = app is not in a healthy state";
        return targets[0] == context
            ? "cannot invoke local endpoint: app channel not initialized"
            : "rpc error: code = Internal desc = app channel is not initialized";
    }

    /// <summary>Calls an app and passes its answer on. What failed is told, and whether the app may have got the call.</summary>
    private async Task<(bool Reached, string? Failure)> ForwardAsync(HttpContext http, SidecarContext target, string path, ReadOnlyMemory<byte> body)
    {
        AppChannel app = target.App!;
        bool remote = target != context;
        using HttpRequestMessage request = app.CreateRequest(new HttpMethod(http.Request.Method), path);
        // As it is: an escape that needs none stays one.
        request.RequestUri = new Uri(app.BaseAddress + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        InvokeHeaders.CopyRequest(http, request, body);
        if (remote) InvokeHeaders.AddRoute(request, context.Options, target.Options);
        HttpResponseMessage response;
        try
        {
            response = await app.SendAsync(request, http.RequestAborted);
        }
        catch (HttpRequestException error)
        {
            bool refused = error.HttpRequestError == HttpRequestError.ConnectionError;
            string reason = refused ? $"dial tcp 127.0.0.1:{app.Port}: connect: connection refused" : "EOF";
            string verb = http.Request.Method[..1] + http.Request.Method[1..].ToLowerInvariant();
            // Another sidecar's word comes by gRPC.
            string wrapped = remote ? "rpc error: code = Internal desc = error invoking app channel: " : "";
            return (!refused, $"{wrapped}{verb} \"{app.BaseAddress}{path}\": {reason}");
        }

        using (response)
        {
            http.Response.StatusCode = (int)response.StatusCode;
            InvokeHeaders.CopyResponse(response, http.Response);
            await CopyBodyAsync(http, response);
        }

        return (true, null);
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
