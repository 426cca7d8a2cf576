using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Gateway.Actors.Tests.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;

namespace Gateway.Actors.Tests.Rig;

/// <summary>Stands between the app and its sidecar, passes every call on and notes it: what round trips are counted by.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private readonly ConcurrentQueue<string> calls = new();
    private readonly WebApplication web;
    private int published;

    private Traffic(WebApplication web) => this.web = web;

    public Uri Address => new(web.Urls.First());

    /// <summary>The sidecar.</summary>
    public Uri? Target { get; set; }

    /// <summary>Asked before a call is passed on.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>The calls since <see cref="Clear"/> as <c>POST /v1.0/…</c>, without those of the sweeps and the signs of life, which come by the clock.</summary>
    public IReadOnlyList<string> Calls =>
        [.. calls.Where(call => !call.Contains("SweepActor", StringComparison.Ordinal) && !call.Contains("replica:", StringComparison.Ordinal))];

    public static async Task<Traffic> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        var traffic = new Traffic(web);
        ((IApplicationBuilder)web).Run(traffic.PassAsync);
        await web.StartAsync();
        return traffic;
    }

    /// <summary>How many messages the bulk publishes since <see cref="Clear"/> had, the ones that were passed on.</summary>
    public int Published => published;

    public void Clear()
    {
        calls.Clear();
        published = 0;
    }

    /// <summary>Does something while nothing is published: notices are lost.</summary>
    public async Task WithoutPublishesAsync(Func<Task> body)
    {
        Before = call => call.Contains("/publish/", StringComparison.Ordinal) ? throw new IOException("lost") : Task.CompletedTask;
        try
        {
            await body();
            // The notice of it has been tried and lost.
            await Eventually.UntilAsync(() => calls.Any(call => call.Contains("/publish/", StringComparison.Ordinal)));
        }
        finally
        {
            Before = _ => Task.CompletedTask;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await web.DisposeAsync();
        http.Dispose();
    }

    /// <summary>All saves have one path; the key is in the body.</summary>
    private static async Task<bool> SavesAReplicaAsync(HttpContext context)
    {
        if (context.Request.Method != "POST" || !context.Request.Path.StartsWithSegments("/v1.0/state", StringComparison.Ordinal)) return false;
        context.Request.EnableBuffering();
        using var reader = new StreamReader(context.Request.Body, leaveOpen: true);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        context.Request.Body.Position = 0;
        return body.Contains("\"key\":\"replica:", StringComparison.Ordinal);
    }

    private async Task PassAsync(HttpContext context)
    {
        var target = context.Request.GetEncodedPathAndQuery();
        var call = $"{context.Request.Method} {target}";
        calls.Enqueue(await SavesAReplicaAsync(context) ? $"{call} replica:" : call);
        await Before(call);
        if (call.Contains("/publish/bulk/", StringComparison.Ordinal))
        {
            context.Request.EnableBuffering();
            using var entries = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            context.Request.Body.Position = 0;
            Interlocked.Add(ref published, entries.RootElement.GetArrayLength());
        }

        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(Target!, target));
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (name is "Host" or "Transfer-Encoding" or "Connection") continue;
            if (!request.Headers.TryAddWithoutValidation(name, [.. values])) request.Content?.Headers.TryAddWithoutValidation(name, [.. values]);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            if (name is not ("Transfer-Encoding" or "Connection")) context.Response.Headers[name] = values.ToArray();
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
