using System.Security.Cryptography;

namespace Gateway.Api.Auth.Jwt;

/// <summary>A shared secret for HS256 (RFC 7518 section 3.2).</summary>
internal sealed class HmacJwtKey : JwtKey
{
    /// <summary>RFC 7518 section 3.2: a key of the same size as the hash output, or larger.</summary>
    public const int MinBytes = 32;

    private readonly byte[] secret;

    /// <param name="secret">At least <see cref="MinBytes"/> bytes.</param>
    public HmacJwtKey(byte[] secret) : base(JwtAlgorithm.HS256, keyId: null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(secret.Length, MinBytes);
        this.secret = secret;
    }

    /// <inheritdoc />
    public override bool Verify(ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, signingInput, expected);
        return CryptographicOperations.FixedTimeEquals(expected, signature);
    }

    /// <summary>Signs <paramref name="signingInput"/>.</summary>
    public byte[] Sign(ReadOnlySpan<byte> signingInput) => HMACSHA256.HashData(secret, signingInput);
}
