using Dapr.Actors.Client;
using Dapr.Client;
using Gateway.Dapr.Tests.Actors;
using Gateway.Dapr.Tests.Kit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Dapr.Tests.Client;

/// <summary>These change the process's environment, so nothing else runs beside them.</summary>
[CollectionDefinition(nameof(EnvironmentCollection), DisableParallelization = true)]
public class EnvironmentCollection;

[Collection(nameof(EnvironmentCollection))]
public sealed class DefaultsTests : IDisposable
{
    private static readonly string[] Names = ["DAPR_HTTP_ENDPOINT", "DAPR_HTTP_PORT", "DAPR_API_TOKEN"];
    private readonly Dictionary<string, string?> before = Names.ToDictionary(name => name, Environment.GetEnvironmentVariable);

    public DefaultsTests() => Array.ForEach(Names, name => Environment.SetEnvironmentVariable(name, null));

    public void Dispose()
    {
        foreach (var (name, value) in before) Environment.SetEnvironmentVariable(name, value);
    }

    [Theory]
    [InlineData(null, null, "http://localhost:3500/")]
    [InlineData(null, "4711", "http://localhost:4711/")]
    [InlineData("https://sidecar.example:8443", "4711", "https://sidecar.example:8443/")]
    [InlineData("http://127.0.0.1:3501/", null, "http://127.0.0.1:3501/")]
    [InlineData("https://sidecar.example", null, "https://sidecar.example/")]
    public void Endpoint_Environment_EndpointBeforePortBefore3500(string? endpoint, string? port, string expected)
    {
        Environment.SetEnvironmentVariable("DAPR_HTTP_ENDPOINT", endpoint);
        Environment.SetEnvironmentVariable("DAPR_HTTP_PORT", port);
        Assert.Equal(expected, new DaprClientBuilder().HttpEndpoint);
        Assert.Equal(expected, new ActorProxyOptions().HttpEndpoint);
        using var handler = new InvocationHandler();
        Assert.Equal(expected, handler.DaprEndpoint);
    }

    [Fact]
    public void Token_Environment_IsTheDefault()
    {
        Assert.Equal(string.Empty, new DaprClientBuilder().DaprApiToken);
        Environment.SetEnvironmentVariable("DAPR_API_TOKEN", "from-environment");
        Assert.Equal("from-environment", new DaprClientBuilder().DaprApiToken);
        Assert.Equal("from-environment", new ActorProxyOptions().DaprApiToken);
    }

    [Fact]
    public async Task AddDaprClient_Configuration_WinsOverTheEnvironment()
    {
        await using var sidecar = await ScriptedSidecar.StartAsync();
        Environment.SetEnvironmentVariable("DAPR_HTTP_ENDPOINT", "http://127.0.0.1:9");
        Environment.SetEnvironmentVariable("DAPR_API_TOKEN", "from-environment");
        await using var services = Services(services => services.AddDaprClient(), new()
        {
            ["DAPR_HTTP_ENDPOINT"] = sidecar.Endpoint,
            ["DAPR_API_TOKEN"] = "from-configuration",
        });

        Assert.True(await services.GetRequiredService<DaprClient>().CheckHealthAsync());
        Assert.Equal("from-configuration", sidecar.Request.Header("dapr-api-token"));
        Assert.Same(services.GetRequiredService<DaprClient>(), services.GetRequiredService<DaprClient>());
    }

    [Fact]
    public async Task AddDaprClient_NoConfiguration_TakesTheEnvironment()
    {
        await using var sidecar = await ScriptedSidecar.StartAsync();
        Environment.SetEnvironmentVariable("DAPR_HTTP_ENDPOINT", sidecar.Endpoint);
        Environment.SetEnvironmentVariable("DAPR_API_TOKEN", "from-environment");
        await using var services = Services(services => services.AddDaprClient(), []);
        Assert.True(await services.GetRequiredService<DaprClient>().CheckHealthAsync());
        Assert.Equal("from-environment", sidecar.Request.Header("dapr-api-token"));
    }

    [Fact]
    public async Task AddDaprClient_Builder_HasTheLastWord()
    {
        await using var sidecar = await ScriptedSidecar.StartAsync();
        await using var services = Services(
            services => services.AddDaprClient((_, builder) => builder.UseHttpEndpoint(sidecar.Endpoint).UseDaprApiToken("mine")),
            new() { ["DAPR_HTTP_ENDPOINT"] = "http://127.0.0.1:9", ["DAPR_API_TOKEN"] = "from-configuration" });
        Assert.True(await services.GetRequiredService<DaprClient>().CheckHealthAsync());
        Assert.Equal("mine", sidecar.Request.Header("dapr-api-token"));
    }

    [Fact]
    public async Task AddActors_Configuration_WinsOverTheEnvironment()
    {
        await using var sidecar = await ScriptedSidecar.StartAsync();
        Environment.SetEnvironmentVariable("DAPR_HTTP_PORT", "9");
        await using var services = Services(
            services => services.AddActors(options => options.UseJsonSerialization = true),
            new() { ["DAPR_HTTP_ENDPOINT"] = sidecar.Endpoint, ["DAPR_API_TOKEN"] = "from-configuration" });

        var proxies = services.GetRequiredService<IActorProxyFactory>();
        await proxies.CreateActorProxy<ICounterActor>(new("1"), "Counter").ResetAsync();
        Assert.Equal("PUT /v1.0/actors/Counter/1/method/ResetAsync", sidecar.Request.Line);
        Assert.Equal("from-configuration", sidecar.Request.Header("dapr-api-token"));
    }

    private static ServiceProvider Services(Action<IServiceCollection> add, Dictionary<string, string?> configuration)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(configuration).Build());
        add(services);
        return services.BuildServiceProvider();
    }
}
