using Microsoft.Extensions.Options;

namespace Gateway.Api.Auth.Devices;

/// <summary>How devices authenticate; section <c>Gateway:DeviceAuth</c>.</summary>
internal sealed class DeviceAuthOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Gateway:DeviceAuth";

    /// <summary>The largest number of attempts that is accepted as a setting.</summary>
    public const int MaxAttempts = 1_000_000;

    /// <summary>The longest life of a token.</summary>
    public static readonly TimeSpan MaxTokenLifetime = TimeSpan.FromDays(30);

    /// <summary>The longest wait before a wrong secret is answered.</summary>
    public static readonly TimeSpan MaxWrongSecretDelay = TimeSpan.FromSeconds(1);

    /// <summary>How long a session token is good. Default 1 hour; 1 minute to 30 days.</summary>
    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Wrong secrets per minute and device id, known or not; the next attempt is refused unseen. Default 10; 1 to 1,000,000.</summary>
    public int WrongSecretsPerDevice { get; set; } = 10;

    /// <summary>
    /// Wrong secrets per minute and remote address (IPv6: its /64), whatever the device ids. Default 100; 0: no limit, for
    /// instance behind a proxy that shows one address for all; at most 1,000,000.
    /// </summary>
    public int WrongSecretsPerAddress { get; set; } = 100;

    /// <summary>
    /// The earliest that a wrong secret is answered, from the start of its check: the store finds a device a little later than it finds
    /// none, and this hides which it was. Longer than the store usually takes. Default 25 ms; 0 (at once) to 1 s.
    /// </summary>
    public TimeSpan WrongSecretDelay { get; set; } = TimeSpan.FromMilliseconds(25);
}

/// <summary>Reports every error of <see cref="DeviceAuthOptions"/> at once.</summary>
internal sealed class DeviceAuthOptionsValidator : IValidateOptions<DeviceAuthOptions>
{
    private static readonly TimeSpan MinTokenLifetime = TimeSpan.FromMinutes(1);

    /// <inheritdoc />
    public ValidateOptionsResult Validate(string? name, DeviceAuthOptions options)
    {
        var errors = new List<string>();
        if (options.TokenLifetime < MinTokenLifetime || options.TokenLifetime > DeviceAuthOptions.MaxTokenLifetime)
            Add(nameof(options.TokenLifetime), options.TokenLifetime, $"{MinTokenLifetime} to {DeviceAuthOptions.MaxTokenLifetime}");
        if (options.WrongSecretsPerDevice is < 1 or > DeviceAuthOptions.MaxAttempts)
            Add(nameof(options.WrongSecretsPerDevice), options.WrongSecretsPerDevice, $"1 to {DeviceAuthOptions.MaxAttempts}");
        if (options.WrongSecretsPerAddress is < 0 or > DeviceAuthOptions.MaxAttempts)
            Add(nameof(options.WrongSecretsPerAddress), options.WrongSecretsPerAddress, $"0 (no limit) to {DeviceAuthOptions.MaxAttempts}");
        if (options.WrongSecretDelay < TimeSpan.Zero || options.WrongSecretDelay > DeviceAuthOptions.MaxWrongSecretDelay)
            Add(nameof(options.WrongSecretDelay), options.WrongSecretDelay, $"{TimeSpan.Zero} to {DeviceAuthOptions.MaxWrongSecretDelay}");
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);

        void Add(string setting, object value, string range) =>
            errors.Add($"{DeviceAuthOptions.Section}:{setting} is {value}; it must be from {range}.");
    }
}
