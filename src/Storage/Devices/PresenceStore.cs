using System.Data.Common;
using Gateway.Core.Devices;
using Gateway.Storage.Database;

namespace Gateway.Storage.Devices;

/// <summary>The table <c>presence</c>.</summary>
internal sealed class PresenceStore(GatewayDatabase database) : IPresenceStore
{
    private static readonly Column<Heartbeat> DeviceId = Column<Heartbeat>.OfText("device_id", h => h.DeviceId);
    private static readonly Column<Heartbeat> At = Column<Heartbeat>.OfNumber("last_seen", h => h.At.ToUnixTimeMilliseconds());
    private static readonly Column<Heartbeat> Status = Column<Heartbeat>.OfText("status", h => h.Status);
    private static readonly Column<Heartbeat> Metrics = Column<Heartbeat>.OfText("metrics", h => h.MetricsJson);
    private static readonly Column<Heartbeat> Diagnostics = Column<Heartbeat>.OfText("diagnostics", h => h.DiagnosticsJson);

    public async Task<IReadOnlyList<PresenceChange>> WriteHeartbeatsAsync(
        IReadOnlyCollection<Heartbeat> heartbeats, CancellationToken cancellationToken)
    {
        if (heartbeats.Count == 0) return [];
        var rows = database.Rows(LatestPerDevice(heartbeats), DeviceId, At, Status, Metrics, Diagnostics);
        var written = await database.ChangeAsync(
            new Statement(
                $"""
                insert into presence (device_id, customer_id, status, previous_status, last_seen, metrics, diagnostics)
                select d.id, d.customer_id, r.status, 'offline', r.last_seen, r.metrics, r.diagnostics
                from {rows.Source} join devices d on d.id = r.device_id
                where true
                order by d.id
                on conflict (device_id) do update set
                  previous_status = presence.status, status = excluded.status, last_seen = excluded.last_seen,
                  metrics = coalesce(excluded.metrics, presence.metrics),
                  diagnostics = coalesce(excluded.diagnostics, presence.diagnostics)
                where excluded.last_seen > presence.last_seen
                returning device_id, customer_id, previous_status, status, last_seen
                """,
                rows.Parameters),
            ReadChange,
            Repeat.Safe,
            cancellationToken);
        return [.. written.Where(change => change.Status != change.Previous)];
    }

    public async Task<IReadOnlyList<PresenceChange>> MarkOfflineAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        await database.ChangeAsync(
            new Statement(
                """
                update presence set previous_status = status, status = 'offline'
                where status <> 'offline' and last_seen < @cutoff
                returning device_id, customer_id, previous_status, status, last_seen
                """,
                ("cutoff", now - Presence.OfflineAfter)),
            ReadChange,
            Repeat.Never,
            cancellationToken);

    /// <summary>One per device, as one statement may touch a row once; an earlier one lends the members that the latest leaves out.</summary>
    private static List<Heartbeat> LatestPerDevice(IReadOnlyCollection<Heartbeat> heartbeats)
    {
        var latest = new Dictionary<string, Heartbeat>(heartbeats.Count, StringComparer.Ordinal);
        foreach (var heartbeat in heartbeats)
            latest[heartbeat.DeviceId] = latest.TryGetValue(heartbeat.DeviceId, out var other) ? Merge(other, heartbeat) : heartbeat;
        return [.. latest.Values.OrderBy(heartbeat => heartbeat.DeviceId, StringComparer.Ordinal)];
    }

    /// <summary>Two heartbeats of one device as one: the later, with what only the earlier says. Of two at the same time the second is the later.</summary>
    internal static Heartbeat Merge(Heartbeat first, Heartbeat second)
    {
        var (earlier, later) = second.At >= first.At ? (first, second) : (second, first);
        return later with
        {
            MetricsJson = later.MetricsJson ?? earlier.MetricsJson,
            DiagnosticsJson = later.DiagnosticsJson ?? earlier.DiagnosticsJson,
        };
    }

    private static PresenceChange ReadChange(DbDataReader row) =>
        new(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.Time(4));
}
