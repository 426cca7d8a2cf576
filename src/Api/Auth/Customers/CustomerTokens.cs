using Gateway.Api.Auth.Jwks;
using Gateway.Api.Auth.Jwt;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Auth.Customers;

/// <summary>
/// Verifies customers' tokens by what <see cref="SupabaseOptions"/> names. The one entry for everything that takes such a
/// token: the header, sockets, the hub.
/// </summary>
internal sealed class CustomerTokens : IJwtKeySource, IDisposable
{
    private readonly HmacJwtKey? secret;
    private readonly JwksKeySource? published;
    private readonly JwtVerifier verifier;
    private readonly JwtSigner? signer;

    /// <param name="options">The settings, validated.</param>
    /// <param name="keySetHttp">Reads the key set; must follow no redirects.</param>
    /// <param name="time">The clock of all checks.</param>
    /// <param name="loggers">For the key set's log.</param>
    public CustomerTokens(IOptions<SupabaseOptions> options, HttpMessageInvoker keySetHttp, TimeProvider time, ILoggerFactory loggers)
    {
        var settings = options.Value;
        secret = settings.SecretKey;
        if (settings.KeySetAddress is { } address)
            published = new JwksKeySource(keySetHttp, new JwksOptions { Address = address }, time, loggers.CreateLogger<JwksKeySource>());
        IsOpen = settings.IsConfigured;
        verifier = new JwtVerifier(this, settings.Rules, time);
        if (secret is not null) signer = new JwtSigner(secret, settings.Rules, time);
    }

    /// <summary>False when nothing is configured: no token can be good, and the answer is 503.</summary>
    public bool IsOpen { get; }

    /// <summary>Verifies one token; the answer is a value for every input.</summary>
    public ValueTask<JwtResult> VerifyAsync(string token, CancellationToken cancellationToken) => verifier.VerifyAsync(token, cancellationToken);

    /// <summary>
    /// A token for a customer, signed by the shared secret: for the command <c>token</c>. Null when there is no shared
    /// secret; Supabase alone issues tokens then.
    /// </summary>
    /// <exception cref="ArgumentException">The name is not 1 to 128 printable ASCII characters; the message says so.</exception>
    public string? Issue(string customer, TimeSpan lifetime) => signer?.Sign(customer, lifetime);

    /// <inheritdoc />
    /// <remarks>
    /// The algorithm chooses the kind of key before a name chooses among them, so no published key can serve as a secret.
    /// There is one secret, and Supabase gives it names of its own: for HS256 the <c>kid</c> says nothing.
    /// </remarks>
    public ValueTask<JwtKeyLookup> FindAsync(JwtAlgorithm algorithm, string? keyId, CancellationToken cancellationToken) => algorithm switch
    {
        JwtAlgorithm.HS256 => ValueTask.FromResult(secret is null ? JwtKeyLookup.Unknown : JwtKeyLookup.Found(secret)),
        _ when published is not null => published.FindAsync(algorithm, keyId, cancellationToken),
        _ => ValueTask.FromResult(JwtKeyLookup.Unknown),
    };

    /// <inheritdoc />
    public void Dispose() => published?.Dispose();
}
