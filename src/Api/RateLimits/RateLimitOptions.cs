using Microsoft.Extensions.Options;

namespace Gateway.Api.RateLimits;

/// <summary>How many requests one party may make in a minute; section <c>Gateway:RateLimits</c>.</summary>
internal sealed class RateLimitOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Gateway:RateLimits";

    /// <summary>The largest limit that is accepted.</summary>
    public const int MaxPerMinute = 1_000_000;

    /// <summary>Requests per minute and device. Default 100 (gateway-api.md, "Rate Limiting"); 0: no limit; at most 1,000,000.</summary>
    public int DevicePerMinute { get; set; } = 100;

    /// <summary>Requests per minute and customer. Default 1000 (gateway-api.md, "Rate Limiting"); 0: no limit; at most 1,000,000.</summary>
    public int CustomerPerMinute { get; set; } = 1000;
}

/// <summary>Reports every error of <see cref="RateLimitOptions"/> at once.</summary>
internal sealed class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>
{
    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, RateLimitOptions options)
    {
        var errors = new List<string>();
        Check(nameof(RateLimitOptions.DevicePerMinute), options.DevicePerMinute);
        Check(nameof(RateLimitOptions.CustomerPerMinute), options.CustomerPerMinute);
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Check(string setting, int value)
        {
            if (value is < 0 or > RateLimitOptions.MaxPerMinute)
                errors.Add($"{RateLimitOptions.Section}:{setting} is {value}; it must be from 0 (no limit) to {RateLimitOptions.MaxPerMinute}.");
        }
    }
}
