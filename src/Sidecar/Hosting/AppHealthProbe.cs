namespace Gateway.Sidecar.Hosting;

/// <summary>Asks the app for its health and keeps <see cref="SidecarContext.Health"/>; without health checks a listening app is healthy for good.</summary>
internal sealed class AppHealthProbe(SidecarContext context, ILogger logger)
{
    private int failures;
    private Task probing = Task.CompletedTask;

    /// <summary>Returns when the app is healthy for the first time; the probing goes on until the sidecar stops.</summary>
    public async Task StartAsync(CancellationToken stopping)
    {
        if (context.Options.AppHealth is not { } options)
        {
            context.Health.Set(true);
            return;
        }

        probing = RunAsync(options, stopping);
        await context.Health.WaitUntilHealthyAsync(stopping);
    }

    /// <summary>Completes when the last probe has ended, after the sidecar began to stop.</summary>
    public Task WaitUntilStoppedAsync() => probing;

    private async Task RunAsync(AppHealthOptions options, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.Interval, context.Time);
        try
        {
            do Note(await ProbeAsync(options, stopping), options);
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The sidecar stops.
        }
    }

    private void Note(bool healthy, AppHealthOptions options)
    {
        failures = healthy ? 0 : failures + 1;
        if (healthy && !context.Health.IsHealthy)
        {
            SidecarLog.AppHealthy(logger);
            context.Health.Set(true);
        }
        else if (failures >= options.Threshold && context.Health.IsHealthy)
        {
            SidecarLog.AppUnhealthy(logger);
            context.Health.Set(false);
        }
    }

    private async Task<bool> ProbeAsync(AppHealthOptions options, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(options.Timeout, context.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            using HttpRequestMessage request = context.App!.CreateRequest(HttpMethod.Get, "/" + options.Path.TrimStart('/'));
            using HttpResponseMessage response = await context.App.SendAsync(request, linked.Token);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            return false;
        }
    }
}
