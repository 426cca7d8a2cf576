using System.Globalization;
using Gateway.Actors.Hosting;
using Gateway.Api.Auth.Customers;
using Gateway.Api.Surfaces.Orchestrator.Access;
using Gateway.Portal;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Portal;

/// <summary>
/// Hosts the portal at <c>/</c>. It is a client of this program like any other: it calls the surfaces over the app port on this machine,
/// with its customers' and operators' own tokens.
/// </summary>
internal static class PortalHosting
{
    /// <summary>The folder under the data folder that has the keys of the portal's cookies, unless the relational store has them.</summary>
    private const string KeysFolder = "portal-keys";

    /// <summary>Adds the portal. Settings: <c>SUPABASE_URL</c>, <c>SUPABASE_ANON_KEY</c>, <c>Gateway:Portal:KeysPath</c>.</summary>
    public static void AddPortalPages(this WebApplicationBuilder builder, GatewayOptions options)
    {
        var services = builder.Services;
        services.AddPortal();
        builder.AddPortalKeys(options);
        services.AddOptions<PortalOptions>().Configure<IServiceProvider, IOptions<SupabaseOptions>>((portal, provider, supabase) =>
        {
            portal.Gateway = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{options.AppPort}/"));
            portal.SupabaseUrl = supabase.Value.Url is { } url ? new Uri(url) : null;
            portal.SupabaseAnonKey = builder.Configuration["SUPABASE_ANON_KEY"] is { Length: > 0 } key ? key : null;
            portal.RequiresHttps = options.PublicUrl.StartsWith("https:", StringComparison.OrdinalIgnoreCase);
            if (!builder.Environment.IsDevelopment()) return;
            if (supabase.Value.JwtSecret is not null) portal.IssueDevelopmentToken = provider.GetRequiredService<CustomerTokens>().Issue;
            portal.DevelopmentOperatorToken = () => provider.GetRequiredService<IOptions<OrchestratorTokenOptions>>().Value.Admin;
        });
    }

    /// <summary>Says where the keys of the portal's cookies are.</summary>
    public static void AddPortalKeys(this WebApplicationBuilder builder, GatewayOptions options)
    {
        // Kept, so that everybody stays signed in when the program starts anew, and where every replica finds them.
        var protection = builder.Services.AddDataProtection().SetApplicationName("Gateway");
        var folder = builder.Configuration["Gateway:Portal:KeysPath"];
        if (string.IsNullOrEmpty(folder) && !string.IsNullOrWhiteSpace(builder.Configuration.GetConnectionString("Gateway")))
        {
            builder.Services.AddSingleton<StoredKeys>();
            builder.Services.AddOptions<KeyManagementOptions>().Configure<StoredKeys>((keys, stored) => keys.XmlRepository = stored);
        }
        else
        {
            folder = string.IsNullOrEmpty(folder) ? Path.Combine(options.DataPath, KeysFolder) : folder;
            protection.PersistKeysToFileSystem(new DirectoryInfo(Path.GetFullPath(folder)));
        }
    }

    /// <summary>Maps the portal, with what its pages need in the pipeline; after authorization.</summary>
    public static void MapPortalPages(this WebApplication app)
    {
        app.UsePortal();
        app.MapPortal();
    }
}
