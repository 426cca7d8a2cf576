using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Gateway.Api.Tests.Auth;

/// <summary>A real Kestrel on a free port of 127.0.0.1, and a client for it.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private LocalServer(WebApplication app)
    {
        this.app = app;
        Address = new Uri(app.Urls.Single());
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public CapturedLog Log => app.Services.GetRequiredService<CapturedLog>();

    public IServiceProvider Services => app.Services;

    /// <summary>A server that answers everything by one function.</summary>
    public static Task<LocalServer> StartAsync(RequestDelegate answer) => StartAsync(_ => { }, app => app.Run(answer));

    public static async Task<LocalServer> StartAsync(
        Action<WebApplicationBuilder> configure, Action<WebApplication> map, string environment = "Production")
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var log = new CapturedLog();
        builder.Services.AddSingleton(log);
        builder.Logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log);
        configure(builder);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new LocalServer(app);
    }

    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }
}
