using Gateway.Sidecar.Actors;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Jobs;

namespace Gateway.Sidecar.Hosting;

/// <summary>What the sidecars of one process share, be it one or several: the opened components, the apps by their ids, the actors and the jobs.</summary>
internal sealed class SidecarMachine(string? dataPath, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    public TimeProvider Time { get; } = time;

    public ILoggerFactory Loggers { get; } = loggers;

    /// <summary>Whether the sidecars are several: then each of their apps is watched, so that the others take over from one that is gone.</summary>
    public bool IsShared { get; init; }

    public ComponentPool Components { get; } = new();

    public AppDirectory Apps { get; } = new();

    public ActorRuntime Actors { get; } = new(dataPath, time, loggers);

    public JobRuntime Jobs { get; } = new(dataPath, time, loggers);

    /// <summary>Before the sidecars are stopped: no actor's turn and no job begins any more.</summary>
    public void BeginStop()
    {
        Actors.Stop();
        Jobs.Runner.Stop();
    }

    /// <summary>After the sidecars have stopped.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(Actors.WhenIdleAsync(), Jobs.Runner.WhenIdleAsync()).WaitAsync(cancellationToken);
        }
        finally
        {
            await DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Jobs.DisposeAsync();
        await Actors.DisposeAsync();
        await Components.DisposeAsync();
    }
}
