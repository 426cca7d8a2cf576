using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Api.Auth.Devices;

/// <summary>
/// How device secrets and tokens are kept: as the SHA-256 of their UTF-8, 43 characters of base64url. One fast hash is
/// enough because the texts are long and random (a secret that a device brings has at least 32 characters), so there is
/// no dictionary to try.
/// </summary>
internal static class CredentialHash
{
    /// <summary>The hash of a secret or token.</summary>
    public static string Of(string text) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>Compares two hashes; the time taken tells nothing about where they differ.</summary>
    public static bool AreEqual(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(one), Encoding.ASCII.GetBytes(other));
}
