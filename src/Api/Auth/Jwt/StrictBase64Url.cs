using System.Buffers;
using System.Buffers.Text;

namespace Gateway.Api.Auth.Jwt;

/// <summary>
/// Base64url as RFC 7515 section 2 has it: no padding, no white space, no line breaks; and only the canonical form, so
/// that no two texts mean the same bytes (RFC 4648 section 3.5). The framework's decoder is lenient in all of these.
/// </summary>
internal static class StrictBase64Url
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly SearchValues<char> AlphabetValues = SearchValues.Create(Alphabet);

    /// <summary>Decodes <paramref name="text"/>; false when it is not strict base64url. Empty text is empty bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        var unusedBits = (text.Length % 4) switch { 0 => 0, 2 => 4, 3 => 2, _ => -1 };
        if (unusedBits < 0 || text.ContainsAnyExcept(AlphabetValues)) return false;
        if (unusedBits > 0 && (Alphabet.IndexOf(text[^1]) & ((1 << unusedBits) - 1)) != 0) return false;
        bytes = Base64Url.DecodeFromChars(text);
        return true;
    }

    /// <summary>Encodes without padding.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
