using System.ComponentModel.DataAnnotations;

namespace Gateway.Actors.Hosting;

/// <summary>What a process is and where it listens (DESIGN, "Configuration contract"). Bound from <c>Gateway</c>.</summary>
public sealed class GatewayOptions : IValidatableObject
{
    /// <summary>What this process hosts, separated by commas: <c>api</c>, <c>actors</c>. Default both.</summary>
    [Required] public string Roles { get; set; } = "api,actors";

    /// <summary>Where the surfaces, sockets, portal and health listen. Default <c>http://localhost:8000</c>.</summary>
    [Required] public string PublicUrl { get; set; } = "http://localhost:8000";

    /// <summary>Port on 127.0.0.1 that the sidecar calls. Default 8001; 1 to 65535.</summary>
    [Range(1, 65_535)] public int AppPort { get; set; } = 8001;

    /// <summary>The folder of the embedded default. Default <c>.gateway</c> under the working directory.</summary>
    [Required] public string DataPath { get; set; } = ".gateway";

    /// <summary>The embedded sidecar's component files. Default <c>components/local</c>, under the working directory or beside the program.</summary>
    [Required] public string ResourcesPath { get; set; } = "components/local";

    /// <summary>The embedded sidecar.</summary>
    public SidecarSection Sidecar { get; set; } = new();

    /// <summary>Whether this process serves the surfaces.</summary>
    public bool HostsApi => RoleNames.Contains("api");

    /// <summary>Whether this process hosts the actors.</summary>
    public bool HostsActors => RoleNames.Contains("actors");

    private string[] RoleNames => Roles.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (RoleNames.Length == 0 || RoleNames.Any(role => role is not ("api" or "actors")))
            yield return new ValidationResult($"Gateway:Roles is '{Roles}': it takes api, actors, or both with a comma.");
        if (!Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            yield return new ValidationResult($"Gateway:PublicUrl is '{PublicUrl}': it takes an address such as http://localhost:8000.");
        else if (url.Port == AppPort)
            yield return new ValidationResult($"Gateway:PublicUrl and Gateway:AppPort both use port {AppPort}.");
        if (Sidecar.HttpPort is < 1 or > 65_535)
            yield return new ValidationResult($"Gateway:Sidecar:HttpPort is {Sidecar.HttpPort}: it takes 1 to 65535.");
    }

    /// <summary>The embedded sidecar's settings.</summary>
    public sealed class SidecarSection
    {
        /// <summary>Port of its HTTP API on 127.0.0.1. Default 3500; 1 to 65535.</summary>
        public int HttpPort { get; set; } = 3500;
    }
}
