using Gateway.Core.Devices;
using Gateway.Storage.Devices;
using Gateway.Storage.Tests.Kit;

namespace Gateway.Storage.Tests.Devices;

public abstract class DeviceCredentialsTests(ITestDatabases databases) : StorageTests(databases)
{
    [Fact]
    public async Task FindSecret_DeviceThatHasNotRegistered_IsNull()
    {
        await ProvisionAsync("pi-1");

        Assert.Null(await Store.Credentials.FindSecretAsync("pi-1", Token));
        Assert.Null(await Store.Credentials.FindSecretAsync("nobody", Token));
    }

    [Fact]
    public async Task FindSecrets_Some_AreFoundButThoseThatHaveNone()
    {
        await RegisterAsync("pi-1");
        await RegisterAsync("pi-2");
        await ProvisionAsync("pi-3");
        await Store.Devices.SetSuspendedAsync("pi-2", suspended: true, Token);

        var found = await Store.Credentials.FindSecretsAsync(["pi-1", "pi-2", "pi-3", "nobody"], Token);

        Assert.Equal(["pi-1", "pi-2"], found.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(new DeviceSecret("secret", DeviceLifecycle.Active), found["pi-1"]);
        Assert.Equal(DeviceLifecycle.Suspended, found["pi-2"].Lifecycle);
        Assert.Empty(await Store.Credentials.FindSecretsAsync([], Token));
    }

    [Fact]
    public async Task AddToken_ActiveDeviceWithItsSecret_IsFound()
    {
        await RegisterAsync("pi-1", "alice");

        Assert.True(await Store.Credentials.AddTokenAsync("token", "pi-1", "secret", Now.AddHours(1), Token));

        Assert.Equal(
            new DeviceToken("pi-1", "alice", DeviceLifecycle.Active, Now.AddHours(1), Revoked: false),
            await Store.Credentials.FindTokenAsync("token", Token));
        Assert.Null(await Store.Credentials.FindTokenAsync("other", Token));
    }

    [Fact]
    public async Task AddToken_OtherSecretOrDeviceNotActive_IsRefused()
    {
        await RegisterAsync("pi-1");
        await RegisterAsync("pi-2");
        await Store.Devices.SetSuspendedAsync("pi-2", true, Token);

        Assert.False(await Store.Credentials.AddTokenAsync("a", "pi-1", "wrong", Now.AddHours(1), Token));
        Assert.False(await Store.Credentials.AddTokenAsync("b", "pi-2", "secret", Now.AddHours(1), Token));
        Assert.False(await Store.Credentials.AddTokenAsync("c", "nobody", "secret", Now.AddHours(1), Token));
        Assert.Null(await Store.Credentials.FindTokenAsync("a", Token));
    }

    [Fact]
    public async Task FindToken_DeviceSuspendedSince_SaysSo()
    {
        await RegisterAsync("pi-1");
        await Store.Credentials.AddTokenAsync("token", "pi-1", "secret", Now.AddHours(1), Token);

        await Store.Devices.SetSuspendedAsync("pi-1", true, Token);

        Assert.Equal(DeviceLifecycle.Suspended, (await Store.Credentials.FindTokenAsync("token", Token))!.Lifecycle);
    }

    [Fact]
    public async Task FindToken_DeviceProvisionedAnewSince_StaysRevokedAfterItRegistersAgain()
    {
        await RegisterAsync("pi-1");
        await Store.Credentials.AddTokenAsync("old", "pi-1", "secret", Now.AddHours(1), Token);

        await Store.Devices.ReprovisionAsync("pi-1", "alice", "new", Now.AddDays(1), Token);
        Assert.True((await Store.Credentials.FindTokenAsync("old", Token))!.Revoked);

        await Store.Devices.RegisterAsync(new("pi-1", "new", "secret", null, null), Now, Token);
        Assert.True(await Store.Credentials.AddTokenAsync("new", "pi-1", "secret", Now.AddHours(1), Token));
        Assert.True((await Store.Credentials.FindTokenAsync("old", Token))!.Revoked);
        Assert.False((await Store.Credentials.FindTokenAsync("new", Token))!.Revoked);
    }

    [Fact]
    public async Task AddToken_WhileTheDeviceIsProvisionedAnew_LeavesNoGoodToken()
    {
        await RegisterAsync("pi-1");
        var replicas = new[] { Store, Replica() };

        var adding = Enumerable.Range(0, 32)
            .Select(i => Task.Run(() => replicas[i % 2].Credentials.AddTokenAsync("token-" + i, "pi-1", "secret", Now.AddHours(1), Token)))
            .ToList();
        await Store.Devices.ReprovisionAsync("pi-1", "alice", "new", Now.AddDays(1), Token);
        await Task.WhenAll(adding);

        foreach (var i in Enumerable.Range(0, 32))
            Assert.True(await Store.Credentials.FindTokenAsync("token-" + i, Token) is null or { Revoked: true });
    }
}

public sealed class DeviceCredentialsOnSqlite() : DeviceCredentialsTests(SqliteDatabases.Instance);

public sealed class DeviceCredentialsOnPostgres(PostgresDatabases postgres) : DeviceCredentialsTests(postgres);
