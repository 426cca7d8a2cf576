using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Actors.Tests.Hosting.Secrets;

/// <summary>As much of a sidecar as a start asks for secrets.</summary>
internal sealed class ScriptedStore : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly SemaphoreSlim asked = new(0);

    private ScriptedStore(WebApplication app) => this.app = app;

    public Uri Address => new(app.Urls.First());

    /// <summary>Whether the sidecar's components are up.</summary>
    public bool IsUp { get; set; } = true;

    /// <summary>The type of the component <c>secrets</c>; null: there is none.</summary>
    public string? Type { get; set; } = "secretstores.local.file";

    /// <summary>What the store says instead of a secret, with status 500; null: it answers.</summary>
    public string? Failure { get; set; }

    /// <summary>What it has: values of keys by the secret's name.</summary>
    public Dictionary<string, Dictionary<string, string>> Secrets { get; } = [];

    public static async Task<ScriptedStore> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var store = new ScriptedStore(builder.Build());
        store.app.MapGet("/v1.0/healthz/outbound", store.Health);
        store.app.MapGet("/v1.0/metadata", store.Metadata);
        store.app.MapGet("/v1.0/secrets/secrets/{name}", store.Get);
        await store.app.StartAsync();
        return store;
    }

    /// <summary>Waits until somebody has asked for its health.</summary>
    public async Task AskedAsync() => Assert.True(await asked.WaitAsync(TimeSpan.FromSeconds(20)), "Nobody asked.");

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        asked.Dispose();
    }

    private IResult Health()
    {
        asked.Release();
        return Results.StatusCode(IsUp ? StatusCodes.Status204NoContent : StatusCodes.Status500InternalServerError);
    }

    private string Metadata() => JsonSerializer.Serialize(new
    {
        id = "gateway-api",
        components = Type is null ? [] : new[] { new { name = "secrets", type = Type, version = "v1", capabilities = Array.Empty<string>() } },
    });

    private IResult Get(string name)
    {
        if (Failure is null && Secrets.TryGetValue(name, out var secret)) return Results.Json(secret);
        var message = $"failed getting secret with key {name} from secret store secrets: {Failure ?? $"secret {name} not found"}";
        return Results.Json(new { errorCode = "ERR_SECRET_GET", message }, statusCode: StatusCodes.Status500InternalServerError);
    }
}
