using Gateway.Storage.Database;

namespace Gateway.Storage.Emergencies;

/// <summary>The table <c>emergency_replicas</c>.</summary>
internal sealed class ServiceResets(GatewayDatabase database) : IServiceResets
{
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(30);

    public Task NoteRestartedAsync(string replica, DateTimeOffset now, CancellationToken cancellationToken) => database.ExecuteAsync(
        [
            new(
                "update emergency_replicas set restarted_at = @now where replica = @replica and restarted_at is null",
                ("replica", replica), ("now", now)),
        ],
        Repeat.Safe,
        cancellationToken);

    public async Task<ServiceReset?> FindAsync(string replica, DateTimeOffset startedAt, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await database.QueryAsync(
            new Statement(
                """
                select e.id, cast(case
                  when e.requested_at < @overdue then 1
                  when e.released_at is null then 0
                  when exists (select 1 from emergency_nodes n where n.emergency_id = e.id and n.state = 'pending') then 0
                  else 1 end as bigint)
                from emergencies e
                where e.requested_at > @started and e.action = 'service_reset' and not exists
                  (select 1 from emergency_replicas r where r.emergency_id = e.id and r.replica = @replica and r.restarted_at is not null)
                order by e.requested_at desc limit 1
                """,
                ("replica", replica), ("started", startedAt), ("overdue", now - ReleaseLimit)),
            row => new ServiceReset(row.GetString(0), row.GetInt64(1) == 1),
            cancellationToken)).FirstOrDefault();

    public Task NoteSeenAsync(string id, string replica, string app, DateTimeOffset now, CancellationToken cancellationToken) => database.ExecuteAsync(
        [
            new(
                """
                insert into emergency_replicas (emergency_id, replica, app, seen_at) values (@id, @replica, @app, @now)
                on conflict (emergency_id, replica) do nothing
                """,
                ("id", id), ("replica", replica), ("app", app), ("now", now)),
        ],
        Repeat.Safe,
        cancellationToken);
}
