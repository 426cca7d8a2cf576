using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
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
    private readonly ConcurrentQueue<Write> writes = new();
    private readonly ConcurrentDictionary<string, string> etags = new();
    private readonly WebApplication web;
    private int published;

    private Traffic(WebApplication web) => this.web = web;

    public Uri Address => new(web.Urls.First());

    /// <summary>The sidecar.</summary>
    public Uri? Target { get; set; }

    /// <summary>Whether the app is shown etags that tell nothing in place of the store's counters, as Postgres' and Dapr's SQLite do.</summary>
    public bool HidesEtags { get; init; }

    /// <summary>What becomes of a call to the state store.</summary>
    public Func<string, Fate> FateOf { get; set; } = _ => Fate.Passes;

    /// <summary>What was saved in the state store since <see cref="Clear"/>, key by key.</summary>
    public IReadOnlyList<Write> Writes => [.. writes];

    /// <summary>Asked before a call is passed on.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>The calls since <see cref="Clear"/> as <c>POST /v1.0/…</c>, without those of the sweeps and the signs of life, which come by the clock.</summary>
    public IReadOnlyList<string> Calls =>
        [.. calls.Where(call => !call.Contains("SweepActor", StringComparison.Ordinal) && !call.Contains("replica:", StringComparison.Ordinal))];

    public static async Task<Traffic> StartAsync(bool hidesEtags = false)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var web = builder.Build();
        var traffic = new Traffic(web) { HidesEtags = hidesEtags };
        ((IApplicationBuilder)web).Run(traffic.PassAsync);
        await web.StartAsync();
        return traffic;
    }

    /// <summary>How many messages the bulk publishes since <see cref="Clear"/> had, the ones that were passed on.</summary>
    public int Published => published;

    public void Clear()
    {
        calls.Clear();
        writes.Clear();
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

        var fate = target.StartsWith("/v1.0/state/", StringComparison.Ordinal) ? FateOf(call) : Fate.Passes;
        if (fate == Fate.FailsBefore)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(Target!, target));
        if (context.Request.Method == "POST" && target == "/v1.0/state/statestore")
            request.Content = await SaveAsync(context);
        else if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(context.Request.Body);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (name is "Host" or "Transfer-Encoding" or "Connection" or "Content-Length") continue;
            if (!request.Headers.TryAddWithoutValidation(name, [.. values])) request.Content?.Headers.TryAddWithoutValidation(name, [.. values]);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
        if (fate is Fate.FailsAfter or Fate.RefusedAfter)
        {
            context.Response.StatusCode = fate == Fate.FailsAfter ? StatusCodes.Status500InternalServerError : StatusCodes.Status409Conflict;
            return;
        }

        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
            if (name is not ("Transfer-Encoding" or "Connection")) context.Response.Headers[name] = values.ToArray();
        if (HidesEtags && context.Response.Headers.TryGetValue("ETag", out var etag)) context.Response.Headers["ETag"] = Hide(etag.ToString());
        await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    /// <summary>Notes what is saved, and gives the store its own etags.</summary>
    private async Task<HttpContent> SaveAsync(HttpContext context)
    {
        var items = (await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted))!.AsArray();
        foreach (var item in items)
        {
            writes.Enqueue(new Write(
                (string)item!["key"]!, Encoding.UTF8.GetByteCount(item["value"]!.ToJsonString()), (string?)item["metadata"]?["ttlInSeconds"],
                (string?)item["options"]?["concurrency"]));
            if (HidesEtags && (string?)item["etag"] is { Length: > 0 } shown) item["etag"] = etags.GetValueOrDefault(shown, "0");
        }

        return new StringContent(items.ToJsonString(), Encoding.UTF8, "application/json");
    }

    private string Hide(string etag)
    {
        var hidden = Guid.NewGuid().ToString("N");
        etags[hidden] = etag;
        return hidden;
    }
}

/// <summary>One key that was saved.</summary>
/// <param name="Key">The key.</param>
/// <param name="Bytes">The length of its value.</param>
/// <param name="Ttl">Its time to live in seconds; null: for good.</param>
/// <param name="Concurrency"><c>first-write</c>, or null: the store's default, which may overwrite.</param>
internal sealed record Write(string Key, int Bytes, string? Ttl, string? Concurrency);

/// <summary>What becomes of a call.</summary>
internal enum Fate
{
    /// <summary>It reaches the sidecar, and its answer the app.</summary>
    Passes,

    /// <summary>The app gets an error, and the sidecar nothing.</summary>
    FailsBefore,

    /// <summary>The sidecar does it, and the app gets an error.</summary>
    FailsAfter,

    /// <summary>The sidecar does it, and the app gets a conflict: somebody on the way has repeated it.</summary>
    RefusedAfter,
}
