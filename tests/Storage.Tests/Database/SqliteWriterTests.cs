using Gateway.Storage.Database;
using Gateway.Storage.Database.Sqlite;
using Gateway.Storage.Tests.Kit;

namespace Gateway.Storage.Tests.Database;

/// <summary>Group commit: many calls in one commit, each with its own end.</summary>
public sealed class SqliteWriterTests : IAsyncLifetime
{
    private readonly SqliteTestDatabase folder = new();
    private SqliteDatabase database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = new SqliteDatabase(folder.Folder);
        await database.ExecuteAsync([new Statement("create table t (n integer primary key)")], Repeat.Never, Token);
    }

    public async ValueTask DisposeAsync()
    {
        await database.DisposeAsync();
        await folder.DisposeAsync();
    }

    [Fact]
    public async Task Execute_OneOfManyAtOnceFails_OnlyItsOwnPartIsTakenBack()
    {
        var writes = Enumerable.Range(1, 100).Select(i => Task.Run(() => database.ExecuteAsync(
            // The number 50 writes a row and then breaks.
            [Insert(i), i == 50 ? new Statement("insert into nowhere values (1)") : Insert(1000 + i)], Repeat.Never, Token))).ToList();

        await Assert.ThrowsAnyAsync<Exception>(() => Task.WhenAll(writes));

        Assert.True(writes[49].IsFaulted);
        Assert.All(writes.Where((_, i) => i != 49), write => Assert.Equal(2, write.Result));
        Assert.Equal(198, await CountAsync());
        Assert.Equal(0, await CountAsync("where n = 50"));
    }

    [Fact]
    public async Task Execute_AfterDispose_IsUnavailable()
    {
        await database.DisposeAsync();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => database.ExecuteAsync([Insert(1)], Repeat.Never, Token));
    }

    [Fact]
    public async Task Execute_FaultOfOurs_KeepsItsOwnException()
    {
        var e = await Assert.ThrowsAsync<Microsoft.Data.Sqlite.SqliteException>(
            () => database.ExecuteAsync([Insert(1), Insert(1)], Repeat.Never, Token));

        Assert.Equal(19, e.SqliteErrorCode); // SQLITE_CONSTRAINT
        Assert.Equal(0, await CountAsync());
    }

    private static Statement Insert(int n) => new("insert into t values (@n)", ("n", n));

    private async Task<long> CountAsync(string where = "") =>
        (await database.QueryAsync(new Statement("select count(*) from t " + where), row => row.GetInt64(0), Token))[0];
}
