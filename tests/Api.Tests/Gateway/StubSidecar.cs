using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Gateway.Api.Tests.Gateway;

/// <summary>As much of a sidecar as the health checks ask for. Its state store can be taken away, or made to hang.</summary>
internal sealed class StubSidecar : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim asked = new(0);

    private StubSidecar(WebApplication app) => this.app = app;

    public string Address => app.Urls.First();

    /// <summary>What the state store does.</summary>
    public StubState State { get; set; }

    public static async Task<StubSidecar> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var sidecar = new StubSidecar(builder.Build());
        sidecar.app.MapGet("/v1.0/healthz/outbound", () => Results.NoContent());
        sidecar.app.MapGet("/v1.0/state/{store}/{key}", sidecar.AnswerAsync);
        await sidecar.app.StartAsync();
        return sidecar;
    }

    /// <summary>Waits until somebody asks the state store.</summary>
    public async Task AskedAsync() => Assert.True(await asked.WaitAsync(TimeSpan.FromSeconds(10)), "Nobody asked the state store.");

    public async ValueTask DisposeAsync()
    {
        released.TrySetResult();
        await app.DisposeAsync();
        asked.Dispose();
    }

    private async Task<IResult> AnswerAsync()
    {
        asked.Release();
        if (State == StubState.Hangs) await released.Task;
        return State == StubState.Healthy ? Results.NoContent() : Results.StatusCode(StatusCodes.Status500InternalServerError);
    }
}

internal enum StubState
{
    Healthy,
    Fails,
    Hangs,
}
