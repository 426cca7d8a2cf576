using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Gateway.Actors.Tests.Hosting.Telemetry;

/// <summary>Takes what is sent by OTLP, over HTTP or gRPC.</summary>
internal sealed class FakeCollector : IAsyncDisposable
{
    private readonly ConcurrentQueue<Request> requests = new();
    private readonly WebApplication app;

    private readonly CollectorAnswer answer;

    private FakeCollector(bool isGrpc, CollectorAnswer answer)
    {
        this.answer = answer;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (isGrpc) builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        app = builder.Build();
        app.Run(TakeAsync);
    }

    public string Address => app.Urls.Single();

    public IReadOnlyCollection<Request> Requests => requests;

    public static async Task<FakeCollector> StartAsync(bool isGrpc = false, CollectorAnswer answer = CollectorAnswer.Taken)
    {
        var collector = new FakeCollector(isGrpc, answer);
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
        if (answer == CollectorAnswer.Refused) context.Response.StatusCode = StatusCodes.Status403Forbidden;
        if (answer == CollectorAnswer.None) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!context.Request.Protocol.Equals(HttpProtocol.Http2, StringComparison.Ordinal))
        {
            context.Response.ContentType = "application/x-protobuf";
            return;
        }

        // One empty message, not compressed.
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[5], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    /// <summary>What came.</summary>
    internal sealed record Request(string Path, string ContentType, string Key, string Body);
}

/// <summary>What a collector says to what it is sent.</summary>
public enum CollectorAnswer
{
    /// <summary>Nothing is wrong.</summary>
    Taken,

    /// <summary>It wants none of it.</summary>
    Refused,

    /// <summary>It says nothing.</summary>
    None,
}
