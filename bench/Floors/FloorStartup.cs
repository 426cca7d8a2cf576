using System.Collections.Concurrent;
using System.Globalization;
using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Dapr.Client;

[assembly: HostingStartup(typeof(Gateway.Bench.Floors.FloorStartup))]

namespace Gateway.Bench.Floors;

/// <summary>
/// What nothing of ours can be faster than, in the server's own process, behind the same listener and on the same sidecar:
/// requests under <see cref="Path"/> that do one thing each. Before everything else of the pipeline.
/// </summary>
internal sealed class FloorStartup : IHostingStartup, IStartupFilter
{
    /// <summary><c>{Path}/none</c>, <c>{Path}/save/{key}</c>, <c>{Path}/actor/{id}</c>, <c>{Path}/memory</c>; sockets: <c>{Path}/echo</c>, <c>{Path}/broadcast</c>.</summary>
    public const string Path = "/bench";

    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite };
    private static readonly Document OneKilobyte = new(new string('x', 1_000));

    private readonly ConcurrentDictionary<string, int> versions = [];
    private volatile bool counted = true;

    public void Configure(IWebHostBuilder builder) => builder.ConfigureServices(services =>
    {
        services.AddSingleton<IStartupFilter>(this);
        services.Configure<ActorRuntimeOptions>(options => options.Actors.RegisterActor<IdleActor>());
    });

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Map(Path, floors => floors.UseWebSockets().Run(context => AnswerAsync(context, context.Request.Path.Value!)));
        next(app);
    };

    private Task AnswerAsync(HttpContext context, string what) => what.Split('/') switch
    {
        [_, "none"] => Task.CompletedTask,
        [_, "save", var key] => SaveAsync(context, key),
        [_, "actor", var id] => context.RequestServices.GetRequiredService<IActorProxyFactory>()
            .CreateActorProxy<IIdleActor>(new ActorId(id), nameof(IdleActor)).IdleAsync(),
        [_, "echo"] => SocketFloor.EchoAsync(context),
        [_, "broadcast"] => SocketFloor.BroadcastAsync(context),
        [_, "memory"] => context.Response.WriteAsJsonAsync(MemoryReading.Take(), context.RequestAborted),
        _ => Task.FromException(new ArgumentException($"There is no floor {what}.")),
    };

    /// <summary>
    /// One save of 1 KB over the etag that is known, as an operation of a queue. Where etags are no counters (Postgres) nobody knows it
    /// after a save, so it is read before, as a queue has to.
    /// </summary>
    private async Task SaveAsync(HttpContext context, string key)
    {
        var dapr = context.RequestServices.GetRequiredService<DaprClient>();
        if (counted)
        {
            var version = versions.GetValueOrDefault(key);
            if (await TryAsync(version == 0 ? "" : version.ToString(CultureInfo.InvariantCulture)))
            {
                versions[key] = version + 1;
                return;
            }

            counted = false;
        }

        var (_, etag) = await dapr.GetStateAndETagAsync<Document?>("statestore", key, cancellationToken: context.RequestAborted);
        if (!await TryAsync(etag ?? "")) context.Response.StatusCode = StatusCodes.Status409Conflict;

        Task<bool> TryAsync(string over) =>
            dapr.TrySaveStateAsync("statestore", key, OneKilobyte, over, FirstWrite, cancellationToken: context.RequestAborted);
    }

    private sealed record Document(string Text);
}

/// <summary>An actor that does nothing.</summary>
public interface IIdleActor : IActor
{
    /// <summary>Does nothing.</summary>
    Task IdleAsync();
}

internal sealed class IdleActor(ActorHost host) : Actor(host), IIdleActor
{
    public Task IdleAsync() => Task.CompletedTask;
}
