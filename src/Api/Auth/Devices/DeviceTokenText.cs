using System.Security.Cryptography;
using Gateway.Api.Auth.Jwt;

namespace Gateway.Api.Auth.Devices;

/// <summary>A device's session token: <c>gdt_</c> and 32 random bytes of base64url, 47 characters that mean nothing by themselves.</summary>
internal static class DeviceTokenText
{
    private const string Prefix = "gdt_";
    private const int RandomBytes = 32;
    private const int Length = 47;

    /// <summary>A new token.</summary>
    public static string Create() => Prefix + StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(RandomBytes));

    /// <summary>Whether a text can be a token at all; others are refused without asking the store.</summary>
    public static bool IsWellFormed(string text) =>
        text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal) && StrictBase64Url.TryDecode(text.AsSpan(Prefix.Length), out _);
}
