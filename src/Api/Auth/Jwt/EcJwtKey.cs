using System.Security.Cryptography;
using Microsoft.Extensions.ObjectPool;

namespace Gateway.Api.Auth.Jwt;

/// <summary>A P-256 public key for ES256 (RFC 7518 sections 3.4 and 6.2.1).</summary>
internal sealed class EcJwtKey : JwtKey
{
    /// <summary>Coordinates, and each half of a signature, have exactly 32 bytes.</summary>
    public const int CoordinateBytes = 32;

    private readonly ObjectPool<ECDsa> pool;

    private EcJwtKey(ECParameters parameters, string? keyId) : base(JwtAlgorithm.ES256, keyId)
    {
        pool = new DefaultObjectPool<ECDsa>(new KeyPoolPolicy<ECDsa>(() => ECDsa.Create(parameters)));
    }

    /// <summary>The key at this point of P-256, or null when the point is not on the curve.</summary>
    public static EcJwtKey? TryCreate(ReadOnlySpan<byte> x, ReadOnlySpan<byte> y, string? keyId)
    {
        if (x.Length != CoordinateBytes || y.Length != CoordinateBytes) return null;
        var parameters = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = x.ToArray(), Y = y.ToArray() },
        };
        return KeyPoolPolicy<ECDsa>.Works(() => ECDsa.Create(parameters)) ? new EcJwtKey(parameters, keyId) : null;
    }

    /// <inheritdoc />
    public override bool Verify(ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 2 * CoordinateBytes) return false;
        var ecdsa = pool.Get();
        try
        {
            return ecdsa.VerifyData(signingInput, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        finally
        {
            pool.Return(ecdsa);
        }
    }
}
