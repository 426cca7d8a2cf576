namespace Gateway.Api.Auth.Jwks;

/// <summary>How a key set is read and kept. Not configurable: the values are part of the promise in docs/decisions/0004.</summary>
internal sealed record JwksOptions
{
    /// <summary>Where the key set is: <c>{SUPABASE_URL}/auth/v1/.well-known/jwks.json</c>.</summary>
    public required Uri Address { get; init; }

    /// <summary>How long a read key set is fresh; after it the next token sets off a new read. Default 10 minutes.</summary>
    public TimeSpan FreshFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// After so long without an attempt to read, a token of a known key waits for the read too: the key may have been withdrawn
    /// since. Default 20 minutes.
    /// </summary>
    public TimeSpan TrustedFor { get; init; } = TimeSpan.FromMinutes(20);

    /// <summary>The least time between the starts of two reads, whatever tokens ask for. Default 30 s.</summary>
    public TimeSpan LeastInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one read may take, body included. Default 5 s.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The largest answer, in bytes. Default 256 KiB.</summary>
    public int MaxBytes { get; init; } = 256 * 1024;
}
