using System.Text.Json;
using Gateway.Sidecar.Bindings.Cron;
using Gateway.Sidecar.Bindings.Http;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Errors;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Json;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Bindings;

/// <summary>
/// Bindings (https://docs.dapr.io/reference/api/bindings_api/): <c>bindings.http</c>, which the app invokes, and <c>bindings.cron</c>, which
/// calls the app while it is there and healthy.
/// </summary>
internal sealed class BindingsFeature(SidecarContext context) : ISidecarFeature, IDisposable
{
    private readonly ILogger logger = context.Loggers.CreateLogger("Gateway.Sidecar.Bindings");
    private readonly Dictionary<string, IOutputBinding> outputs = new(StringComparer.Ordinal);
    private readonly List<CronBinding> inputs = [];
    private readonly SemaphoreSlim switching = new(1);
    private readonly List<IAsyncDisposable> running = [];
    private volatile bool gone;

    public async ValueTask<IReadOnlyList<string>?> AddComponentAsync(ComponentSpec component, CancellationToken cancellationToken)
    {
        switch (component.Type, component.Version)
        {
            case ("bindings.http", "v1"):
                HttpBindingSettings settings = HttpBindingSettings.Of(component);
                if (!BindingDirection.Allows(component, "output")) return [];
                outputs.Add(component.Name, await context.Machine.Components.OpenAsync<IOutputBinding>(
                    component, () => ValueTask.FromResult<IOutputBinding>(new HttpBinding(settings, context.Time)), cancellationToken));
                return [];
            case ("bindings.cron", "v1"):
                var cron = CronBinding.Of(component, context.Time.LocalTimeZone);
                if (BindingDirection.Allows(component, "input")) inputs.Add(cron);
                return [];
            default:
                return null;
        }
    }

    public void Map(SidecarRoutes routes) => routes.Map("POST,PUT", "/v1.0/bindings/{name}", InvokeAsync);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (context.App is null || inputs.Count == 0) return;
        context.Health.Changed += OnHealthChanged;
        await SwitchAsync();
    }

    public async Task AppLeftAsync()
    {
        gone = true;
        await SwitchAsync();
    }

    public async Task AppReturnedAsync(CancellationToken cancellationToken)
    {
        gone = false;
        await SwitchAsync();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        context.Health.Changed -= OnHealthChanged;
        await switching.WaitAsync(cancellationToken);
        try
        {
            await StopReadingAsync();
        }
        finally
        {
            switching.Release();
        }
    }

    public void Dispose() => switching.Dispose();

    private async Task InvokeAsync(HttpContext http, RouteValues route)
    {
        string name = route["name"];
        string error = HttpExchange.TooLarge;
        using JsonDocument? document = await http.ReadBodyAsync(context.Options.MaxBodySize) is { } body ? GoJsonReader.TryParse(body, out error) : null;
        BindingRequest? request = document is null ? null : BindingRequest.Read(document.RootElement, out error);
        if (request is null)
        {
            await DaprError.Malformed("failed deserializing HTTP body: " + error).WriteAsync(http);
            return;
        }

        BindingAnswer answer = await AnswerAsync(name, request, http);
        foreach ((string key, string value) in answer.Metadata) http.Response.Headers.Append("metadata." + key, value);
        await (answer.Failure is { } reason
            ? new DaprError(500, "ERR_INVOKE_OUTPUT_BINDING", $"error invoking output binding {name}: {reason}").WriteAsync(http)
            : http.WriteJsonAsync(answer.Data));
    }

    private async Task<BindingAnswer> AnswerAsync(string name, BindingRequest request, HttpContext http)
    {
        if (request.Operation.Length == 0) return BindingAnswer.Failed("operation field is missing from request");
        if (!outputs.TryGetValue(name, out IOutputBinding? binding)) return BindingAnswer.Failed($"couldn't find output binding {name}");
        return binding.Operations.Contains(request.Operation)
            ? await binding.InvokeAsync(request, http.Trace(), http.RequestAborted)
            : BindingAnswer.Failed(
                $"binding {name} does not support operation {request.Operation}. supported operations:{string.Join(' ', binding.Operations)}");
    }

    private void OnHealthChanged(bool healthy) => _ = SwitchAsync();

    /// <summary>Reads the input bindings while the app is there and healthy and not otherwise, whichever it is by the time its turn comes.</summary>
    private async Task SwitchAsync()
    {
        await switching.WaitAsync(context.Stopping);
        try
        {
            if (gone || !context.Health.IsHealthy) await StopReadingAsync();
            else if (running.Count == 0) await StartReadingAsync(context.App!);
        }
        finally
        {
            switching.Release();
        }
    }

    private async Task StartReadingAsync(AppChannel app)
    {
        foreach (CronBinding binding in inputs)
        {
            if (binding.IsExplicit || await BindingDirection.AppListensAsync(app, binding, context.Stopping)) running.Add(binding.Start(app, context.Time, logger));
            else BindingsLog.NotSubscribed(logger, binding.Name, binding.Path);
        }
    }

    private async Task StopReadingAsync()
    {
        foreach (IAsyncDisposable binding in running) await binding.DisposeAsync();
        running.Clear();
    }
}
