using Microsoft.Extensions.Options;

namespace Gateway.Actors.Hosting;

/// <summary>What a process is and where it listens (DESIGN, "Configuration contract"). Bound from <c>Gateway</c>.</summary>
public sealed class GatewayOptions
{
    /// <summary>What this process hosts, separated by commas: <c>api</c>, <c>actors</c>. Default both.</summary>
    public string Roles { get; set; } = "api,actors";

    /// <summary>Where the surfaces, sockets, portal and health listen. Default <c>http://localhost:8000</c>.</summary>
    public string PublicUrl { get; set; } = "http://localhost:8000";

    /// <summary>Port on 127.0.0.1 that the sidecar calls. Default 8001; 1 to 65535.</summary>
    public int AppPort { get; set; } = 8001;

    /// <summary>
    /// Port on all addresses for an operator's tools: <c>/healthz</c>, <c>/readyz</c>, <c>/metrics</c>, and nothing else. Default 0: none; 1 to 65535.
    /// </summary>
    public int OpsPort { get; set; }

    /// <summary>The folder of the embedded default. Default <c>.gateway</c> under the working directory.</summary>
    public string DataPath { get; set; } = ".gateway";

    /// <summary>The embedded sidecar's component files. Default <c>components/local</c>, under the working directory or beside the program.</summary>
    public string ResourcesPath { get; set; } = "components/local";

    /// <summary>
    /// What a service reset does with this process when it has stopped: <c>reexecute</c>, it begins anew in its place (default; where there is no execve
    /// it spawns), <c>spawn</c>, it starts its successor and ends, or <c>exit</c>, it ends, for a supervisor that starts it again.
    /// </summary>
    public string Restart { get; set; } = "reexecute";

    /// <summary>The sidecar.</summary>
    public SidecarSection Sidecar { get; set; } = new();

    /// <summary>Whether this process serves the surfaces.</summary>
    public bool HostsApi => RoleNames.Contains("api");

    /// <summary>Whether this process hosts the actors.</summary>
    public bool HostsActors => RoleNames.Contains("actors");

    /// <summary>Its app id at the sidecar.</summary>
    public string AppId => HostsApi ? "gateway-api" : "gateway-actors";

    /// <summary>Whether nothing is wrong with them.</summary>
    public bool IsValid => new GatewayOptionsValidator().Validate(name: null, this).Succeeded;

    internal bool BeginsAnew => Restart != "exit";

    internal string[] RoleNames => Roles.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The sidecar's settings.</summary>
    public sealed class SidecarSection
    {
        /// <summary>Port of the embedded one's HTTP API on 127.0.0.1. Default 3500; 1 to 65535.</summary>
        public int HttpPort { get; set; } = 3500;

        /// <summary>
        /// How long a start waits for the sidecar around it, and for that one's secret store, before it fails. Default one minute; one second to ten minutes.
        /// </summary>
        public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(1);
    }
}

/// <summary>Reports every error of <see cref="GatewayOptions"/> at once.</summary>
internal sealed class GatewayOptionsValidator : IValidateOptions<GatewayOptions>
{
    public ValidateOptionsResult Validate(string? name, GatewayOptions options)
    {
        var errors = new List<string>();
        if (options.RoleNames.Length == 0 || options.RoleNames.Any(role => role is not ("api" or "actors")))
            errors.Add($"Gateway:Roles is '{options.Roles}': it takes api, actors, or both with a comma.");
        if (!Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") || url.PathAndQuery != "/")
            errors.Add($"Gateway:PublicUrl is '{options.PublicUrl}': it takes an address such as http://localhost:8000.");
        CheckPort("Gateway:AppPort", options.AppPort);
        CheckPort("Gateway:Sidecar:HttpPort", options.Sidecar.HttpPort);
        if (options.Sidecar.StartTimeout < TimeSpan.FromSeconds(1) || options.Sidecar.StartTimeout > TimeSpan.FromMinutes(10))
            errors.Add($"Gateway:Sidecar:StartTimeout is {options.Sidecar.StartTimeout}: it takes 00:00:01 to 00:10:00.");
        if (options.OpsPort != 0) CheckPort("Gateway:OpsPort", options.OpsPort);
        if (options.OpsPort != 0 && (options.OpsPort == options.AppPort || options.OpsPort == url?.Port))
            errors.Add($"Gateway:OpsPort is {options.OpsPort}: that is Gateway:AppPort's or Gateway:PublicUrl's.");
        if (url?.Port == options.AppPort) errors.Add($"Gateway:PublicUrl and Gateway:AppPort both use port {options.AppPort}.");
        if (options.Restart is not ("reexecute" or "spawn" or "exit")) errors.Add($"Gateway:Restart is '{options.Restart}': it takes reexecute, spawn or exit.");
        if (string.IsNullOrWhiteSpace(options.ResourcesPath)) errors.Add("Gateway:ResourcesPath is empty: it takes a folder.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void CheckPort(string setting, int port)
        {
            if (port is < 1 or > 65_535) errors.Add($"{setting} is {port}: it takes 1 to 65535.");
        }
    }
}
