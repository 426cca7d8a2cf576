using Gateway.Core.Commands;
using Gateway.Storage.History;
using Gateway.Storage.Tests.Kit;
using static Gateway.Storage.Tests.Kit.Samples;

namespace Gateway.Storage.Tests.History;

public abstract class SessionStoreTests(ITestDatabases databases) : StorageTests(databases)
{
    private static readonly SessionRecord Opened = new()
    {
        Id = "sess_1",
        DeviceId = "pi-1",
        CustomerId = "alice",
        Type = "diagnostic",
        Description = "It is \"slow\" 🐌",
        Status = "active",
        CreatedAt = At,
        ExpiresAt = At + 3_600_000,
        LastSeq = 1,
    };

    [Fact]
    public async Task FindSession_Opened_IsActive()
    {
        await Store.History.WriteAsync([Run("pi-1", SessionOpened(1, "sess_1", At + 3_600_000))], Token);

        Assert.Equal(Opened, await Store.Sessions.FindSessionAsync("sess_1", Token));
        Assert.Null(await Store.Sessions.FindSessionAsync("sess_2", Token));
    }

    [Theory]
    [InlineData("closed", "customer:alice")]
    [InlineData("expired", null)]
    public async Task FindSession_Ended_SaysHowWhenAndByWhom(string status, string? by)
    {
        await Store.History.WriteAsync([Run("pi-1", SessionOpened(1, "sess_1", At + 3_600_000))], Token);
        await Store.History.WriteAsync([Run("pi-1", SessionEnded(2, "sess_1", status, At + 500, by))], Token);
        // Whoever had not heard writes the beginning again.
        await Store.History.WriteAsync([Run("pi-1", SessionOpened(1, "sess_1", At + 3_600_000))], Token);

        Assert.Equal(
            Opened with { Status = status, EndedAt = At + 500, EndedBy = by, LastSeq = 2 },
            await Store.Sessions.FindSessionAsync("sess_1", Token));
    }

    [Fact]
    public async Task ListSessions_OfADevice_AreTheCustomersOwnAndTheNewestFirst()
    {
        await Store.History.WriteAsync(
            [
                Run("pi-1", SessionOpened(1, "sess_1", At), SessionOpened(2, "sess_2", At), SessionOpened(3, "sess_3", At)),
                Run("pi-2", SessionOpened(1, "sess_4", At)),
            ],
            Token);

        var newest = await Store.Sessions.ListSessionsAsync("pi-1", "alice", null, 2, Token);
        var older = await Store.Sessions.ListSessionsAsync("pi-1", "alice", "sess_2", 2, Token);

        Assert.Equal(["sess_3", "sess_2"], newest.Select(session => session.Id));
        Assert.Equal(["sess_1"], older.Select(session => session.Id));
        Assert.Empty(await Store.Sessions.ListSessionsAsync("pi-1", "bob", null, 2, Token));
    }

    [Fact]
    public async Task ListCommands_OfASession_AreInTheirOrderWithResults()
    {
        var definition = Definition() with { SessionId = "sess_1" };
        await Store.History.WriteAsync(
            [
                Run("pi-1",
                    SessionOpened(1, "sess_1", At + 3_600_000), Enqueued(2, 1, definition), Enqueued(3, 2, definition), Enqueued(4, 3),
                    Enqueued(5, 4, definition)),
            ],
            Token);
        // A partial record, as its command's beginning is stored already, must not forget the session.
        await Store.History.WriteAsync([Run("pi-1", Claimed(6, 2, At), Ended(7, 2, CommandState.Completed, Result("done")))], Token);

        var first = await Store.Sessions.ListCommandsAsync("sess_1", null, 2, Token);
        var rest = await Store.Sessions.ListCommandsAsync("sess_1", first[^1].CommandId, 2, Token);

        Assert.Equal([CommandId(1), CommandId(2)], first.Select(command => command.CommandId));
        Assert.Equal((CommandState.Completed, "done"), (first[1].State, first[1].Result!.Output!.Text));
        Assert.Equal([CommandId(4)], rest.Select(command => command.CommandId));
        Assert.Empty(await Store.Sessions.ListCommandsAsync("sess_2", null, 2, Token));

        var newest = await Store.Sessions.ListNewestCommandsAsync("sess_1", null, 2, Token);
        var older = await Store.Sessions.ListNewestCommandsAsync("sess_1", newest[^1].CommandId, 2, Token);
        Assert.Equal([CommandId(4), CommandId(2)], newest.Select(command => command.CommandId));
        Assert.Equal([CommandId(1)], older.Select(command => command.CommandId));
    }
}

public sealed class SessionStoreOnSqlite() : SessionStoreTests(SqliteDatabases.Instance);

public sealed class SessionStoreOnPostgres(PostgresDatabases postgres) : SessionStoreTests(postgres);
