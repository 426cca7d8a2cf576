using Gateway.Core.Devices;
using Gateway.Queue.Channels;
using Gateway.Storage.Devices;
using Gateway.Storage.History;

namespace Gateway.Actors.Tests.Fakes;

/// <summary>What the sweeps ask.</summary>
internal sealed class FakeSweepStore : IPresenceStore, ISweepQueries, IDeadChannels
{
    public List<PresenceChange> GoneOffline { get; } = [];

    public List<OverdueDevice> Overdue { get; } = [];

    public List<string> Devices { get; } = [];

    /// <summary>An error of every question.</summary>
    public Exception? Error { get; set; }

    /// <summary>The cutoffs that were asked for.</summary>
    public List<(DateTimeOffset Now, TimeSpan Grace)> OverdueAsked { get; } = [];

    /// <summary>How often the channels of dead replicas were looked for.</summary>
    public int DeadChannelSweeps { get; private set; }

    public async Task<int> DetachAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (Error is not null) throw Error;
        DeadChannelSweeps++;
        return 0;
    }

    public Task<IReadOnlyList<PresenceChange>> WriteHeartbeatsAsync(IReadOnlyCollection<Heartbeat> heartbeats, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public async Task<IReadOnlyList<PresenceChange>> MarkOfflineAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return Error is null ? [.. GoneOffline] : throw Error;
    }

    public async Task<IReadOnlyList<OverdueDevice>> OverdueAsync(DateTimeOffset now, TimeSpan grace, int limit, CancellationToken cancellationToken)
    {
        await Task.Yield();
        OverdueAsked.Add((now, grace));
        return Error is null ? [.. Overdue.Take(limit)] : throw Error;
    }

    public async Task<IReadOnlyList<string>> DevicesPageAsync(string? afterId, int limit, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (Error is not null) throw Error;
        return [.. Devices.Where(id => string.CompareOrdinal(id, afterId) > 0).Order(StringComparer.Ordinal).Take(limit)];
    }
}
