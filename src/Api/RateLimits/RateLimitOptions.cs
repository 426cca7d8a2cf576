using Microsoft.Extensions.Options;

namespace Gateway.Api.RateLimits;

/// <summary>How many requests one party may make, and how that holds for several replicas; section <c>Gateway:RateLimits</c>.</summary>
internal sealed class RateLimitOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Gateway:RateLimits";

    /// <summary>The largest limit that is accepted.</summary>
    public const int MaxPerMinute = 1_000_000;

    /// <summary>The default of <see cref="ShareEvery"/> with Postgres.</summary>
    public static readonly TimeSpan DefaultShareEvery = TimeSpan.FromSeconds(1);

    /// <summary>Requests per minute and device. Default 100 (gateway-api.md, "Rate Limiting"); 0: no limit; at most 1,000,000.</summary>
    public int DevicePerMinute { get; set; } = 100;

    /// <summary>Requests per minute and customer. Default 1000 (gateway-api.md, "Rate Limiting"); 0: no limit; at most 1,000,000.</summary>
    public int CustomerPerMinute { get; set; } = 1000;

    /// <summary>Requests per minute with the orchestrator's admin token. Default 100 (orchestrator-api.md, "Rate Limiting"); 0: no limit; at most 1,000,000.</summary>
    public int OrchestratorPerMinute { get; set; } = 100;

    /// <summary>Requests per minute and address to the Orchestrator surface without a good token. Default 10 (as above); 0: no limit; at most 1,000,000.</summary>
    public int OrchestratorAnonymousPerMinute { get; set; } = 10;

    /// <summary>Emergency actions in ten minutes. Default 5 (as above); 0: no limit; at most 1,000,000.</summary>
    public int OrchestratorEmergencyPerTenMinutes { get; set; } = 5;

    /// <summary>
    /// How often replicas tell each other through the relational store what they counted, when there is anything worth telling. 100 ms to 10 s;
    /// 0: never, every replica has limits of its own. Default 1 s with Postgres; with SQLite, which belongs to one process, 0.
    /// </summary>
    public TimeSpan? ShareEvery { get; set; }
}

/// <summary>Reports every error of <see cref="RateLimitOptions"/> at once.</summary>
internal sealed class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>
{
    private static readonly TimeSpan MinShareEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan MaxShareEvery = TimeSpan.FromSeconds(10);

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, RateLimitOptions options)
    {
        var errors = new List<string>();
        Check(nameof(RateLimitOptions.DevicePerMinute), options.DevicePerMinute);
        Check(nameof(RateLimitOptions.CustomerPerMinute), options.CustomerPerMinute);
        Check(nameof(RateLimitOptions.OrchestratorPerMinute), options.OrchestratorPerMinute);
        Check(nameof(RateLimitOptions.OrchestratorAnonymousPerMinute), options.OrchestratorAnonymousPerMinute);
        Check(nameof(RateLimitOptions.OrchestratorEmergencyPerTenMinutes), options.OrchestratorEmergencyPerTenMinutes);
        if (options.ShareEvery is { } every && every != TimeSpan.Zero && (every < MinShareEvery || every > MaxShareEvery))
            errors.Add($"{RateLimitOptions.Section}:ShareEvery is {every}; it must be 0 (never) or from {MinShareEvery} to {MaxShareEvery}.");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Check(string setting, int value)
        {
            if (value is < 0 or > RateLimitOptions.MaxPerMinute)
                errors.Add($"{RateLimitOptions.Section}:{setting} is {value}; it must be from 0 (no limit) to {RateLimitOptions.MaxPerMinute}.");
        }
    }
}
