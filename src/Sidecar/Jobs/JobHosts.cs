using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.Jobs;

/// <summary>The apps that take jobs now: those of this process that are there and healthy. Thread-safe.</summary>
internal sealed class JobHosts
{
    private readonly Lock gate = new();
    private readonly List<(string Space, string AppId, AppChannel App)> hosts = [];
    private int turn;

    /// <summary>Raised when an app has come.</summary>
    public event Action? Added;

    public void Add(JobKey any, AppChannel app)
    {
        lock (gate)
        {
            if (hosts.Any(host => host.App == app)) return;
            hosts.Add((any.Space, any.AppId, app));
        }

        Added?.Invoke();
    }

    public void Remove(AppChannel app)
    {
        lock (gate) hosts.RemoveAll(host => host.App == app);
    }

    /// <summary>Who takes a job, another one each time; null when nobody does.</summary>
    public AppChannel? Find(JobKey job)
    {
        lock (gate)
        {
            AppChannel[] found = [.. hosts.Where(host => host.Space == job.Space && host.AppId == job.AppId).Select(host => host.App)];
            return found.Length == 0 ? null : found[(int)((uint)turn++ % found.Length)];
        }
    }
}
