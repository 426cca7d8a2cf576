using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Actors.Tests.Hosting.Telemetry;

/// <summary>Takes what is sent by OTLP over HTTP.</summary>
internal sealed class FakeCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<Request> requests = new();
    private readonly WebApplication app;

    private FakeCollector()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(TakeAsync);
    }

    public string Address => app.Urls.Single();

    public IReadOnlyCollection<Request> Requests => requests;

    public static async Task<FakeCollector> StartAsync()
    {
        var collector = new FakeCollector();
        await collector.app.StartAsync();
        return collector;
    }

    /// <summary>All bodies of a path; texts are readable in them.</summary>
    public string Received(string path)
    {
        var bodies = requests.Where(request => request.Path == path).Select(request => request.Body).ToList();
        Assert.NotEmpty(bodies);
        return string.Join('\n', bodies);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        requests.Enqueue(new Request(
            context.Request.Path, context.Request.ContentType ?? "", context.Request.Headers["x-key"].ToString(), Encoding.Latin1.GetString(body.ToArray())));
        context.Response.ContentType = "application/x-protobuf";
    }

    /// <summary>What came.</summary>
    internal sealed record Request(string Path, string ContentType, string Key, string Body);
}
