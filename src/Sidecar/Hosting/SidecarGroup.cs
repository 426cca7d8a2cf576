using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sidecar.Hosting;

/// <summary>
/// Several sidecars in one process, each for an app process of its own, as several <c>daprd</c> beside each other would be: apps of one
/// id share the messages of their topics and, by placement, the actors of their types, and call those of other ids by name. One whose
/// process is gone is left out until it listens again.
/// </summary>
public sealed class SidecarGroup : IAsyncDisposable
{
    private readonly SidecarMachine machine;
    private int stopped;

    private SidecarGroup(SidecarMachine machine) => this.machine = machine;

    /// <summary>The sidecars in the order of their options. One may be stopped by itself, and is then as if its pod had ended.</summary>
    public IReadOnlyList<SidecarHost> Sidecars { get; private set; } = [];

    /// <summary>Opens the components, each once, and starts to listen for every app.</summary>
    /// <param name="apps">What each sidecar is started with; they have one <see cref="SidecarOptions.DataPath"/>.</param>
    /// <param name="loggers">Null logs nothing.</param>
    /// <param name="time">Null is the system's clock.</param>
    /// <param name="cancellationToken">Gives up the start.</param>
    /// <exception cref="SidecarStartException">A resource file, a component, the data folder or a port is not usable.</exception>
    public static async Task<SidecarGroup> StartAsync(
        IReadOnlyList<SidecarOptions> apps, ILoggerFactory? loggers, TimeProvider? time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(apps);
        if (apps.Select(app => app.DataPath).Distinct().Count() != 1)
            throw new SidecarStartException("the sidecars of one process share one data folder, so all must name the same");
        var group = new SidecarGroup(
            new SidecarMachine(apps[0].DataPath, time ?? TimeProvider.System, loggers ?? NullLoggerFactory.Instance) { IsShared = true });
        try
        {
            foreach (SidecarOptions app in apps)
                group.Sidecars = [.. group.Sidecars, await SidecarHost.StartAsync(app, group.machine, cancellationToken)];
            return group;
        }
        catch
        {
            await group.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops all sidecars, and closes the components after them. Safe to call more than once.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref stopped, 1) != 0) return;
        machine.BeginStop();
        await Task.WhenAll(Sidecars.Select(sidecar => sidecar.StopAsync(cancellationToken)));
        await machine.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        foreach (SidecarHost sidecar in Sidecars) await sidecar.DisposeAsync();
    }
}
