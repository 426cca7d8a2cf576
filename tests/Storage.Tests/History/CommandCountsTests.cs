using Gateway.Core.Commands;
using Gateway.Storage.Tests.Kit;
using static Gateway.Storage.Tests.Kit.Samples;

namespace Gateway.Storage.Tests.History;

public abstract class CommandCountsTests(ITestDatabases databases) : StorageTests(databases)
{
    [Fact]
    public async Task Live_CommandsOfSeveralDevices_AreCountedByState()
    {
        await Store.History.WriteAsync(
            [
                Run("pi-1", Enqueued(1, 1), Enqueued(2, 2), Claimed(3, 2, At + 60_000)),
                Run("pi-2", Enqueued(1, 1)),
                Run("pi-3", Enqueued(1, 1), Claimed(2, 1, At + 60_000), Ended(3, 1, CommandState.Completed, Result("done"))),
            ],
            Token);

        var live = await Store.Counts.LiveAsync(Token);

        Assert.Equal(2, live[CommandState.Queued]);
        Assert.Equal(1, live[CommandState.Claimed]);
        Assert.Equal(2, live.Count);
    }

    [Fact]
    public async Task Live_NoCommands_IsEmpty() => Assert.Empty(await Store.Counts.LiveAsync(Token));
}

public sealed class CommandCountsOnSqlite() : CommandCountsTests(SqliteDatabases.Instance);

public sealed class CommandCountsOnPostgres(PostgresDatabases postgres) : CommandCountsTests(postgres);
