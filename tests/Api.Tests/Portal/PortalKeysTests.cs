using System.Security.Cryptography;
using Gateway.Actors.Hosting;
using Gateway.Api.Auth.Customers;
using Gateway.Api.Portal;
using Gateway.Api.Tests.RateLimits;
using Gateway.Storage;
using Gateway.Storage.ProtectionKeys;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Gateway.Api.Tests.Portal;

/// <summary>Where the keys of the portal's cookies are, as replicas that each have a data folder of their own.</summary>
public sealed class PortalKeysTests(OnePostgres postgres) : IClassFixture<OnePostgres>, IAsyncLifetime
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("gateway-keys-");
    private readonly List<WebApplication> replicas = [];
    private string database = "";

    public async ValueTask InitializeAsync() => database = await postgres.Server.CreateDatabaseAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas) await replica.DisposeAsync();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Postgres_ReplicasThatStartAtOnce_ReadEachOthersCookies()
    {
        await Build(database).Services.GetRequiredService<IStorageStartup>().MigrateAsync(TestContext.Current.CancellationToken);
        var protectors = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => ProtectorOf(Build(database)))));
        var cookies = protectors.Select(protector => protector.Protect("alice")).ToList();
        Assert.All(protectors, protector => Assert.All(cookies, cookie => Assert.Equal("alice", protector.Unprotect(cookie))));

        // And one that comes later, when they are gone.
        var later = ProtectorOf(Build(database));
        Assert.All(cookies, cookie => Assert.Equal("alice", later.Unprotect(cookie)));
        Assert.Empty(folder.EnumerateFiles("*.xml", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Postgres_WithAFolderSet_UsesTheFolder()
    {
        var keys = Path.Combine(folder.FullName, "shared");
        var one = Build(database, ("Gateway:Portal:KeysPath", keys));
        await one.Services.GetRequiredService<IStorageStartup>().MigrateAsync(TestContext.Current.CancellationToken);
        var cookie = ProtectorOf(one).Protect("alice");
        Assert.Equal("alice", ProtectorOf(Build(database, ("Gateway:Portal:KeysPath", keys))).Unprotect(cookie));
        Assert.Empty(await one.Services.GetRequiredService<IProtectionKeys>().ListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Sqlite_KeepsThemInTheDataFolder()
    {
        var cookie = ProtectorOf(Build(null, ("Gateway:DataPath", folder.FullName))).Protect("alice");
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(folder.FullName, "portal-keys"), "*.xml"));
        Assert.Equal("alice", ProtectorOf(Build(null, ("Gateway:DataPath", folder.FullName))).Unprotect(cookie));
        Assert.Throws<CryptographicException>(() => ProtectorOf(Build(null)).Unprotect(cookie));
    }

    private WebApplication Build(string? connectionString, params (string Name, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration["Gateway:DataPath"] = Path.Combine(folder.FullName, Path.GetRandomFileName());
        builder.Configuration["ConnectionStrings:Gateway"] = connectionString;
        foreach (var (name, value) in settings) builder.Configuration[name] = value;
        builder.Logging.ClearProviders();
        var options = builder.AddGatewayOptions();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddGatewayStorage(builder.Configuration);
        builder.Services.AddCustomerAuthentication(options.DataPath);
        builder.AddPortalPages(options);
        var replica = builder.Build();
        lock (replicas) replicas.Add(replica);
        return replica;
    }

    private static IDataProtector ProtectorOf(WebApplication replica) =>
        replica.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("cookie");
}
