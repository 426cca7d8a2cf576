using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Portal.Tests.Kit;

/// <summary>
/// Stands in for the surfaces and for Supabase, on a real Kestrel: answers what a test has prepared, keeps what it was asked, and
/// lets the test speak for <c>/ws/customer</c>.
/// </summary>
internal sealed class StubGateway : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, (int Status, string Body)> answers = new();
    private readonly Channel<StubSocket> sockets = Channel.CreateUnbounded<StubSocket>();

    private StubGateway(WebApplication app) => this.app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>What was asked, in order.</summary>
    public ConcurrentQueue<StubRequest> Requests { get; } = new();

    /// <summary>Whether sockets are refused.</summary>
    public bool RefusesSockets { get; set; }

    public static async Task<StubGateway> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var stub = new StubGateway(app);
        app.UseWebSockets();
        app.Run(stub.AnswerAsync);
        await app.StartAsync();
        stub.Address = new Uri(app.Urls.Single() + "/");
        return stub;
    }

    /// <summary>Prepares an answer, for example to <c>GET /api/v1/customer/devices</c>; the query does not count.</summary>
    public void Answer(string methodAndPath, object body, int status = 200) => answers[methodAndPath] = (status, JsonSerializer.Serialize(body, JsonSerializerOptions.Web));

    /// <summary>Prepares an answer in the surface's error format.</summary>
    public void Refuse(string methodAndPath, int status, string code, string message, object? details = null) =>
        Answer(methodAndPath, new { error = new { code, message, details = details ?? new { } } }, status);

    /// <summary>Prepares an answer in the Orchestrator surface's error format.</summary>
    public void RefuseOperator(string methodAndPath, int status, string code, string message, object? details = null) =>
        Answer(methodAndPath, new { error = "ERROR", message, code, details = details ?? new { } }, status);

    /// <summary>The next socket that is opened.</summary>
    public async Task<StubSocket> SocketAsync() => await sockets.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit.Wait);

    /// <summary>The bodies of the requests to a path.</summary>
    public IReadOnlyList<StubRequest> To(string methodAndPath) => [.. Requests.Where(request => request.MethodAndPath == methodAndPath)];

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var request = new StubRequest(
            $"{context.Request.Method} {context.Request.Path}", context.Request.QueryString.Value ?? "", await reader.ReadToEndAsync(),
            context.Request.Headers.Authorization.ToString(), context.Request.Headers["apikey"].ToString());
        Requests.Enqueue(request);
        if (context.WebSockets.IsWebSocketRequest && !RefusesSockets)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var held = new StubSocket(socket, request.Authorization);
            sockets.Writer.TryWrite(held);
            await held.Ended.Task;
            return;
        }

        var (status, body) = answers.TryGetValue(request.MethodAndPath, out var answer)
            ? answer
            : (404, """{"error":{"code":"NOT_FOUND","message":"Not found","details":{}}}""");
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body);
    }
}

internal sealed record StubRequest(string MethodAndPath, string Query, string Body, string Authorization, string ApiKey)
{
    public JsonElement Json => JsonElement.Parse(Body);
}

/// <summary>The server's side of a socket.</summary>
internal sealed class StubSocket(WebSocket socket, string authorization)
{
    public string Authorization => authorization;

    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task SendAsync(object message) => socket.SendAsync(
        JsonSerializer.SerializeToUtf8Bytes(message, JsonSerializerOptions.Web), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

    /// <summary>The next message as <c>type deviceId</c>.</summary>
    public async Task<string> ReadAsync()
    {
        var buffer = new byte[4096];
        var part = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken).WaitAsync(Limit.Wait);
        var message = JsonElement.Parse(Encoding.UTF8.GetString(buffer, 0, part.Count));
        return $"{message.GetProperty("type").GetString()} {message.GetProperty("data").GetProperty("deviceId").GetString()}";
    }

    /// <summary>Cuts the connection.</summary>
    public void Cut()
    {
        socket.Abort();
        Ended.TrySetResult();
    }
}

/// <summary>How long anything may take on a busy machine.</summary>
internal static class Limit
{
    public static readonly TimeSpan Wait = TimeSpan.FromSeconds(30);
}
