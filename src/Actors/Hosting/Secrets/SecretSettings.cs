using Dapr.Client;
using Microsoft.Extensions.Configuration.CommandLine;

namespace Gateway.Actors.Hosting.Secrets;

/// <summary>
/// Settings that are secrets, from the Dapr secret store (DESIGN, "Configuration contract"): read once, before anything is built on them. What the
/// store has stands before the environment and the settings' files; an argument of the program stands before the store.
/// </summary>
public static class SecretSettings
{
    /// <summary>What every program may find there: the name of <c>ConnectionStrings:Gateway</c> as the environment has it.</summary>
    private const string Database = "ConnectionStrings__Gateway";

    /// <summary>What a process with the role <c>api</c> may find there besides.</summary>
    private static readonly string[] OfSurfaces =
        ["SUPABASE_JWT_SECRET", "SUPABASE_URL", "SUPABASE_ANON_KEY", "ORCH_ADMIN_TOKEN", "ORCH_NODE_TOKEN"];

    /// <summary>All names of the contract.</summary>
    public static IReadOnlyList<string> Names { get; } = [Database, .. OfSurfaces];

    /// <summary>Adds what the store of a sidecar has to the settings, after waiting for the sidecar if need be.</summary>
    /// <param name="builder">The program's builder.</param>
    /// <param name="options">The program's options; where they are wrong nothing is read, and <see cref="GatewayBackend.ValidateSettings"/> tells.</param>
    /// <param name="logger">Takes the names of what was found.</param>
    /// <param name="sidecar">The sidecar, if not the one that the settings name.</param>
    /// <exception cref="GatewayStartException">The sidecar or its store does not answer within <see cref="GatewayOptions.SidecarSection.StartTimeout"/>.</exception>
    public static async Task AddSecretsAsync(this WebApplicationBuilder builder, GatewayOptions options, ILogger logger, Uri? sidecar = null)
    {
        if (!options.IsValid) return;
        var typed = ((IConfigurationRoot)builder.Configuration).Providers.OfType<CommandLineConfigurationProvider>().ToList();
        var wanted = (options.HostsApi ? Names : [Database]).Where(name => !typed.Any(provider => provider.TryGet(Setting(name), out _))).ToList();

        await using var services = ServicesFor(builder.Configuration, sidecar);
        var store = new SecretStore(services.GetRequiredService<DaprClient>(), TimeProvider.System, logger);
        var found = await store.ReadAsync(wanted, options.Sidecar.StartTimeout, CancellationToken.None);
        builder.Configuration.AddInMemoryCollection(found.Select(secret => KeyValuePair.Create(Setting(secret.Key), (string?)secret.Value)));
    }

    /// <summary>The client as the program will have it, though nothing of the program is there yet.</summary>
    private static ServiceProvider ServicesFor(IConfiguration configuration, Uri? sidecar)
    {
        var settings = new ConfigurationBuilder().AddConfiguration(configuration);
        if (sidecar is not null) settings.AddInMemoryCollection([new("DAPR_HTTP_ENDPOINT", sidecar.ToString())]);
        var services = new ServiceCollection().AddSingleton<IConfiguration>(settings.Build());
        services.AddDaprClient();
        return services.BuildServiceProvider();
    }

    private static string Setting(string name) => name.Replace("__", ":", StringComparison.Ordinal);
}
