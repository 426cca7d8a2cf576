using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Secrets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Actors.Tests.Hosting.Secrets;

/// <summary>What stands before what in a program's settings.</summary>
public sealed class SecretSettingsTests : IAsyncLifetime
{
    private ScriptedStore store = null!;

    public async ValueTask InitializeAsync()
    {
        store = await ScriptedStore.StartAsync();
        foreach (var name in SecretSettings.Names) store.Secrets[name] = new() { [name] = "of the store" };
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Fact]
    public async Task Settings_ArgumentsStandBeforeTheStore_AndThatBeforeTheRest()
    {
        var builder = GatewayBuilder.Create(["--ORCH_ADMIN_TOKEN=of an argument"]);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:Gateway"] = "of the rest", ["ORCH_NODE_TOKEN"] = "of the rest" });
        store.Secrets.Remove("ORCH_NODE_TOKEN");

        await builder.AddSecretsAsync(new GatewayOptions(), NullLogger.Instance, store.Address);

        Assert.Equal("of an argument", builder.Configuration["ORCH_ADMIN_TOKEN"]);
        Assert.Equal("of the store", builder.Configuration.GetConnectionString("Gateway"));
        Assert.Equal("of the store", builder.Configuration["SUPABASE_JWT_SECRET"]);
        Assert.Equal("of the rest", builder.Configuration["ORCH_NODE_TOKEN"]);
    }

    [Fact]
    public async Task Actors_AloneInTheirProcess_GetTheDatabaseOnly()
    {
        var builder = GatewayBuilder.Create([]);

        await builder.AddSecretsAsync(new GatewayOptions { Roles = "actors" }, NullLogger.Instance, store.Address);

        Assert.Equal("of the store", builder.Configuration.GetConnectionString("Gateway"));
        Assert.All(SecretSettings.Names.Skip(1), name => Assert.NotEqual("of the store", builder.Configuration[name]));
    }

    [Fact]
    public async Task OptionsThatAreWrong_NothingIsRead()
    {
        var builder = GatewayBuilder.Create([]);

        await builder.AddSecretsAsync(new GatewayOptions { AppPort = 0 }, NullLogger.Instance, store.Address);

        Assert.Null(builder.Configuration.GetConnectionString("Gateway"));
    }
}
