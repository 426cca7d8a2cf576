using System.Text.Json;

namespace Gateway.Api.Auth.Jwt;

/// <summary>What a token must say to be accepted by one verifier.</summary>
internal sealed record JwtRules
{
    /// <summary>The value that <c>aud</c> must be or hold; null: not looked at.</summary>
    public string? Audience { get; init; }

    /// <summary>The value that <c>iss</c> must have where it is present; null: not looked at.</summary>
    public string? Issuer { get; init; }

    /// <summary>How far clocks may differ: applied to <c>exp</c>, <c>nbf</c> and <c>iat</c>. Default 60 s.</summary>
    public TimeSpan Skew { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>What an accepted token says.</summary>
/// <param name="Subject">1 to 128 printable ASCII characters.</param>
/// <param name="ExpiresAt">The token's own <c>exp</c>, without the skew: when a connection that it opened should end.</param>
internal sealed record JwtClaims(string Subject, DateTimeOffset ExpiresAt);

/// <summary>The answer for one token: claims, or the reason why there are none.</summary>
internal readonly record struct JwtResult(JwtFailure Failure, JwtClaims? Claims)
{
    public static implicit operator JwtResult(JwtFailure failure) => new(failure, null);
}

/// <summary>
/// Verifies compact JWTs (RFC 7515, 7519; hardened as RFC 8725 asks). Whatever the token is, the answer is a value; only
/// cancellation throws. The signature is checked before a single claim is read.
/// </summary>
internal sealed class JwtVerifier(IJwtKeySource keys, JwtRules rules, TimeProvider time)
{
    private const int MaxSubjectLength = 128;

    // 9999-12-31T23:59:59Z: the last second that DateTimeOffset knows.
    private const double LastSecond = 253402300799;

    /// <summary>Verifies <paramref name="token"/> now.</summary>
    public async ValueTask<JwtResult> VerifyAsync(string token, CancellationToken cancellationToken)
    {
        var failure = CompactJws.TryParse(token, out var jws);
        if (jws is null) return failure;

        var lookup = await keys.FindAsync(jws.Algorithm, jws.KeyId, cancellationToken);
        if (lookup.Key is not { } key) return lookup.Unavailable ? JwtFailure.KeysUnavailable : JwtFailure.KeyUnknown;
        if (!jws.IsSignedBy(key)) return JwtFailure.SignatureInvalid;

        if (!JwtJson.TryParseObject(jws.Payload, out var document)) return JwtFailure.Malformed;
        using (document) return CheckClaims(document.RootElement);
    }

    /// <summary>Whether a text can be a <c>sub</c>: 1 to 128 printable ASCII characters, no space at either end.</summary>
    public static bool IsSubject(string subject) =>
        subject.Length is > 0 and <= MaxSubjectLength
        && !subject.AsSpan().ContainsAnyExceptInRange(' ', '~')
        && subject[0] != ' '
        && subject[^1] != ' ';

    private JwtResult CheckClaims(JsonElement claims)
    {
        if (!TryGetDate(claims, "exp", out var expires) || expires is not { } end) return JwtFailure.ClaimInvalid;
        if (!TryGetDate(claims, "nbf", out var notBefore)) return JwtFailure.ClaimInvalid;
        if (!TryGetDate(claims, "iat", out var issuedAt)) return JwtFailure.ClaimInvalid;

        var now = time.GetUtcNow().ToUnixTimeMilliseconds() / 1000d;
        var skew = rules.Skew.TotalSeconds;
        if (now >= end + skew) return JwtFailure.Expired;
        if (now < notBefore - skew) return JwtFailure.NotYetValid;
        if (now < issuedAt - skew) return JwtFailure.IssuedInFuture;

        if (rules.Audience is { } audience && !NamesAudience(claims, audience)) return JwtFailure.AudienceMismatch;
        if (rules.Issuer is { } issuer
            && claims.TryGetProperty("iss", out var iss)
            && !(JwtJson.TryGetText(iss, out var named) && named == issuer))
        {
            return JwtFailure.IssuerMismatch;
        }

        if (!claims.TryGetProperty("sub", out var sub) || !JwtJson.TryGetText(sub, out var subject) || !IsSubject(subject))
        {
            return JwtFailure.SubjectInvalid;
        }

        return new JwtResult(JwtFailure.None, new JwtClaims(subject, DateTimeOffset.UnixEpoch.AddSeconds(end)));
    }

    /// <summary>A NumericDate (RFC 7519 section 2): seconds since 1970, fractions allowed. Absent is null and true.</summary>
    private static bool TryGetDate(JsonElement claims, string name, out double? seconds)
    {
        seconds = null;
        if (!claims.TryGetProperty(name, out var value)) return true;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number)) return false;
        if (number is not (>= 0 and <= LastSecond)) return false;
        seconds = number;
        return true;
    }

    /// <summary><c>aud</c> is a string or an array of strings (RFC 7519 section 4.1.3).</summary>
    private static bool NamesAudience(JsonElement claims, string audience)
    {
        if (!claims.TryGetProperty("aud", out var aud)) return false;
        if (aud.ValueKind != JsonValueKind.Array) return JwtJson.TryGetText(aud, out var single) && single == audience;

        var named = false;
        foreach (var item in aud.EnumerateArray())
        {
            if (!JwtJson.TryGetText(item, out var text)) return false;
            named |= text == audience;
        }

        return named;
    }
}
