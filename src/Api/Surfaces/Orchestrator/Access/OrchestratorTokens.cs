using System.Security.Cryptography;
using System.Text;
using Gateway.Api.Auth;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Surfaces.Orchestrator.Access;

/// <summary>The surface's two secrets; settings and environment variables of the same names (DESIGN, "Configuration contract").</summary>
internal sealed class OrchestratorTokenOptions
{
    /// <summary>The setting of <see cref="Admin"/>.</summary>
    public const string AdminName = "ORCH_ADMIN_TOKEN";

    /// <summary>The setting of <see cref="Node"/>.</summary>
    public const string NodeName = "ORCH_NODE_TOKEN";

    /// <summary>The shortest token that is taken, in characters.</summary>
    public const int MinLength = 32;

    /// <summary>Opens the REST API; at least 32 characters of printable ASCII without blanks. Default: none; Development makes one.</summary>
    public string? Admin { get; set; }

    /// <summary>Opens <c>/ws/node</c>; as above, and another one.</summary>
    public string? Node { get; set; }
}

/// <summary>Reads <see cref="OrchestratorTokenOptions"/> from the configuration, fills in Development's own, reports every error at once.</summary>
internal sealed class OrchestratorTokenSetup(IConfiguration configuration, IHostEnvironment environment, GatewayAuthPaths paths)
    : IConfigureOptions<OrchestratorTokenOptions>, IValidateOptions<OrchestratorTokenOptions>
{
    /// <inheritdoc />
    public void Configure(OrchestratorTokenOptions options)
    {
        options.Admin = Setting(OrchestratorTokenOptions.AdminName);
        options.Node = Setting(OrchestratorTokenOptions.NodeName);
    }

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, OrchestratorTokenOptions options)
    {
        var errors = new List<string>();
        Check(OrchestratorTokenOptions.AdminName, options.Admin);
        Check(OrchestratorTokenOptions.NodeName, options.Node);
        if (options.Admin is not null && options.Admin == options.Node)
            errors.Add($"{OrchestratorTokenOptions.AdminName} and {OrchestratorTokenOptions.NodeName} are the same: a node could do what only the admin may.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Check(string setting, string? token)
        {
            if (token is null) return;
            if (token.Length < OrchestratorTokenOptions.MinLength)
                errors.Add($"{setting} has {token.Length} characters; it must have at least {OrchestratorTokenOptions.MinLength} (openssl rand -hex 32).");
            else if (token.AsSpan().ContainsAnyExceptInRange('!', '~'))
                errors.Add($"{setting} has a blank or a character beyond ASCII.");
        }
    }

    private string? Setting(string name)
    {
        if (configuration[name] is { Length: > 0 } set) return set;
        return environment.IsDevelopment() ? DevelopmentSecrets.LoadOrCreate(paths.DataPath).GetOrAdd(name, DevelopmentSecrets.NewSecret) : null;
    }
}

/// <summary>Compares what callers show with the two secrets, in a time that does not tell how much of it is right. Thread-safe.</summary>
internal sealed class OrchestratorTokens(IOptions<OrchestratorTokenOptions> options)
{
    private readonly byte[]? admin = HashOrNull(options.Value.Admin);
    private readonly byte[]? node = HashOrNull(options.Value.Node);

    /// <summary>Whether the REST API is open; if not, it answers 503.</summary>
    public bool HasAdmin => admin is not null;

    /// <summary>Whether nodes can connect; if not, they are answered 503.</summary>
    public bool HasNode => node is not null;

    /// <summary>Whether this is the admin's token.</summary>
    public bool IsAdmin(string token) => Matches(token, admin);

    /// <summary>Whether this is the nodes' token.</summary>
    public bool IsNode(string token) => Matches(token, node);

    /// <summary>
    /// A hash of something short, such as a code, that only who knows the admin's token can look for; as long as the REST API is open.
    /// </summary>
    public string Seal(string text) => Convert.ToHexStringLower(HMACSHA256.HashData(admin!, Encoding.UTF8.GetBytes(text)));

    private static byte[]? HashOrNull(string? token) => token is null ? null : Hash(token);

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));

    private static bool Matches(string token, byte[]? expected) =>
        expected is not null && CryptographicOperations.FixedTimeEquals(Hash(token), expected);
}

/// <summary>Says once, at start, that the surface is closed, or a part of it.</summary>
internal sealed class OrchestratorSurfaceCheck(OrchestratorTokens tokens, ILogger<OrchestratorSurfaceCheck> logger) : IHostedService
{
    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!tokens.HasAdmin) OrchestratorLog.Closed(logger, OrchestratorTokenOptions.AdminName);
        if (!tokens.HasNode) OrchestratorLog.Closed(logger, OrchestratorTokenOptions.NodeName);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
