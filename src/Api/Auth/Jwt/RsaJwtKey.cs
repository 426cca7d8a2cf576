using System.Security.Cryptography;
using Microsoft.Extensions.ObjectPool;

namespace Gateway.Api.Auth.Jwt;

/// <summary>An RSA public key for RS256 (RFC 7518 sections 3.3 and 6.3.1).</summary>
internal sealed class RsaJwtKey : JwtKey
{
    /// <summary>RFC 7518 section 3.3: 2048 bits or larger.</summary>
    public const int MinBits = 2048;

    /// <summary>Larger moduli only cost time.</summary>
    public const int MaxBits = 8192;

    private readonly int signatureBytes;
    private readonly ObjectPool<RSA> pool;

    private RsaJwtKey(RSAParameters parameters, int bits, string? keyId) : base(JwtAlgorithm.RS256, keyId)
    {
        signatureBytes = (bits + 7) / 8;
        pool = new DefaultObjectPool<RSA>(new KeyPoolPolicy<RSA>(() => RSA.Create(parameters)));
    }

    /// <summary>The key with this modulus and exponent (big endian), or null when it is no usable RSA key of legal size.</summary>
    public static RsaJwtKey? TryCreate(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent, string? keyId)
    {
        modulus = modulus.TrimStart((byte)0);
        exponent = exponent.TrimStart((byte)0);
        if (modulus.IsEmpty || (modulus[^1] & 1) == 0) return null;
        var bits = (modulus.Length * 8) - byte.LeadingZeroCount(modulus[0]);
        if (bits is < MinBits or > MaxBits) return null;

        // RFC 8017 section 3.1: odd and at least 3; more than 32 bits occur nowhere and only cost time.
        if (exponent.Length is 0 or > 4 || (exponent[^1] & 1) == 0 || exponent is [1]) return null;

        var parameters = new RSAParameters { Modulus = modulus.ToArray(), Exponent = exponent.ToArray() };
        return KeyPoolPolicy<RSA>.Works(() => RSA.Create(parameters)) ? new RsaJwtKey(parameters, bits, keyId) : null;
    }

    /// <inheritdoc />
    public override bool Verify(ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != signatureBytes) return false;
        var rsa = pool.Get();
        try
        {
            return rsa.VerifyData(signingInput, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        }
        finally
        {
            pool.Return(rsa);
        }
    }
}
