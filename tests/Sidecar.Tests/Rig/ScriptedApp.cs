using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Sidecar.Tests.Rig;

/// <summary>A call that the app got.</summary>
internal sealed record AppCall(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Bytes)
{
    public string Body => Encoding.UTF8.GetString(Bytes);

    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Bytes);
}

/// <summary>What the app answers.</summary>
internal sealed record AppReply(int Status = 200, string Body = "", string? ContentType = null, params (string Name, string Value)[] Headers)
{
    public static readonly AppReply Ok = new();

    /// <summary>The connection is closed without an answer.</summary>
    public static readonly AppReply Close = new(-1);

    public static AppReply Json(string body) => new(200, body, "application/json");
}

/// <summary>An app on a free port that records what it gets and answers as it is told; 200 where it is told nothing.</summary>
internal sealed class ScriptedApp : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private readonly ConcurrentDictionary<string, Func<AppCall, Task<AppReply>>> script = new();
    private readonly Lock gate = new();
    private readonly List<AppCall> calls = [];
    private TaskCompletionSource called = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WebApplication web = null!;

    public int Port { get; private set; }

    /// <summary>Answers what no script is for.</summary>
    public Func<AppCall, Task<AppReply>> Otherwise { get; set; } = _ => Task.FromResult(AppReply.Ok);

    public IReadOnlyList<AppCall> Calls
    {
        get { lock (gate) return [.. calls]; }
    }

    public static async Task<ScriptedApp> StartAsync(int port = 0)
    {
        var app = new ScriptedApp();
        await app.ListenAsync(port);
        return app;
    }

    /// <summary>Starts an app that has its script already.</summary>
    public async Task ListenAsync(int port)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        web = builder.Build();
        ((IApplicationBuilder)web).Run(HandleAsync);
        await web.StartAsync();
        Port = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    public ScriptedApp On(string path, AppReply reply) => On(path, _ => Task.FromResult(reply));

    public ScriptedApp On(string path, Func<AppCall, AppReply> answer) => On(path, call => Task.FromResult(answer(call)));

    public ScriptedApp On(string path, Func<AppCall, Task<AppReply>> answer)
    {
        script[path] = answer;
        return this;
    }

    /// <summary>Holds every call to a path until the answer is disposed of.</summary>
    public Hold Hold(string path)
    {
        var hold = new Hold();
        On(path, async _ =>
        {
            await hold.Released;
            return AppReply.Ok;
        });
        return hold;
    }

    /// <summary>The calls to a path, once there are as many.</summary>
    public async Task<IReadOnlyList<AppCall>> CallsToAsync(string path, int count = 1)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            Task next;
            lock (gate)
            {
                AppCall[] found = [.. calls.Where(call => PathOf(call.Target) == path)];
                if (found.Length >= count) return found;
                next = called.Task;
            }

            try
            {
                await next.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{count} calls to {path} did not come; there were: {string.Join(", ", Calls.Select(call => $"{call.Method} {call.Target}"))}");
            }
        }
    }

    public int CountCallsTo(string path) => Calls.Count(call => PathOf(call.Target) == path);

    /// <summary>Takes no connection any more and finishes what it has, as a process does that is asked to end.</summary>
    public Task StopAsync() => web.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await web.StopAsync(new CancellationToken(true));
        await web.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        string target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());
        var call = new AppCall(http.Request.Method, target, headers, body.ToArray());
        lock (gate)
        {
            calls.Add(call);
            called.SetResult();
            called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        AppReply reply = script.TryGetValue($"{call.Method} {PathOf(target)}", out Func<AppCall, Task<AppReply>>? exact) ? await exact(call)
            : script.TryGetValue(PathOf(target), out Func<AppCall, Task<AppReply>>? answer) ? await answer(call)
            : await Otherwise(call);
        if (reply == AppReply.Close)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = reply.Status;
        if (reply.ContentType is not null) http.Response.ContentType = reply.ContentType;
        foreach ((string name, string value) in reply.Headers) http.Response.Headers[name] = value;
        if (reply.Body.Length > 0) await http.Response.WriteAsync(reply.Body);
    }

    private static string PathOf(string target) => target.Split('?')[0];
}

/// <summary>Calls that the app does not answer yet.</summary>
internal sealed class Hold : IDisposable
{
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Released => released.Task;

    public void Dispose() => released.TrySetResult();
}
