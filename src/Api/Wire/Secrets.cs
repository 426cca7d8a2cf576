using System.Buffers.Text;
using System.Security.Cryptography;

namespace Gateway.Api.Wire;

/// <summary>Unguessable texts.</summary>
internal static class Secrets
{
    private const int Bytes = 32;

    /// <summary>32 random bytes in base64url, 43 characters: claim tokens and device secrets.</summary>
    public static string NewToken()
    {
        Span<byte> random = stackalloc byte[Bytes];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }
}
