using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>An app that a sidecar calls: it records what it gets, and answers as the test says; by default 404 to what Dapr asks of it and else 200.</summary>
public sealed class TestApp : IAsyncDisposable
{
    private readonly WebApplication web;

    private TestApp(WebApplication web, int port)
    {
        this.web = web;
        Port = port;
    }

    public int Port { get; }

    /// <summary>What the app was sent, in order.</summary>
    public ConcurrentQueue<AppCall> Calls { get; } = new();

    public RequestDelegate Handler { get; set; } = Default;

    public static async Task<TestApp> StartAsync(RequestDelegate? handler = null, int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        WebApplication web = builder.Build();
        TestApp? app = null;
        ((IApplicationBuilder)web).Run(http => app!.AnswerAsync(http));
        await web.StartAsync();
        string address = web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        app = new TestApp(web, new Uri(address).Port);
        if (handler is not null) app.Handler = handler;
        return app;
    }

    /// <summary>Forgets what it was sent and told to answer.</summary>
    public void Reset()
    {
        Calls.Clear();
        Handler = Default;
    }

    /// <summary>The one call of a path.</summary>
    public AppCall Call(string target) => Assert.Single(Calls, call => call.Target == target);

    public async ValueTask DisposeAsync() => await web.DisposeAsync();

    private static Task Default(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments("/dapr")) http.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        string body = await reader.ReadToEndAsync();
        Calls.Enqueue(new AppCall(
            http.Request.Method,
            http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body));
        await Handler(http);
    }
}

/// <summary>A call that an app got.</summary>
public sealed record AppCall(string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);
