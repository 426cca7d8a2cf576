using System.Data.Common;
using Gateway.Core.Commands;
using Gateway.Storage.Database;

namespace Gateway.Storage.Emergencies;

/// <summary>The tables <c>emergencies</c>, <c>emergency_nodes</c> and <c>confirm_codes</c>: what is asked for and shown. The work on it is in <c>.Work.cs</c>.</summary>
internal sealed partial class EmergencyStore(GatewayDatabase database) : IEmergencyStore
{
    /// <summary>How long codes that are good no more stay.</summary>
    private static readonly TimeSpan KeepCodes = TimeSpan.FromDays(1);

    public Task AddCodeAsync(ConfirmCode code, DateTimeOffset now, CancellationToken cancellationToken) => database.ExecuteAsync(
        [
            new("delete from confirm_codes where expires_at < @cutoff", ("cutoff", now - KeepCodes)),
            new(
                // The same code again, once in a long time, is good again.
                """
                insert into confirm_codes (hash, issued_by, expires_at) values (@hash, @by, @expires)
                on conflict (hash) do update set issued_by = excluded.issued_by, expires_at = excluded.expires_at, used_at = null, used_for = null
                """,
                ("hash", code.Hash), ("by", code.IssuedBy), ("expires", code.ExpiresAt)),
        ],
        Repeat.Safe,
        cancellationToken);

    public async Task<bool> TryBeginAsync(NewEmergency action, string? codeHash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var statements = new List<Statement>(3);
        if (codeHash is not null)
            statements.Add(new(
                "update confirm_codes set used_at = @now, used_for = @id where hash = @hash and used_for is null and expires_at > @now",
                ("hash", codeHash), ("id", action.Id), ("now", now)));
        statements.Add(new(
            $"""
            insert into emergencies (id, action, kind, target, reason, approver, actor, requested_at)
            select @id, @action, @kind, @target, @reason, @approver, @actor, @now
            where {(codeHash is null ? "true" : "exists (select 1 from confirm_codes where hash = @hash and used_for = @id)")}
            on conflict (id) do nothing
            """,
            ("id", action.Id), ("action", action.Action.Name()), ("kind", action.Target.Kind.Name()), ("target", action.Target.Name),
            ("reason", action.Reason), ("approver", action.Approver), ("actor", action.Actor), ("now", now), ("hash", codeHash)));
        if (NodesOf(action.Target) is { } nodes)
            statements.Add(new(
                $"""
                insert into emergency_nodes (emergency_id, node_id, state)
                select e.id, n.id, 'pending' from emergencies e cross join nodes n where e.id = @id and {nodes}
                on conflict (emergency_id, node_id) do nothing
                """,
                ("id", action.Id), ("target", action.Target.Name)));
        await database.ExecuteAsync(statements, Repeat.Safe, cancellationToken);
        var begun = await database.QueryAsync(
            new Statement("select 1 from emergencies where id = @id", ("id", action.Id)), _ => true, cancellationToken);
        return begun.Count > 0;
    }

    public async Task<Emergency?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var found = await database.QueryAsync(
            new Statement(
                "select id, action, target, reason, approver, actor, requested_at, released_at, completed_at from emergencies where id = @id", ("id", id)),
            row => new Emergency(
                row.GetString(0), EmergencyNames.Action(row.GetString(1)), row.GetString(2), row.GetString(3), row.Text(4), row.GetString(5),
                row.Time(6), row.TimeOrNull(7), row.TimeOrNull(8), [], [], []),
            cancellationToken);
        if (found is not [var emergency]) return null;
        return emergency with
        {
            Releases = await PartAsync(
                """
                select device_id, command_id, state, cast((select count(*) from devices d where d.id = r.device_id and d.node_id is not null) as bigint)
                from emergency_releases r where emergency_id = @id order by device_id, command_id
                """,
                row => new EmergencyRelease(row.GetString(0), row.GetString(1), StateOf(row.GetString(2)), row.GetInt64(3) > 0)),
            Nodes = await PartAsync(
                "select node_id, state, notified_at, confirmed_at, returned_at from emergency_nodes where emergency_id = @id order by node_id",
                row => new EmergencyNode(
                    row.GetString(0), EmergencyNames.NodeState(row.GetString(1)), row.TimeOrNull(2), row.TimeOrNull(3), row.TimeOrNull(4))),
            Replicas = await PartAsync(
                "select replica, app, seen_at, restarted_at from emergency_replicas where emergency_id = @id order by replica",
                row => new EmergencyReplica(row.GetString(0), row.GetString(1), row.Time(2), row.TimeOrNull(3))),
        };

        async Task<IReadOnlyList<T>> PartAsync<T>(string text, Func<DbDataReader, T> read) =>
            await database.QueryAsync(new Statement(text, ("id", id)), read, cancellationToken);
    }

    private static CommandState StateOf(string name) =>
        CommandStates.TryParse(name, out var state) ? state : throw new FormatException($"{name} is no state.");

    /// <summary>The nodes that a target's action tells; null: none.</summary>
    private static string? NodesOf(EmergencyTarget target) => target.Kind switch
    {
        EmergencyTargetKind.Device => null,
        EmergencyTargetKind.Node => "n.id = @target",
        _ => "true",
    };
}
