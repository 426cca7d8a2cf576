namespace Gateway.Api.Auth.Jwt;

/// <summary>
/// A key that can verify signatures of exactly one algorithm: the binding that makes algorithm confusion impossible
/// (RFC 8725 sections 2.1 and 3.1). Immutable, any number of threads.
/// </summary>
internal abstract class JwtKey(JwtAlgorithm algorithm, string? keyId)
{
    /// <summary>The one algorithm of this key.</summary>
    public JwtAlgorithm Algorithm => algorithm;

    /// <summary>The key's name in its key set, if it has one.</summary>
    public string? KeyId => keyId;

    /// <summary>Whether <paramref name="signature"/> is this key's over <paramref name="signingInput"/>. Never throws on bad input.</summary>
    public abstract bool Verify(ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature);
}
