using Gateway.Storage.Audit;
using Gateway.Storage.Tests.Kit;

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
}

public sealed class AuditLogOnSqlite() : AuditLogTests(SqliteDatabases.Instance);

public sealed class AuditLogOnPostgres(PostgresDatabases postgres) : AuditLogTests(postgres);
