using System.Net.Http.Headers;
using Gateway.Sidecar.Bindings.Cron;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.Bindings;

/// <summary>
/// Which way a binding goes: the metadata <c>direction</c> says so (<c>input</c>, <c>output</c>, or both with a comma), or else the app is
/// asked whether it listens (https://docs.dapr.io/reference/components-reference/supported-bindings/).
/// </summary>
internal static class BindingDirection
{
    private static readonly TimeSpan AppLimit = TimeSpan.FromSeconds(3);

    /// <summary>Whether a component goes this way; without the metadata it goes both.</summary>
    public static bool Allows(ComponentSpec component, string direction) => component.Text("direction") is null || Names(component, direction);

    /// <summary>Whether the metadata says so.</summary>
    public static bool Names(ComponentSpec component, string direction) =>
        (component.Text("direction") ?? "").Split(',', StringSplitOptions.TrimEntries).Contains(direction, StringComparer.OrdinalIgnoreCase);

    /// <summary>OPTIONS of the binding's path: any 2xx says yes, and 405 too. An app that does not answer in 3 s, which are real, says no.</summary>
    public static async Task<bool> AppListensAsync(AppChannel app, CronBinding binding, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = app.CreateRequest(HttpMethod.Options, binding.Path);
        request.Content = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var limit = new CancellationTokenSource(AppLimit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using HttpResponseMessage response = await app.SendAsync(request, either.Token);
            return response.IsSuccessStatusCode || response.StatusCode == System.Net.HttpStatusCode.MethodNotAllowed;
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
