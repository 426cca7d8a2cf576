using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>
/// The actors of one sidecar's own app, and whether that app is up: while it is not, or is not healthy, the sidecar holds calls of
/// actors, be they its own or another's, as daprd does. Thread-safe.
/// </summary>
internal sealed class AppActors(ActorTable table)
{
    private readonly AppHealth open = new();
    private ActorHost? host;

    /// <summary>The app as a host of actors; null where it hosts none.</summary>
    public ActorHost? Host
    {
        get => Volatile.Read(ref host);
        set => Volatile.Write(ref host, value);
    }

    public bool IsOpen
    {
        get => open.IsHealthy;
        set => open.Set(value);
    }

    public Task WaitUntilOpenAsync(CancellationToken cancellationToken) => open.WaitUntilHealthyAsync(cancellationToken);

    /// <summary>Waits until calls are let through, then says whether the app itself hosts the type.</summary>
    public async Task<bool> IsHostedAsync(string type, CancellationToken cancellationToken)
    {
        await open.WaitUntilHealthyAsync(cancellationToken);
        return Host?.Hosts(type) == true;
    }

    /// <summary>Whether the actor is active at the app, be that open or not: a turn that runs may write its state.</summary>
    public bool IsActive(ActorKey actor) => Host is { } own && table.IsActive(actor, own);
}
