using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Agent.Tests.Scripted;

/// <summary>
/// A gateway as the specification has it, over real Kestrel on a free port, for one device; and as it should not be, one
/// <see cref="Fault"/> per request, where a test asks for that.
/// </summary>
internal sealed partial class ScriptedGateway : IAsyncDisposable
{
    public const string DeviceId = "pi-1";
    public const string Code = "CODE-1";

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<Fault>> faults = new();
    private readonly Lock gate = new();
    private readonly Dictionary<string, Command> commands = [];
    private readonly HashSet<string> tokens = [];
    private readonly Changes changes;
    private Command? offeredAgain;
    private int counter;

    private ScriptedGateway(WebApplication app) => (this.app, changes) = (app, new Changes(gate));

    public string Url { get; private set; } = "";

    public string? Secret { get; set; }

    /// <summary>Seconds that a token lasts.</summary>
    public double TokenLife { get; set; } = 3600;

    public int HeartbeatMs { get; set; } = 60_000;

    /// <summary>How long a claim lasts; null: as long as was asked for.</summary>
    public TimeSpan? Visibility { get; set; }

    public int LargestResult { get; set; } = 1024 * 1024;

    public bool AnswersWithSecret { get; set; }

    public int Authentications { get; private set; }

    public int LargestClaim { get; private set; }

    public List<JsonNode> Registrations { get; } = [];

    public List<JsonNode> Heartbeats { get; } = [];

    /// <summary>Every request, as <c>operation status</c>.</summary>
    public List<string> Requests { get; } = [];

    /// <param name="port">0: any that is free.</param>
    public static async Task<ScriptedGateway> StartAsync(int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        WebApplication app = builder.Build();
        var gateway = new ScriptedGateway(app);
        app.MapPost("/api/v1/device/register", gateway.Operation("register", gateway.Register));
        app.MapPost("/api/v1/device/auth", gateway.Operation("auth", gateway.Authenticate));
        app.MapPost("/api/v1/device/heartbeat", gateway.Operation("heartbeat", gateway.Heartbeat, authenticated: true));
        app.MapPost("/api/v1/device/commands/claim", gateway.Operation("claim", gateway.ClaimAsync, authenticated: true));
        app.MapPost("/api/v1/device/commands/{id}/extend", gateway.Operation("extend", gateway.Extend, authenticated: true));
        app.MapPost("/api/v1/device/commands/{id}/release", gateway.Operation("release", gateway.Release, authenticated: true));
        app.MapPost("/api/v1/device/commands/{id}/result", gateway.Operation("result", gateway.Result, authenticated: true));
        app.MapPost("/api/v1/device/commands/{id}/output", gateway.Operation("output", gateway.TakeOutput, authenticated: true));
        app.UseWebSockets();
        app.Map("/ws/device", gateway.ServeSocketAsync);
        await app.StartAsync();
        gateway.Url = app.Urls.Single();
        return gateway;
    }

    /// <summary>The next requests of this kind go wrong, one fault each.</summary>
    public void Misbehave(string operation, params Fault[] next)
    {
        foreach (Fault fault in next) faults.GetOrAdd(operation, _ => new()).Enqueue(fault);
    }

    public Command Enqueue(string type, object? parameters = null, int? timeoutMs = null)
    {
        Command command;
        lock (gate)
        {
            command = new Command($"cmd-{++counter}", type, JsonSerializer.SerializeToNode(parameters), timeoutMs);
            commands.Add(command.Id, command);
        }

        changes.Tell();
        return command;
    }

    /// <summary>As if the command had been pushed, and its agent had ended since.</summary>
    public string Claim(Command command)
    {
        lock (gate)
        {
            command.Grant(OverSocket, "claim-of-before", TimeSpan.FromMinutes(5));
            return command.ClaimToken!;
        }
    }

    /// <summary>Takes all faults back that are still to come.</summary>
    public void Forgive() => faults.Clear();

    /// <summary>Gives the command out again, under the same token or a new one.</summary>
    public void Offer(Command command, bool sameToken)
    {
        lock (gate)
        {
            if (sameToken) offeredAgain = command;
            else command.ClaimToken = null;
            command.ResultText = null;
        }

        changes.Tell();
    }

    public void Cancel(Command command)
    {
        lock (gate) command.Cancelled = true;
    }

    public void RevokeTokens()
    {
        lock (gate) tokens.Clear();
    }

    /// <summary>Waits until it is so, looking again after every request and change.</summary>
    public Task UntilAsync(Func<bool> condition, int seconds = 15) => changes.UntilAsync(condition, () => string.Join(", ", Requests), seconds);

    public int Count(string request)
    {
        lock (gate) return Requests.Count(one => one.StartsWith(request, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private RequestDelegate Operation(string name, Func<HttpContext, JsonNode, (int, object)> handle, bool authenticated = false) =>
        Operation(name, (context, body) => Task.FromResult(handle(context, body)), authenticated);

    private RequestDelegate Operation(string name, Func<HttpContext, JsonNode, Task<(int, object)>> handle, bool authenticated = false) => async context =>
    {
        JsonNode body = (await JsonNode.ParseAsync(context.Request.Body))!;
        Fault? fault = faults.TryGetValue(name, out ConcurrentQueue<Fault>? queue) && queue.TryDequeue(out Fault? next) ? next : null;
        (int status, object answer) = fault switch
        {
            Fault.Status wrong => (wrong.Code, Error("SCRIPTED", "scripted")),
            Fault.WebPage => (200, "<html>log in</html>"),
            Fault.DropBefore => (0, ""),
            _ when authenticated && !Known(context) => (401, Error("UNAUTHORIZED", "unknown token")),
            _ => await handle(context, body),
        };
        changes.Tell();
        if (fault is Fault.HangAfter) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (fault is Fault.DropBefore or Fault.DropAfter or Fault.HangAfter)
        {
            Note($"{name} dropped");
            context.Abort();
            return;
        }

        context.Response.StatusCode = status;
        if (fault is Fault.Status { RetryAfter: { } after }) context.Response.Headers.RetryAfter = after;
        if (answer is string page) await context.Response.WriteAsync(page);
        else await context.Response.WriteAsJsonAsync(answer);
        await context.Response.CompleteAsync();
        Note($"{name} {status}");
    };

    private bool Known(HttpContext context)
    {
        lock (gate) return tokens.Contains(context.Request.Headers["X-Device-Token"].ToString());
    }

    private void Note(string request)
    {
        lock (gate) Requests.Add(request);
        changes.Tell();
    }

    private static object Error(string code, string message) => new { error = new { code, message } };
}
