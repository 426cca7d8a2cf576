using System.Security.Cryptography;
using System.Text;
using Gateway.Api.Auth.Jwt;
using Gateway.Api.Tests.Auth.Jwt;
using Gateway.Api.Tests.Gateway;

namespace Gateway.Api.Tests.Auth.Running;

/// <summary>What attackers send (RFC 8725), by what they try. Those that bring keys of their own are made for the address they publish them at.</summary>
internal static class ForgedTokens
{
    private static readonly string Good = JwtFixture.Claims();

    private static readonly byte[] Secret = Encoding.UTF8.GetBytes(GatewayHost.JwtSecret);

    public static IReadOnlyDictionary<string, Func<Uri, string>> All { get; } = new Dictionary<string, Func<Uri, string>>(
        [.. Unsecured(), .. OtherAlgorithms(), .. PublicKeyAsSecret(), .. WrongKeys(), .. KeysOfTheTokensOwn(), .. KeyNames(), .. Envelopes()]);

    // RFC 8725 section 3.1: "none", in whatever letters, is no algorithm.
    private static IEnumerable<KeyValuePair<string, Func<Uri, string>>> Unsecured()
    {
        foreach (var alg in (string[])["none", "None", "NONE", "nOnE", "none ", ""])
        {
            yield return Named($"alg '{alg}' without a signature", $"{Encoded($$"""{"alg":"{{alg}}"}""")}.{Encoded(Good)}.");
            yield return Named($"alg '{alg}' signed by the secret", Keys.Hmac(Secret, $$"""{"alg":"{{alg}}"}""", Good));
        }

        yield return Named("no alg", Keys.Hmac(Secret, """{"typ":"JWT"}""", Good));
        yield return Named("signature left out", $"{Encoded("""{"alg":"HS256"}""")}.{Encoded(Good)}.");
    }

    // Right keys, algorithms off the list.
    private static IEnumerable<KeyValuePair<string, Func<Uri, string>>> OtherAlgorithms()
    {
        yield return Named("HS512 by the secret", JwtFixture.Sign("""{"alg":"HS512"}""", Good, input => HMACSHA512.HashData(Secret, input)));
        yield return Named("HS256 that is HS512", JwtFixture.Sign("""{"alg":"HS256"}""", Good, input => HMACSHA512.HashData(Secret, input)));
        yield return Named("RS512 by the right key", JwtFixture.Sign(
            """{"alg":"RS512","kid":"rsa-1"}""", Good, input => JwtFixture.Rsa.SignData(input, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1)));
        yield return Named("PS256 by the right key", Pss("PS256"));
        yield return Named("RS256 that is PS256", Pss("RS256"));
        yield return Named("alg in small letters", Keys.Hmac(Secret, """{"alg":"hs256"}""", Good));
    }

    // RFC 8725 section 2.1: the public key, in each of its forms, taken for the secret.
    private static IEnumerable<KeyValuePair<string, Func<Uri, string>>> PublicKeyAsSecret()
    {
        var rsa = JwtFixture.Rsa.ExportParameters(false);
        (string Form, string Kid, byte[] Bytes)[] forms =
        [
            ("RSA key as PEM", CustomerSurface.RsaKid, Ascii(JwtFixture.Rsa.ExportSubjectPublicKeyInfoPem())),
            ("RSA key as PEM with its line end", CustomerSurface.RsaKid, Ascii(JwtFixture.Rsa.ExportSubjectPublicKeyInfoPem() + "\n")),
            ("RSA key as PKCS #1 PEM", CustomerSurface.RsaKid, Ascii(JwtFixture.Rsa.ExportRSAPublicKeyPem())),
            ("RSA key as DER", CustomerSurface.RsaKid, JwtFixture.Rsa.ExportSubjectPublicKeyInfo()),
            ("RSA key as JWK", CustomerSurface.RsaKid, Ascii(Keys.RsaJwk(JwtFixture.Rsa, CustomerSurface.RsaKid))),
            ("RSA modulus", CustomerSurface.RsaKid, rsa.Modulus!),
            ("RSA modulus as base64url", CustomerSurface.RsaKid, Ascii(StrictBase64Url.Encode(rsa.Modulus))),
            ("EC key as PEM", CustomerSurface.EcKid, Ascii(JwtFixture.Ec.ExportSubjectPublicKeyInfoPem())),
            ("EC key as PEM with its line end", CustomerSurface.EcKid, Ascii(JwtFixture.Ec.ExportSubjectPublicKeyInfoPem() + "\n")),
            ("EC key as DER", CustomerSurface.EcKid, JwtFixture.Ec.ExportSubjectPublicKeyInfo()),
            ("EC key as JWK", CustomerSurface.EcKid, Ascii(Keys.EcJwk(JwtFixture.Ec, CustomerSurface.EcKid))),
            ("EC key's x", CustomerSurface.EcKid, JwtFixture.Ec.ExportParameters(false).Q.X!),
        ];
        foreach (var (form, kid, bytes) in forms)
        {
            yield return Named($"HS256 by the {form}", Keys.Hmac(bytes, $$"""{"alg":"HS256","kid":"{{kid}}"}""", Good));
            yield return Named($"HS256 by the {form}, no kid", Keys.Hmac(bytes, """{"alg":"HS256"}""", Good));
        }
    }

    private static IEnumerable<KeyValuePair<string, Func<Uri, string>>> WrongKeys()
    {
        yield return Named("RS256 by a stranger's key", Keys.Rsa(Keys.StrangersRsa, """{"alg":"RS256","kid":"rsa-1"}""", Good));
        yield return Named("RS256 that names the EC key", Keys.Rsa(JwtFixture.Rsa, """{"alg":"RS256","kid":"ec-1"}""", Good));
        yield return Named("ES256 that names the RSA key", JwtFixture.Es256("""{"alg":"ES256","kid":"rsa-1"}""", Good));
        yield return Named("ES256 in RS256's name", JwtFixture.Es256("""{"alg":"RS256","kid":"rsa-1"}""", Good));
        yield return Named("RS256 in ES256's name", Keys.Rsa(JwtFixture.Rsa, """{"alg":"ES256","kid":"ec-1"}""", Good));
        yield return Named("RS256 that names another published key", Keys.Rsa(JwtFixture.Rsa, """{"alg":"RS256","kid":"rsa-2"}""", Good));
        yield return Named("HS256 by an empty secret", Keys.Hmac([], """{"alg":"HS256"}""", Good));
        yield return Named("ES256 of zeros", JwtFixture.Sign("""{"alg":"ES256","kid":"ec-1"}""", Good, _ => new byte[64]));
        yield return Named("ES256 in ASN.1", JwtFixture.Sign(
            """{"alg":"ES256","kid":"ec-1"}""", Good, input => JwtFixture.Ec.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)));
        yield return Named("RS256 of zeros", JwtFixture.Sign("""{"alg":"RS256","kid":"rsa-1"}""", Good, _ => new byte[256]));
    }

    // RFC 8725 section 3.10.
    private static IEnumerable<KeyValuePair<string, Func<Uri, string>>> KeysOfTheTokensOwn()
    {
        yield return new("jku", stranger => Strangers($"\"jku\":\"{stranger}keys\""));
        yield return new("jku, new kid", stranger => Keys.Rsa(Keys.StrangersRsa, $$"""{"alg":"RS256","kid":"strangers","jku":"{{stranger}}keys"}""", Good));
        yield return new("x5u", stranger => Strangers($"\"x5u\":\"{stranger}chain\""));
        yield return new("kid that is an address", stranger => Keys.Rsa(Keys.StrangersRsa, $$"""{"alg":"RS256","kid":"{{stranger}}keys"}""", Good));
        yield return new("iss of the stranger's", stranger => Keys.Rsa(
            Keys.StrangersRsa, """{"alg":"RS256","kid":"rsa-1"}""", JwtFixture.Claims($",\"iss\":\"{stranger}auth/v1\"")));
        yield return Named("jwk", Strangers($"\"jwk\":{Keys.RsaJwk(Keys.StrangersRsa, CustomerSurface.RsaKid)}"));
        yield return Named("x5c", Strangers("\"x5c\":[\"MIIB\"]"));
    }

    private static IEnumerable<KeyValuePair<string, Func<Uri, string>>> KeyNames()
    {
        // Names that a careless reader would open as a file, put into a query, or match loosely; the secrets are what it would then find.
        (string Kid, byte[] Secret)[] found =
        [
            ("../../../../../../dev/null", []),
            ("/dev/null", []),
            ("../../../../proc/sys/kernel/randomize_va_space", Ascii("2\n")),
            ("x' UNION SELECT 'found", Ascii("found")),
            ("x'; DROP TABLE devices; --", Ascii("x")),
            ("$(echo found)", Ascii("found")),
        ];
        foreach (var (kid, secret) in found) yield return Named($"HS256, kid {kid}", Keys.Hmac(secret, $$"""{"alg":"HS256","kid":"{{kid}}"}""", Good));
        foreach (var kid in (string[])["../../../../../../dev/null", "rsa-1' OR '1'='1", "rsa-%", "RSA-1", "rsa-1 ", "rsa-1\\u0000", "*", "0", "constructor", "__proto__"])
            yield return Named($"RS256, kid {kid}", Keys.Rsa(JwtFixture.Rsa, $$"""{"alg":"RS256","kid":"{{kid}}"}""", Good));
        foreach (var kid in (string[])["\"\"", "null", "0", "[\"rsa-1\"]", "{\"kid\":\"rsa-1\"}", $"\"{new string('k', 129)}\"", $"\"{new string('k', 5000)}\""])
            yield return Named($"RS256, kid {kid[..Math.Min(kid.Length, 20)]} ({kid.Length})", Keys.Rsa(JwtFixture.Rsa, $$"""{"alg":"RS256","kid":{{kid}}}""", Good));
        yield return Named("RS256 without kid, of two keys", Keys.Rsa(JwtFixture.Rsa, """{"alg":"RS256"}""", Good));
    }

    private static IEnumerable<KeyValuePair<string, Func<Uri, string>>> Envelopes()
    {
        foreach (var crit in (string[])["[\"exp\"]", "[]", "null", "[\"b64\"],\"b64\":false"])
            yield return Named($"crit {crit}", Keys.Hmac(Secret, $$"""{"alg":"HS256","crit":{{crit}}}""", Good));
        yield return Named("alg twice", Keys.Hmac(Secret, """{"alg":"none","alg":"HS256"}""", Good));
        yield return Named("alg twice, once escaped", Keys.Hmac(Secret, """{"alg":"HS256","\u0061lg":"none"}""", Good));
        yield return Named("kid twice", Keys.Rsa(JwtFixture.Rsa, """{"alg":"RS256","kid":"rsa-1","kid":"rsa-2"}""", Good));
        yield return Named("sub twice", CustomerSurface.Hs256(JwtFixture.Claims(",\"sub\":\"customer-2\"")));
        yield return Named("exp twice", CustomerSurface.Hs256(JwtFixture.Claims(",\"exp\":4102444800")));
        var good = CustomerSurface.Hs256(Good);
        yield return Named("padded", good + "=");
        yield return Named("last letter's unused bits", good[..^1] + NextLetter(good[^1]));
        yield return Named("four parts", good + ".AAAA");
        yield return Named("past 8 KiB", CustomerSurface.Hs256(JwtFixture.Claims($",\"x\":\"{new string('x', 8 * 1024)}\"")));
        yield return Named("JSON serialization", RfcVectors.FlattenedToken);
        yield return Named("encrypted", RfcVectors.EncryptedToken);
    }

    private static string Strangers(string more) => Keys.Rsa(Keys.StrangersRsa, $$"""{"alg":"RS256","kid":"rsa-1",{{more}}}""", Good);

    private static string Pss(string alg) => JwtFixture.Sign(
        $$"""{"alg":"{{alg}}","kid":"rsa-1"}""", Good, input => JwtFixture.Rsa.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pss));

    private static KeyValuePair<string, Func<Uri, string>> Named(string name, string token) => new(name, _ => token);

    private static string Encoded(string text) => JwtFixture.Encode(text);

    private static byte[] Ascii(string text) => Encoding.ASCII.GetBytes(text);

    /// <summary>An HS256 signature has 32 bytes: its last letter holds 4 bits and 2 that are not used.</summary>
    private static char NextLetter(char letter)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return Alphabet[Alphabet.IndexOf(letter, StringComparison.Ordinal) + 1];
    }
}
