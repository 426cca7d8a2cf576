using Gateway.Core.Commands;
using Gateway.Storage.Database;

namespace Gateway.Storage.Emergencies;

/// <summary>How actions go on, on whatever replica.</summary>
internal sealed partial class EmergencyStore
{
    /// <summary>How long a node may go untold.</summary>
    private static readonly TimeSpan ToldWithin = TimeSpan.FromSeconds(10);

    /// <summary>How long programs have to see a service reset before it may be completed, and to begin anew before it is completed without them.</summary>
    private static readonly TimeSpan SeenWithin = TimeSpan.FromSeconds(3), RestartedWithin = TimeSpan.FromMinutes(2);

    private static readonly Column<ReleasedCommand> DeviceId = Column<ReleasedCommand>.OfText("device_id", command => command.DeviceId);
    private static readonly Column<ReleasedCommand> CommandId = Column<ReleasedCommand>.OfText("command_id", command => command.CommandId);
    private static readonly Column<ReleasedCommand> State = Column<ReleasedCommand>.OfText("state", command => command.State.Name());
    private static readonly Column<string> NodeId = Column<string>.OfText("node_id", id => id);

    public async Task<IReadOnlyList<OpenEmergency>> ListOpenAsync(CancellationToken cancellationToken) => await database.QueryAsync(
        new Statement("select id, action, kind, target, reason, actor, released_at from emergencies where completed_at is null order by id"),
        row => new OpenEmergency(
            row.GetString(0), EmergencyNames.Action(row.GetString(1)), new(EmergencyNames.Kind(row.GetString(2)), row.GetString(3)),
            row.GetString(4), row.GetString(5), row.Number(6) is not null),
        cancellationToken);

    public async Task<string?> TryWorkAsync(
        string id, string worker, DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken) =>
        (await database.ChangeAsync(
            new Statement(
                """
                update emergencies set worker = @worker, worker_until = @until
                where id = @id and released_at is null and (worker is null or worker = @worker or worker_until < @now)
                returning done_through
                """,
                ("id", id), ("worker", worker), ("now", now), ("until", until)),
            row => row.GetString(0),
            Repeat.Safe,
            cancellationToken)).FirstOrDefault();

    public async Task<IReadOnlyList<string>> ListTargetAsync(EmergencyTarget target, string after, int limit, CancellationToken cancellationToken)
    {
        var where = target.Kind switch
        {
            EmergencyTargetKind.Everything => "not exists (select 1 from nodes n where n.id = devices.id)",
            EmergencyTargetKind.Nodes => "node_id is not null",
            EmergencyTargetKind.Node => "node_id = @target",
            _ => "id = @target and node_id is not null",
        };
        return await database.QueryAsync(
            new Statement(
                $"select id from devices where id > @after and {where} order by id limit @limit",
                ("after", after), ("limit", limit), ("target", target.Name)),
            row => row.GetString(0),
            cancellationToken);
    }

    public Task NoteReleasesAsync(
        string id, string worker, IReadOnlyCollection<ReleasedCommand> released, ReleaseProgress progress, CancellationToken cancellationToken)
    {
        var statements = new List<Statement>(2);
        if (released.Count > 0)
        {
            var rows = database.Rows(released, DeviceId, CommandId, State);
            statements.Add(new(
                $"""
                insert into emergency_releases (emergency_id, device_id, command_id, state)
                select @id, r.device_id, r.command_id, r.state from {rows.Source} where true
                on conflict (emergency_id, device_id, command_id) do nothing
                """,
                [.. rows.Parameters, ("id", id)]));
        }

        statements.Add(new(
            $"update emergencies set done_through = @through, worker_until = @until{(progress.IsDone ? ", released_at = @now" : "")} where id = @id and worker = @worker and released_at is null",
            ("id", id), ("worker", worker), ("through", progress.Through), ("until", progress.Until), ("now", progress.Now)));
        return database.ExecuteAsync(statements, Repeat.Safe, cancellationToken);
    }

    public async Task<IReadOnlyList<PendingNode>> ListPendingAsync(IReadOnlyCollection<string> nodeIds, CancellationToken cancellationToken)
    {
        if (nodeIds.Count == 0) return [];
        var rows = database.Rows(nodeIds, NodeId);
        return await database.QueryAsync(
            new Statement(
                $"""
                select n.emergency_id, n.node_id from emergencies e join emergency_nodes n on n.emergency_id = e.id
                where e.completed_at is null and e.released_at is not null and n.state = 'pending' and n.node_id in (select r.node_id from {rows.Source})
                order by n.emergency_id, n.node_id
                """,
                rows.Parameters),
            row => new PendingNode(row.GetString(0), row.GetString(1)),
            cancellationToken);
    }

    public async Task<IReadOnlyList<string>> ListReleasedAsync(string id, string nodeId, CancellationToken cancellationToken) =>
        await database.QueryAsync(
            new Statement(
                """
                select r.command_id from emergency_releases r join devices d on d.id = r.device_id
                where r.emergency_id = @id and d.node_id = @node order by r.command_id
                """,
                ("id", id), ("node", nodeId)),
            row => row.GetString(0),
            cancellationToken);

    public Task NoteToldAsync(
        PendingNode told, NodeResetState state, string replica, DateTimeOffset notifiedAt, DateTimeOffset? confirmedAt, CancellationToken cancellationToken) =>
        database.ExecuteAsync(
            [
                new(
                    """
                    update emergency_nodes set state = @state, replica = @replica, notified_at = @notified, confirmed_at = @confirmed
                    where emergency_id = @id and node_id = @node and state = 'pending'
                    """,
                    ("id", told.EmergencyId), ("node", told.NodeId), ("state", state.Name()), ("replica", replica),
                    ("notified", notifiedAt), ("confirmed", confirmedAt?.ToUnixTimeMilliseconds())),
            ],
            Repeat.Safe,
            cancellationToken);

    public Task NoteReturnAsync(string nodeId, DateTimeOffset now, CancellationToken cancellationToken) => database.ExecuteAsync(
        [
            new(
                "update emergency_nodes set returned_at = @now where node_id = @node and returned_at is null and state <> 'pending'",
                ("node", nodeId), ("now", now)),
        ],
        Repeat.Safe,
        cancellationToken);

    public Task SettleAsync(DateTimeOffset now, CancellationToken cancellationToken) => database.ExecuteAsync(
        [
            new(
                """
                update emergency_nodes set state = 'offline'
                where state = 'pending' and emergency_id in (select id from emergencies where completed_at is null and released_at < @cutoff)
                """,
                ("cutoff", now - ToldWithin)),
            new(
                """
                update emergencies set completed_at = @now
                where completed_at is null and released_at is not null
                  and not exists (select 1 from emergency_nodes n where n.emergency_id = emergencies.id and n.state = 'pending')
                  and (action = 'soft_reset' or requested_at < @given_up or (requested_at < @seen
                    and exists (select 1 from emergency_replicas r where r.emergency_id = emergencies.id)
                    and not exists (select 1 from emergency_replicas r where r.emergency_id = emergencies.id and r.restarted_at is null)))
                """,
                ("now", now), ("seen", now - SeenWithin), ("given_up", now - RestartedWithin)),
        ],
        Repeat.Safe,
        cancellationToken);
}
