using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Gateway.Api.Auth.Jwt;

namespace Gateway.Api.Tests.Auth.Jwt;

public sealed class JwtVerifierTests
{
    private readonly JwtFixture jwt = new();

    [Fact]
    public async Task Verify_GoodTokenOfEachAlgorithm_GivesSubjectAndExpiry()
    {
        string[] tokens =
        [
            JwtFixture.Hs256(JwtFixture.Claims()),
            JwtFixture.Rs256("""{"alg":"RS256","kid":"rsa-1"}""", JwtFixture.Claims()),
            JwtFixture.Es256("""{"alg":"ES256","kid":"ec-1"}""", JwtFixture.Claims()),
        ];
        foreach (var token in tokens)
        {
            var result = await jwt.Verifier.VerifyAsync(token, CancellationToken.None);
            Assert.Equal(JwtFailure.None, result.Failure);
            Assert.Equal(new JwtClaims(JwtFixture.Customer, JwtFixture.Now.AddHours(1)), result.Claims);
        }
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    [InlineData("")]
    [InlineData("hs256")]
    [InlineData("HS384")]
    [InlineData("HS512")]
    [InlineData("RS384")]
    [InlineData("PS256")]
    [InlineData("ES384")]
    [InlineData("ES256K")]
    [InlineData("EdDSA")]
    [InlineData("HS256 ")]
    public async Task Verify_AlgorithmOutsideTheAllowList_IsRefused(string alg)
    {
        Assert.Equal(JwtFailure.AlgorithmNotAllowed, await jwt.FailureOf(JwtFixture.Hs256($$"""{"alg":"{{alg}}"}""", JwtFixture.Claims())));
        Assert.Equal(
            JwtFailure.AlgorithmNotAllowed,
            await jwt.FailureOf($"{JwtFixture.Encode($$"""{"alg":"{{alg}}"}""")}.{JwtFixture.Encode(JwtFixture.Claims())}."));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"alg":null}""")]
    [InlineData("""{"alg":["HS256"]}""")]
    [InlineData("""{"alg":256}""")]
    [InlineData("""{"ALG":"HS256"}""")]
    public async Task Verify_AlgorithmMissingOrNoText_IsRefused(string header) =>
        Assert.Equal(JwtFailure.AlgorithmNotAllowed, await jwt.FailureOf(JwtFixture.Hs256(header, JwtFixture.Claims())));

    [Fact]
    public async Task Verify_HmacWithAPublicKeyAsItsSecret_IsRefused()
    {
        // Whatever form of the public key an attacker takes for the secret (RFC 8725 section 2.1).
        byte[][] secrets =
        [
            JwtFixture.Rsa.ExportSubjectPublicKeyInfo(),
            JwtFixture.Rsa.ExportRSAPublicKey(),
            Encoding.ASCII.GetBytes(JwtFixture.Rsa.ExportSubjectPublicKeyInfoPem()),
            Encoding.ASCII.GetBytes(JwtFixture.Rsa.ExportRSAPublicKeyPem() + "\n"),
            JwtFixture.Rsa.ExportParameters(false).Modulus!,
            JwtFixture.Ec.ExportSubjectPublicKeyInfo(),
            Encoding.ASCII.GetBytes(JwtFixture.Ec.ExportSubjectPublicKeyInfoPem()),
        ];
        foreach (var secret in secrets)
        {
            foreach (var kid in new[] { "rsa-1", "ec-1" })
            {
                var header = $$"""{"alg":"HS256","kid":"{{kid}}"}""";
                var forged = JwtFixture.Sign(header, JwtFixture.Claims(), input => HMACSHA256.HashData(secret, input));
                Assert.NotEqual(JwtFailure.None, await jwt.FailureOf(forged));
            }
        }
    }

    [Fact]
    public async Task Verify_KeyOfOneTypeNamedForAnotherAlgorithm_IsRefused()
    {
        Assert.Equal(JwtFailure.KeyUnknown, await jwt.FailureOf(JwtFixture.Rs256("""{"alg":"ES256","kid":"rsa-1"}""", JwtFixture.Claims())));
        Assert.Equal(JwtFailure.KeyUnknown, await jwt.FailureOf(JwtFixture.Es256("""{"alg":"RS256","kid":"ec-1"}""", JwtFixture.Claims())));

        // Even a key source that answers with a wrong key does no harm.
        CompactJws.TryParse(JwtFixture.Hs256(JwtFixture.Claims()), out var jws);
        Assert.False(jws!.IsSignedBy(JwtFixture.PublicKey(JwtFixture.Rsa, null)));
        Assert.False(jws.IsSignedBy(JwtFixture.PublicKey(JwtFixture.Ec, null)));
        Assert.True(jws.IsSignedBy(new GullibleKey(JwtAlgorithm.HS256)));
        Assert.False(jws.IsSignedBy(new GullibleKey(JwtAlgorithm.RS256)));
    }

    [Fact]
    public async Task Verify_EmptyShortLongOrZeroSignature_IsRefused()
    {
        foreach (var header in new[] { """{"alg":"HS256"}""", """{"alg":"RS256","kid":"rsa-1"}""", """{"alg":"ES256","kid":"ec-1"}""" })
        {
            foreach (var length in new[] { 0, 1, 31, 32, 33, 63, 64, 65, 255, 256, 257 })
                Assert.Equal(JwtFailure.SignatureInvalid, await jwt.FailureOf(JwtFixture.Sign(header, JwtFixture.Claims(), _ => new byte[length])));
        }
    }

    [Fact]
    public async Task Verify_EcSignatureInDer_IsRefused()
    {
        // RFC 7518 section 3.4: the two numbers side by side, never ASN.1.
        var token = JwtFixture.Sign(
            """{"alg":"ES256","kid":"ec-1"}""",
            JwtFixture.Claims(),
            input => JwtFixture.Ec.SignData(input, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
        Assert.Equal(JwtFailure.SignatureInvalid, await jwt.FailureOf(token));
    }

    [Theory]
    [InlineData("""{"alg":"HS256","crit":["exp"]}""")]
    [InlineData("""{"alg":"HS256","crit":[]}""")]
    [InlineData("""{"alg":"HS256","crit":null}""")]
    [InlineData("""{"alg":"HS256","crit":["b64"],"b64":false}""")]
    public async Task Verify_CriticalHeader_IsRefused(string header) =>
        Assert.Equal(JwtFailure.CriticalHeader, await jwt.FailureOf(JwtFixture.Hs256(header, JwtFixture.Claims())));

    [Fact]
    public async Task Verify_KeyBroughtOrPointedToByTheToken_IsIgnored()
    {
        using var theirs = RSA.Create(2048);
        var parameters = theirs.ExportParameters(false);
        var jwk = $$"""{"kty":"RSA","kid":"rsa-1","n":"{{StrictBase64Url.Encode(parameters.Modulus)}}","e":"AQAB"}""";
        foreach (var more in new[] { $"\"jwk\":{jwk}", "\"jku\":\"https://evil.example/jwks\"", "\"x5u\":\"https://evil.example/x\"", "\"x5c\":[\"MIIB\"]" })
        {
            var forged = JwtFixture.Sign(
                $$"""{"alg":"RS256","kid":"rsa-1",{{more}}}""",
                JwtFixture.Claims(),
                input => theirs.SignData(input, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
            Assert.Equal(JwtFailure.SignatureInvalid, await jwt.FailureOf(forged));
            Assert.Equal(JwtFailure.None, await jwt.FailureOf(JwtFixture.Rs256($$"""{"alg":"RS256","kid":"rsa-1",{{more}}}""", JwtFixture.Claims())));
        }
    }

    [Theory]
    [InlineData("rsa-2")]
    [InlineData("RSA-1")]
    [InlineData("rsa-1 ")]
    [InlineData("../../dev/null")]
    [InlineData("rsa-1\\u0000")]
    [InlineData("' OR '1'='1")]
    [InlineData("https://evil.example/key")]
    [InlineData("ec-1")]
    public async Task Verify_KidThatIsNotExactlyAKnownOne_IsUnknown(string kid) =>
        Assert.Equal(JwtFailure.KeyUnknown, await jwt.FailureOf(JwtFixture.Rs256($$"""{"alg":"RS256","kid":"{{kid}}"}""", JwtFixture.Claims())));

    [Theory]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("[\"rsa-1\"]")]
    [InlineData("{\"a\":1}")]
    [InlineData("\"\\ud800\"")]
    public async Task Verify_KidThatIsNoText_IsRefused(string kid) =>
        Assert.Equal(JwtFailure.KeyIdInvalid, await jwt.FailureOf(JwtFixture.Rs256($$"""{"alg":"RS256","kid":{{kid}}}""", JwtFixture.Claims())));

    [Fact]
    public async Task Verify_KidPast128Characters_IsRefused()
    {
        Assert.Equal(JwtFailure.KeyUnknown, await jwt.FailureOf(JwtFixture.Rs256($$"""{"alg":"RS256","kid":"{{new string('k', 128)}}"}""", JwtFixture.Claims())));
        Assert.Equal(JwtFailure.KeyIdInvalid, await jwt.FailureOf(JwtFixture.Rs256($$"""{"alg":"RS256","kid":"{{new string('k', 129)}}"}""", JwtFixture.Claims())));
    }

    [Fact]
    public async Task Verify_KeysNotReadable_SaysSo()
    {
        jwt.Unreadable = true;
        Assert.Equal(JwtFailure.KeysUnavailable, await jwt.FailureOf(JwtFixture.Hs256(JwtFixture.Claims())));
    }

    [Theory]
    [InlineData("exp", -60, nameof(JwtFailure.Expired))]
    [InlineData("exp", -59, nameof(JwtFailure.None))]
    [InlineData("nbf", 60, nameof(JwtFailure.None))]
    [InlineData("nbf", 61, nameof(JwtFailure.NotYetValid))]
    [InlineData("iat", 60, nameof(JwtFailure.None))]
    [InlineData("iat", 61, nameof(JwtFailure.IssuedInFuture))]
    public async Task Verify_DateAtTheEdgeOfTheSkew_IsJudgedToTheSecond(string claim, int secondsFromNow, string expected)
    {
        var at = JwtFixture.Seconds(secondsFromNow);
        var claims = claim == "exp" ? JwtFixture.Claims(exp: at) : JwtFixture.Claims($",\"{claim}\":{at}");
        Assert.Equal(expected, (await jwt.FailureOf(JwtFixture.Hs256(claims))).ToString());
    }

    [Fact]
    public async Task Verify_SameTokenWhileTimePasses_ExpiresOnceSkewIsOver()
    {
        var token = JwtFixture.Hs256(JwtFixture.Claims(exp: JwtFixture.Seconds(10)));
        jwt.Time.Advance(TimeSpan.FromMilliseconds(69_999));
        Assert.Equal(JwtFailure.None, await jwt.FailureOf(token));
        jwt.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(JwtFailure.Expired, await jwt.FailureOf(token));
    }

    [Fact]
    public async Task Verify_FractionalDate_IsLegal()
    {
        var exp = string.Create(CultureInfo.InvariantCulture, $"{JwtFixture.Seconds(10)}.5");
        Assert.Equal(
            JwtFailure.None,
            await jwt.FailureOf(JwtFixture.Hs256($$"""{"sub":"a","aud":"authenticated","exp":{{exp}}}""")));
    }

    [Theory]
    [InlineData("""{"sub":"a","aud":"authenticated"}""")]
    [InlineData("""{"sub":"a","aud":"authenticated","exp":null}""")]
    [InlineData("""{"sub":"a","aud":"authenticated","exp":"4102444800"}""")]
    [InlineData("""{"sub":"a","aud":"authenticated","exp":1e400}""")]
    [InlineData("""{"sub":"a","aud":"authenticated","exp":-1}""")]
    [InlineData("""{"sub":"a","aud":"authenticated","exp":253402300800}""")]
    [InlineData("""{"sub":"a","aud":"authenticated","exp":4102444800,"nbf":"0"}""")]
    [InlineData("""{"sub":"a","aud":"authenticated","exp":4102444800,"iat":{}}""")]
    public async Task Verify_DateMissingOrNoNumber_IsRefused(string claims) =>
        Assert.Equal(JwtFailure.ClaimInvalid, await jwt.FailureOf(JwtFixture.Hs256(claims)));

    [Theory]
    [InlineData("\"authenticated\"", nameof(JwtFailure.None))]
    [InlineData("[\"authenticated\"]", nameof(JwtFailure.None))]
    [InlineData("[\"other\",\"authenticated\"]", nameof(JwtFailure.None))]
    [InlineData("\"Authenticated\"", nameof(JwtFailure.AudienceMismatch))]
    [InlineData("\"anon\"", nameof(JwtFailure.AudienceMismatch))]
    [InlineData("[]", nameof(JwtFailure.AudienceMismatch))]
    [InlineData("[\"authenticated\",1]", nameof(JwtFailure.AudienceMismatch))]
    [InlineData("{\"authenticated\":true}", nameof(JwtFailure.AudienceMismatch))]
    [InlineData("null", nameof(JwtFailure.AudienceMismatch))]
    public async Task Verify_Audience_IsTextOrListOfTexts(string aud, string expected) =>
        Assert.Equal(expected, (await jwt.FailureOf(JwtFixture.Hs256($$"""{"sub":"a","exp":4102444800,"aud":{{aud}}}"""))).ToString());

    [Fact]
    public async Task Verify_AudienceMissing_IsRefused() =>
        Assert.Equal(JwtFailure.AudienceMismatch, await jwt.FailureOf(JwtFixture.Hs256("""{"sub":"a","exp":4102444800}""")));

    [Theory]
    [InlineData("", nameof(JwtFailure.None))]
    [InlineData(",\"iss\":\"https://p.supabase.co/auth/v1\"", nameof(JwtFailure.None))]
    [InlineData(",\"iss\":\"https://p.supabase.co/auth/v1/\"", nameof(JwtFailure.IssuerMismatch))]
    [InlineData(",\"iss\":\"https://q.supabase.co/auth/v1\"", nameof(JwtFailure.IssuerMismatch))]
    [InlineData(",\"iss\":null", nameof(JwtFailure.IssuerMismatch))]
    public async Task Verify_IssuerWherePresent_MustBeTheConfiguredOne(string more, string expected)
    {
        var verifier = new JwtVerifier(jwt, new JwtRules { Issuer = "https://p.supabase.co/auth/v1" }, jwt.Time);
        Assert.Equal(expected, (await verifier.VerifyAsync(JwtFixture.Hs256(JwtFixture.Claims(more)), CancellationToken.None)).Failure.ToString());
    }

    [Theory]
    [InlineData("\"8a6e0804-2bd0-4672-b79d-d97027f9071a\"", nameof(JwtFailure.None))]
    [InlineData("\"Ada Lovelace\"", nameof(JwtFailure.None))]
    [InlineData("\"\"", nameof(JwtFailure.SubjectInvalid))]
    [InlineData("\" a\"", nameof(JwtFailure.SubjectInvalid))]
    [InlineData("\"a\\n\"", nameof(JwtFailure.SubjectInvalid))]
    [InlineData("\"a\\u0000\"", nameof(JwtFailure.SubjectInvalid))]
    [InlineData("\"a\\u202e\"", nameof(JwtFailure.SubjectInvalid))]
    [InlineData("\"§orchestrator\"", nameof(JwtFailure.SubjectInvalid))] // Owners.Orchestrator is no customer.
    [InlineData("\"\\ud800\"", nameof(JwtFailure.SubjectInvalid))]
    [InlineData("null", nameof(JwtFailure.SubjectInvalid))]
    [InlineData("7", nameof(JwtFailure.SubjectInvalid))]
    public async Task Verify_Subject_IsPrintableText(string sub, string expected) =>
        Assert.Equal(expected, (await jwt.FailureOf(JwtFixture.Hs256($$"""{"sub":{{sub}},"aud":"authenticated","exp":4102444800}"""))).ToString());

    [Theory]
    [InlineData(128, nameof(JwtFailure.None))]
    [InlineData(129, nameof(JwtFailure.SubjectInvalid))]
    public async Task Verify_SubjectLength_EndsAt128(int length, string expected) =>
        Assert.Equal(expected, (await jwt.FailureOf(JwtFixture.Hs256($$"""{"sub":"{{new string('s', length)}}","aud":"authenticated","exp":4102444800}"""))).ToString());

    /// <summary>Takes every signature: what is left is whether it is asked at all.</summary>
    private sealed class GullibleKey(JwtAlgorithm algorithm) : JwtKey(algorithm, keyId: null)
    {
        public override bool Verify(ReadOnlySpan<byte> signingInput, ReadOnlySpan<byte> signature) => true;
    }
}
