namespace Gateway.Api.Auth.Jwt;

/// <summary>Where the verifier finds keys. Any number of threads.</summary>
internal interface IJwtKeySource
{
    /// <summary>
    /// The key for a token's <paramref name="algorithm"/> and <paramref name="keyId"/>. The source decides alone which keys
    /// exist; the two values only select among them, <paramref name="keyId"/> by exact comparison.
    /// </summary>
    ValueTask<JwtKeyLookup> FindAsync(JwtAlgorithm algorithm, string? keyId, CancellationToken cancellationToken);
}

/// <summary>A key, or none; and when none, whether that may be because the keys could not be had.</summary>
internal readonly record struct JwtKeyLookup(JwtKey? Key, bool Unavailable)
{
    /// <summary>This key.</summary>
    public static JwtKeyLookup Found(JwtKey key) => new(key, false);

    /// <summary>There is no such key.</summary>
    public static JwtKeyLookup Unknown => new(null, false);

    /// <summary>The keys could not be read, so it is not known whether there is such a key.</summary>
    public static JwtKeyLookup NotReadable => new(null, true);
}
