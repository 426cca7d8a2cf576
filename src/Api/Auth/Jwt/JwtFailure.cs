namespace Gateway.Api.Auth.Jwt;

/// <summary>Why a token was not accepted: a closed set, for logs, metrics and tests. Clients learn at most "expired".</summary>
internal enum JwtFailure
{
    /// <summary>The token is good.</summary>
    None,

    /// <summary>More than <see cref="CompactJws.MaxLength"/> characters.</summary>
    TooLarge,

    /// <summary>Not three parts of strict base64url that hold JSON objects without doubled members.</summary>
    Malformed,

    /// <summary><c>alg</c> is missing or outside the allow-list, <c>none</c> for one.</summary>
    AlgorithmNotAllowed,

    /// <summary><c>crit</c> is present; no extension is understood here (RFC 7515 section 4.1.11).</summary>
    CriticalHeader,

    /// <summary><c>kid</c> is not a string of 1 to <see cref="CompactJws.MaxKeyIdLength"/> characters.</summary>
    KeyIdInvalid,

    /// <summary>No known key of the algorithm's type answers to the <c>kid</c>.</summary>
    KeyUnknown,

    /// <summary>The key may exist, but the key set cannot be had now: our trouble (503), not the client's (401).</summary>
    KeysUnavailable,

    /// <summary>The signature is not the key's over these bytes.</summary>
    SignatureInvalid,

    /// <summary><c>exp</c> is missing, or a claim that is checked has the wrong type or range.</summary>
    ClaimInvalid,

    /// <summary><c>exp</c> lies in the past, by more than the skew.</summary>
    Expired,

    /// <summary><c>nbf</c> lies in the future, by more than the skew.</summary>
    NotYetValid,

    /// <summary><c>iat</c> lies in the future, by more than the skew.</summary>
    IssuedInFuture,

    /// <summary><c>aud</c> does not name us.</summary>
    AudienceMismatch,

    /// <summary><c>iss</c> is present and not the expected one.</summary>
    IssuerMismatch,

    /// <summary><c>sub</c> is missing, empty, longer than 128 characters or not printable ASCII.</summary>
    SubjectInvalid,
}
