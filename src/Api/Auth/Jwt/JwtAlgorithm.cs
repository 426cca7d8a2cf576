namespace Gateway.Api.Auth.Jwt;

/// <summary>The signature algorithms that are accepted, and no others (RFC 7518 section 3.1; RFC 8725 section 3.1).</summary>
internal enum JwtAlgorithm
{
    /// <summary>HMAC with SHA-256, by a shared secret of at least 32 bytes.</summary>
    HS256,

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256, keys of 2048 to 8192 bits.</summary>
    RS256,

    /// <summary>ECDSA on P-256 with SHA-256.</summary>
    ES256,
}

/// <summary>The algorithms' names as headers and key sets write them; names are case-sensitive (RFC 7515 section 4.1.1).</summary>
internal static class JwtAlgorithms
{
    /// <summary>Reads an <c>alg</c> value; false for everything outside the allow-list, <c>none</c> included.</summary>
    public static bool TryParse(string? name, out JwtAlgorithm algorithm)
    {
        (var known, algorithm) = name switch
        {
            "HS256" => (true, JwtAlgorithm.HS256),
            "RS256" => (true, JwtAlgorithm.RS256),
            "ES256" => (true, JwtAlgorithm.ES256),
            _ => (false, default),
        };
        return known;
    }
}
