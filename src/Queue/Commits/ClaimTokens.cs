using System.Buffers.Text;
using System.Security.Cryptography;

namespace Gateway.Queue.Commits;

/// <summary>Claim tokens for pushed commands.</summary>
internal static class ClaimTokens
{
    /// <summary>32 random bytes in base64url, 43 characters.</summary>
    public static string New()
    {
        Span<byte> random = stackalloc byte[32];
        RandomNumberGenerator.Fill(random);
        return Base64Url.EncodeToString(random);
    }
}
