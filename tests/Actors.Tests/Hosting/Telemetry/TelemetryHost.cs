using System.Net;
using System.Net.Sockets;
using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Telemetry;
using Gateway.Actors.Hosting.Telemetry.Prometheus;
using Gateway.Api.Tests.Auth;
using Gateway.Core.Commands;
using Gateway.Queue;
using Gateway.Storage;
using Gateway.Storage.History;
using Gateway.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Actors.Tests.Hosting.Telemetry;

/// <summary>The telemetry on a real Kestrel with a public port and an app port, and one endpoint to ask for something.</summary>
internal sealed class TelemetryHost : IAsyncDisposable
{
    private readonly WebApplication app;

    private TelemetryHost(WebApplication app, CapturedLog log, FakeCounts counts, ManualTimeProvider time)
    {
        (this.app, Log, Counts, Time) = (app, log, counts, time);
        var addresses = app.Urls.ToList();
        (Public, AppPort) = (Client(addresses[0]), Client(addresses[1]));
    }

    public HttpClient Public { get; }

    public HttpClient AppPort { get; }

    public CapturedLog Log { get; }

    public FakeCounts Counts { get; }

    public ManualTimeProvider Time { get; }

    public IServiceProvider Services => app.Services;

    public static async Task<TelemetryHost> StartAsync(params (string Name, string? Value)[] settings)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)));
        var (log, counts, time) = (new CapturedLog(), new FakeCounts(), new ManualTimeProvider());
        builder.Logging.AddProvider(log);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<ICommandCounts>(counts);
        builder.Services.Configure<QueueOptions>(queue => queue.ReplicaId = "replica-7");
        builder.Services.Configure<GatewayOptions>(_ => { });
        builder.Services.AddTelemetry(builder.Configuration);
        var port = FreePort();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0", $"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.UseRouting();
        app.MapGet("/things/{id}", (string id) => Results.Text(id));
        app.MapMetrics(port);
        await app.StartAsync();
        return new TelemetryHost(app, log, counts, time);
    }

    /// <summary>What a Prometheus reads on the app port.</summary>
    public async Task<IReadOnlyDictionary<string, ParsedMetric>> ScrapeAsync() =>
        PrometheusParser.Parse(await AppPort.GetStringAsync("/metrics", TestContext.Current.CancellationToken));

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Public.Dispose();
        AppPort.Dispose();
        await app.DisposeAsync();
    }

    private static HttpClient Client(string address) => new() { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(20) };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>What the relational store counts.</summary>
    internal sealed class FakeCounts : ICommandCounts
    {
        private volatile int asked;

        public bool IsDown { get; set; }

        public int Asked => asked;

        public Dictionary<CommandState, long> Live { get; } = new() { [CommandState.Queued] = 3 };

        public async Task<IReadOnlyDictionary<CommandState, long>> LiveAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            Interlocked.Increment(ref asked);
            return IsDown ? throw new StorageUnavailableException("down") : Live;
        }
    }
}
