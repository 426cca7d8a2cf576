using System.Globalization;
using System.Net.Http.Headers;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Scheduling;

namespace Gateway.Sidecar.Bindings.Cron;

/// <summary>
/// <c>bindings.cron</c> (https://docs.dapr.io/reference/components-reference/supported-bindings/cron/): POST of the app's route whenever its
/// schedule says so. A call that fails is not repeated, one that takes long does not hold up the next, and what came due while nobody
/// could be called is left out.
/// </summary>
/// <param name="Name">Of the component.</param>
/// <param name="Path">Where the app is called: the metadata <c>route</c>, or else the name.</param>
/// <param name="IsExplicit">The component says that it is an input, so the app is not asked.</param>
/// <param name="Schedule">When.</param>
internal sealed record CronBinding(string Name, string Path, bool IsExplicit, CronSchedule Schedule)
{
    /// <summary>Reads the component.</summary>
    public static CronBinding Of(ComponentSpec component, TimeZoneInfo zone)
    {
        string text = component.Text("schedule") ?? throw new ComponentException("schedule not set");
        if (CronSchedule.TryParse(text, zone, out string error) is not { } schedule)
            throw new ComponentException($"invalid schedule format '{text}': {error}");
        if (schedule.Every <= TimeSpan.Zero) throw new ComponentException($"invalid schedule format '{text}': the interval must be positive");
        return new CronBinding(
            component.Name, "/" + (component.Text("route") ?? component.Name).TrimStart('/'), BindingDirection.Names(component, "input"), schedule);
    }

    /// <summary>Calls the app until what is returned is disposed of, which ends the calls that are under way.</summary>
    public IAsyncDisposable Start(AppChannel app, TimeProvider time, ILogger logger) => new Ticking(this, app, time, logger);

    private sealed class Ticking : IAsyncDisposable
    {
        // A timer holds no more than 49 days.
        private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);
        private readonly CancellationTokenSource stopping = new();
        private readonly CronBinding binding;
        private readonly AppChannel app;
        private readonly TimeProvider time;
        private readonly ILogger logger;
        private readonly Task loop;

        public Ticking(CronBinding binding, AppChannel app, TimeProvider time, ILogger logger)
        {
            this.binding = binding;
            this.app = app;
            this.time = time;
            this.logger = logger;
            loop = RunAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await stopping.CancelAsync();
            await loop;
            stopping.Dispose();
        }

        private async Task RunAsync()
        {
            List<Task> calls = [];
            try
            {
                while (binding.Schedule.Next(time.GetUtcNow()) is { } next)
                {
                    while (next - time.GetUtcNow() is { Ticks: > 0 } wait)
                        await Task.Delay(wait < LongestWait ? wait : LongestWait, time, stopping.Token);
                    calls.RemoveAll(call => call.IsCompleted);
                    calls.Add(CallAsync());
                }
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // The app is gone, or the sidecar stops.
            }

            await Task.WhenAll(calls);
        }

        private async Task CallAsync()
        {
            using HttpRequestMessage request = app.CreateRequest(HttpMethod.Post, binding.Path);
            request.Content = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            request.Headers.Add("timeZone", "Local");
            request.Headers.Add("readTimeUTC", time.GetUtcNow().ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF '+0000 UTC'", CultureInfo.InvariantCulture));
            TraceContext.None.Apply(request);
            try
            {
                using HttpResponseMessage response = await app.SendAsync(request, stopping.Token);
                if (!response.IsSuccessStatusCode) BindingsLog.CallRefused(logger, binding.Name, (int)response.StatusCode);
            }
            catch (HttpRequestException error)
            {
                BindingsLog.CallFailed(logger, error, binding.Name);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                // Cut short.
            }
        }
    }
}
