using Gateway.Storage.Tests.Kit;

namespace Gateway.Storage.Tests.ProtectionKeys;

public abstract class ProtectionKeysTests(ITestDatabases databases) : StorageTests(databases)
{
    [Fact]
    public async Task Keys_OfSeveralReplicas_AreReadByAllInTheOrderInWhichTheyWereMade()
    {
        var other = Replica().ProtectionKeys;
        Assert.Empty(await other.ListAsync(Token));
        await Store.ProtectionKeys.AddAsync("b", "<key id=\"ü\"/>", Now, Token);
        await other.AddAsync("a", "<key/>", Now.AddSeconds(1), Token);
        await other.AddAsync("c", "<earlier/>", Now.AddDays(-1), Token);
        Assert.Equal(["<earlier/>", "<key id=\"ü\"/>", "<key/>"], await Store.ProtectionKeys.ListAsync(Token));
    }

    [Fact]
    public async Task Add_NameThatIsThere_LeavesTheKeyAsItWas()
    {
        await Store.ProtectionKeys.AddAsync("a", "<first/>", Now, Token);
        await Store.ProtectionKeys.AddAsync("a", "<second/>", Now, Token);
        Assert.Equal(["<first/>"], await Store.ProtectionKeys.ListAsync(Token));
    }
}

public sealed class ProtectionKeysOnSqlite() : ProtectionKeysTests(SqliteDatabases.Instance);

public sealed class ProtectionKeysOnPostgres(PostgresDatabases postgres) : ProtectionKeysTests(postgres);
