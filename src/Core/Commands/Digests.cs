using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Gateway.Core.Commands;

/// <summary>SHA-256 digests in base64url (43 characters) of what must be recognised again.</summary>
public static class Digests
{
    /// <summary>The digest of a command's content: its type and canonical parameters.</summary>
    public static string OfCommand(string type, string canonicalParameters) => Of(type, canonicalParameters);

    /// <summary>The digest under which a claim token is remembered when its claim is over.</summary>
    public static string OfToken(string token) => Of(token);

    /// <summary>The digest of a device's result.</summary>
    public static string OfResult(string status, string? output, string? error, long executedAt, double durationMs) => Of(
        status, output, error, executedAt.ToString(CultureInfo.InvariantCulture), durationMs.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Each part goes in behind its length, so that no two lists of parts look alike; a null part is not an empty one.</summary>
    private static string Of(params ReadOnlySpan<string?> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
            hash.AppendData(Encoding.ASCII.GetBytes(part is null ? "-;" : string.Create(CultureInfo.InvariantCulture, $"{bytes.Length};")));
            hash.AppendData(bytes);
        }

        return Base64Url.EncodeToString(hash.GetHashAndReset());
    }
}
