using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Storage.Audit;
using Gateway.Storage.Tests.Kit;
using static Gateway.Storage.Tests.Kit.Samples;

namespace Gateway.Storage.Tests.Audit;

public abstract class AuditLogTests(ITestDatabases databases) : StorageTests(databases)
{
    [Fact]
    public async Task Append_Entries_AreListedTheNewestFirst()
    {
        var provisioned = new AuditEntry { At = Now, Actor = "customer:alice", Action = "device.provision", DeviceId = "pi-1" };
        var approved = new AuditEntry
        {
            At = Now,
            Actor = "customer:alice",
            Action = "command.approve",
            DeviceId = "pi-2",
            SessionId = "sess_1",
            CommandId = "c",
            DetailJson = """{"reason":"it's \"fine\" 🍳"}""",
        };
        await Store.Audit.AppendAsync(provisioned, Token);
        await Store.Audit.AppendAsync(approved, Token);

        Assert.Equal([approved, provisioned], await Store.Audit.ListAsync(null, 10, Token));
        Assert.Equal([approved], await Store.Audit.ListAsync(null, 1, Token));
        Assert.Equal([provisioned], await Store.Audit.ListAsync("pi-1", 10, Token));
    }

    [Fact]
    public async Task Events_OfWhatPeopleDid_AreListedByTheirActions()
    {
        var closed = SessionEnded(9, "sess_1", "closed", At + 8, "customer:alice");
        await Store.History.WriteAsync(
            [
                Run(
                    "pi-1",
                    SessionOpened(1, "sess_1", At + 3_600_000),
                    Enqueued(2, 1) with { SessionId = "sess_1", By = "customer:alice" },
                    Enqueued(3, 2) with { By = "orchestrator:admin" },
                    Ended(4, 2, CommandState.Rejected) with { By = "customer:alice", Reason = "\"Too\" risky é" },
                    new QueueEvent { Seq = 5, At = At, Kind = QueueEventKind.Approved, CommandId = CommandId(1), State = CommandState.Queued, By = "customer:alice" },
                    Claimed(6, 1, At) with { By = "device:pi-1" },
                    Ended(7, 1, CommandState.Completed, Result("ok")) with { By = "device:pi-1" },
                    Ended(8, 3, CommandState.Cancelled) with { By = "device:pi-1", Reason = "Given back after its session had ended." },
                    closed),
                Run("pi-2", SessionEnded(1, "sess_2", "expired", At, null), Ended(2, 1, CommandState.Cancelled) with { By = "orchestrator:admin" }),
            ],
            Token);

        var entries = (await Store.Audit.ListAsync(null, 20, Token)).Reverse().ToList();

        Assert.Equal(
            [
                "pi-1 customer:alice session.open sess_1  {\"type\":\"diagnostic\"}",
                $"pi-1 customer:alice command.enqueue sess_1 {CommandId(1)} {{\"type\":\"system_info\"}}",
                $"pi-1 orchestrator:admin command.enqueue  {CommandId(2)} {{\"type\":\"system_info\"}}",
                $"pi-1 customer:alice command.reject  {CommandId(2)} {{\"reason\":\"\\\"Too\\\" risky é\"}}",
                $"pi-1 customer:alice command.approve  {CommandId(1)} ",
                "pi-1 customer:alice session.close sess_1  ",
                $"pi-2 orchestrator:admin command.cancel  {CommandId(1)} ",
            ],
            entries.Select(e => $"{e.DeviceId} {e.Actor} {e.Action} {e.SessionId} {e.CommandId} {e.DetailJson}"));
        Assert.Equal(closed.At, entries[5].At.ToUnixTimeMilliseconds());
    }
}

public sealed class AuditLogOnSqlite() : AuditLogTests(SqliteDatabases.Instance);

public sealed class AuditLogOnPostgres(PostgresDatabases postgres) : AuditLogTests(postgres);
