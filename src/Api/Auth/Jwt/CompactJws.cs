using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Gateway.Api.Auth.Jwt;

/// <summary>
/// A token taken apart, nothing verified: <c>BASE64URL(header) "." BASE64URL(payload) "." BASE64URL(signature)</c>
/// (RFC 7515 section 3.1). Of the header only <c>alg</c>, <c>kid</c> and <c>crit</c> are looked at: keys that a token
/// brings or points to (<c>jwk</c>, <c>jku</c>, <c>x5c</c>, <c>x5u</c>) mean nothing here (RFC 8725 section 3.10).
/// </summary>
internal sealed class CompactJws
{
    /// <summary>The longest token that is looked at, in characters: 8 KiB.</summary>
    public const int MaxLength = 8 * 1024;

    /// <summary>The longest <c>kid</c>, in characters.</summary>
    public const int MaxKeyIdLength = 128;

    private CompactJws(JwtAlgorithm algorithm, string? keyId, byte[] signingInput, byte[] payload, byte[] signature)
    {
        Algorithm = algorithm;
        KeyId = keyId;
        SigningInput = signingInput;
        Payload = payload;
        Signature = signature;
    }

    /// <summary>The header's <c>alg</c>, one of the allow-list.</summary>
    public JwtAlgorithm Algorithm { get; }

    /// <summary>The header's <c>kid</c>, if any.</summary>
    public string? KeyId { get; }

    /// <summary>What was signed: the ASCII bytes up to the second dot.</summary>
    public byte[] SigningInput { get; }

    /// <summary>The decoded payload.</summary>
    public byte[] Payload { get; }

    /// <summary>The decoded signature, possibly empty.</summary>
    public byte[] Signature { get; }

    /// <summary>Takes <paramref name="token"/> apart; <see cref="JwtFailure.None"/> and the parts, or the reason and none.</summary>
    public static JwtFailure TryParse(string token, out CompactJws? jws)
    {
        jws = null;
        if (token.Length > MaxLength) return JwtFailure.TooLarge;

        var firstDot = token.IndexOf('.', StringComparison.Ordinal);
        var lastDot = token.LastIndexOf('.');
        if (firstDot <= 0 || lastDot == firstDot) return JwtFailure.Malformed;

        // A dot too many is no letter of the alphabet: the middle part then fails.
        if (!StrictBase64Url.TryDecode(token.AsSpan(0, firstDot), out var header)
            || !StrictBase64Url.TryDecode(token.AsSpan(firstDot + 1, lastDot - firstDot - 1), out var payload)
            || !StrictBase64Url.TryDecode(token.AsSpan(lastDot + 1), out var signature))
        {
            return JwtFailure.Malformed;
        }

        var failure = ReadHeader(header, out var algorithm, out var keyId);
        if (failure != JwtFailure.None) return failure;

        jws = new CompactJws(algorithm, keyId, Encoding.ASCII.GetBytes(token, 0, lastDot), payload, signature);
        return JwtFailure.None;
    }

    /// <summary>Whether <paramref name="key"/> signed this. A key serves the one algorithm that it was made for.</summary>
    public bool IsSignedBy(JwtKey key) => key.Algorithm == Algorithm && key.Verify(SigningInput, Signature);

    private static JwtFailure ReadHeader(byte[] utf8, out JwtAlgorithm algorithm, out string? keyId)
    {
        algorithm = default;
        keyId = null;
        if (!JwtJson.TryParseObject(utf8, out var document)) return JwtFailure.Malformed;
        using (document)
        {
            var header = document.RootElement;
            if (!header.TryGetProperty("alg", out var alg)
                || !JwtJson.TryGetText(alg, out var name)
                || !JwtAlgorithms.TryParse(name, out algorithm))
            {
                return JwtFailure.AlgorithmNotAllowed;
            }

            if (header.TryGetProperty("crit", out _)) return JwtFailure.CriticalHeader;

            if (header.TryGetProperty("kid", out var kid)
                && (!JwtJson.TryGetText(kid, out keyId) || !IsKeyId(keyId)))
            {
                return JwtFailure.KeyIdInvalid;
            }

            return JwtFailure.None;
        }
    }

    /// <summary>Whether a <c>kid</c> has a length that can be one: 1 to <see cref="MaxKeyIdLength"/> characters.</summary>
    public static bool IsKeyId([NotNullWhen(true)] string? keyId) => keyId is { Length: > 0 and <= MaxKeyIdLength };
}
