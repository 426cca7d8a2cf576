using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Gateway.Dapr.Tests.Kit;

/// <summary>A real HTTP endpoint in the sidecar's place: keeps what came, byte for byte, and answers what the test says (204 otherwise).</summary>
internal sealed class ScriptedSidecar : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<SidecarRequest> requests = new();
    private readonly ConcurrentQueue<SidecarAnswer> answers = new();

    private ScriptedSidecar(WebApplication app)
    {
        this.app = app;
    }

    /// <summary>For example <c>http://127.0.0.1:41234</c>.</summary>
    public string Endpoint => app.Urls.First();

    public IReadOnlyList<SidecarRequest> Requests => [.. requests];

    /// <summary>The only request that came.</summary>
    public SidecarRequest Request => Assert.Single(requests);

    /// <summary>Takes the answers' place when set.</summary>
    public Func<SidecarRequest, CancellationToken, Task<SidecarAnswer>>? Handler { get; set; }

    public static async Task<ScriptedSidecar> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var sidecar = new ScriptedSidecar(app);
        app.Run(sidecar.HandleAsync);
        await app.StartAsync();
        return sidecar;
    }

    /// <summary>Answers the next request so.</summary>
    public ScriptedSidecar Answer(int status, string body = "", params (string Name, string Value)[] headers) =>
        Answer(new SidecarAnswer(status, Encoding.UTF8.GetBytes(body), headers));

    public ScriptedSidecar Answer(SidecarAnswer answer)
    {
        answers.Enqueue(answer);
        return this;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new SidecarRequest(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray(),
            context.Connection.Id);
        requests.Enqueue(request);

        SidecarAnswer answer;
        if (Handler is { } handler) answer = await handler(request, context.RequestAborted);
        else if (!answers.TryDequeue(out answer!)) answer = new SidecarAnswer(204, [], []);
        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers) context.Response.Headers[name] = value;
        if (answer.Body.Length > 0) await context.Response.Body.WriteAsync(answer.Body);
    }
}

internal sealed record SidecarAnswer(int Status, byte[] Body, (string Name, string Value)[] Headers);

internal sealed record SidecarRequest(
    string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Bytes, string Connection)
{
    public string Body => Encoding.UTF8.GetString(Bytes);

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>Method and target, such as <c>GET /v1.0/healthz</c>.</summary>
    public string Line => $"{Method} {Target}";
}
