using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Api.Surfaces.Gateway.Devices;

/// <summary>
/// The one-time code that a customer types into a device: 50 random bits as ten characters of Crockford's base 32, shown as
/// <c>XXXXX-XXXXX</c>. Only a hash over code and device is kept.
/// </summary>
internal static class ActivationCode
{
    /// <summary>How long a code is good (gateway-api.md).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private const int Length = 10, Group = 5;
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>A fresh code as it is shown.</summary>
    public static string Create()
    {
        var code = RandomNumberGenerator.GetString(Alphabet, Length);
        return $"{code[..Group]}-{code[Group..]}";
    }

    /// <summary>
    /// The hash that a device's code is kept and looked up by: base64url SHA-256 over device and code, whatever its case and dashes,
    /// and with Crockford's look-alikes (I and L are 1, O is 0) read as meant. Comparing hashes tells nothing about a code by its time.
    /// </summary>
    public static string Hash(string deviceId, string code)
    {
        var plain = new StringBuilder(deviceId).Append('\n');
        foreach (var c in code.ToUpperInvariant())
        {
            if (c is '-' or ' ') continue;
            plain.Append(c switch { 'I' or 'L' => '1', 'O' => '0', _ => c });
        }

        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(plain.ToString())));
    }
}
