namespace Gateway.Api.Wire;

/// <summary>The longest texts that this surface takes, in UTF-16 units, and other bounds that several requests share.</summary>
internal static class WireLimits
{
    /// <summary>A token or code that a client shows.</summary>
    public const int Token = 256;

    /// <summary>A name or model.</summary>
    public const int Name = 128;

    /// <summary>A place, in words.</summary>
    public const int Location = 256;

    /// <summary>A description or reason, in words.</summary>
    public const int Prose = 2_000;

    /// <summary>An idempotency key.</summary>
    public const int IdempotencyKey = 128;

    /// <summary>The largest number that every reader of JSON keeps exact: 2^53.</summary>
    public const double Number = 9_007_199_254_740_992;
}
