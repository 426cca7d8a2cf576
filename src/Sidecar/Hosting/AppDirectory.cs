namespace Gateway.Sidecar.Hosting;

/// <summary>The apps of a process by their ids: what Dapr's name resolution is elsewhere. Thread-safe.</summary>
internal sealed class AppDirectory
{
    private readonly Lock gate = new();
    private SidecarContext[] sidecars = [];
    private int turn;

    public void Add(SidecarContext sidecar)
    {
        lock (gate) sidecars = [.. sidecars, sidecar];
    }

    public void Remove(SidecarContext sidecar)
    {
        lock (gate) sidecars = [.. sidecars.Where(other => other != sidecar)];
    }

    /// <summary>The sidecars of an app id (<c>app</c> or <c>app.namespace</c>) whose app is there, from another one on each time.</summary>
    public IReadOnlyList<SidecarContext> Find(string id)
    {
        SidecarContext[] found = [.. Volatile.Read(ref sidecars).Where(sidecar => sidecar.AppIsThere && sidecar.Options.IsNamed(id))];
        if (found.Length < 2) return found;
        int first = (int)((uint)Interlocked.Increment(ref turn) % found.Length);
        return [.. found[first..], .. found[..first]];
    }
}
