using System.Globalization;
using Gateway.Actors.Hosting;
using Gateway.Api.Auth.Customers;
using Gateway.Portal;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Portal;

/// <summary>
/// Hosts the portal at <c>/</c>. It is a client of this program like any other: it calls the surface over the app port on this machine,
/// with its customers' own tokens.
/// </summary>
internal static class PortalHosting
{
    /// <summary>The folder under the data folder that has the keys of the portal's cookies.</summary>
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
            if (builder.Environment.IsDevelopment() && supabase.Value.JwtSecret is not null)
                portal.IssueDevelopmentToken = provider.GetRequiredService<CustomerTokens>().Issue;
        });
    }

    /// <summary>Says where the keys of the portal's cookies are.</summary>
    public static void AddPortalKeys(this WebApplicationBuilder builder, GatewayOptions options)
    {
        // Kept, so that everybody stays signed in when the program starts anew. Several replicas need one folder for all.
        var keys = builder.Configuration["Gateway:Portal:KeysPath"] is { Length: > 0 } path ? path : Path.Combine(options.DataPath, KeysFolder);
        builder.Services.AddDataProtection().SetApplicationName("Gateway").PersistKeysToFileSystem(new DirectoryInfo(Path.GetFullPath(keys)));
    }

    /// <summary>Maps the portal, with what its pages need in the pipeline; after authorization.</summary>
    public static void MapPortalPages(this WebApplication app)
    {
        app.UsePortal();
        app.MapPortal();
    }
}
