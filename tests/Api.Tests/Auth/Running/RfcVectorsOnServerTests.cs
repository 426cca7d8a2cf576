using Gateway.Api.Tests.Auth.Jwks;
using Gateway.Api.Tests.Auth.Jwt;
using Gateway.Api.Tests.Gateway;
using Microsoft.AspNetCore.Http;

namespace Gateway.Api.Tests.Auth.Running;

/// <summary>
/// The vectors of RFC 7515 at a server that has their keys. They expired in 2011, and a token is called expired only after its signature
/// was found right: any other is just not valid.
/// </summary>
public sealed class RfcVectorsOnServerTests
{
    private const string KeySet = $$"""
        {"keys":[
          {"kty":"RSA","n":"{{RfcVectors.Rs256Modulus}}","e":"{{RfcVectors.Rs256Exponent}}"},
          {"kty":"EC","crv":"P-256","x":"{{RfcVectors.Es256X}}","y":"{{RfcVectors.Es256Y}}"}]}
        """;

    [Fact]
    public async Task Vectors_ByPublishedKeys_VerifyAndAChangedOneDoesNot()
    {
        await using var project = await JwksServer.StartAsync();
        project.Trouble = context => context.Response.WriteAsync(KeySet);
        await using var host = new GatewayHost(new() { ["SUPABASE_URL"] = project.Url });
        await host.InitializeAsync();

        foreach (var token in (string[])[RfcVectors.Rs256Token, RfcVectors.Es256Token])
        {
            Assert.Equal("The token has expired.", await MessageAsync(host, token));
            Assert.Equal("The token is not valid.", await MessageAsync(host, token.Replace(".eyJpc3Mi", ".eyJpc3Mj", StringComparison.Ordinal)));
        }

        // A.1 (its secret is not this server's), A.4, A.5, A.7, appendix E; RFC 7519 A.1.
        foreach (var token in (string[])
            [
                RfcVectors.Hs256Token, RfcVectors.Es512Token, RfcVectors.UnsecuredToken, RfcVectors.FlattenedToken, RfcVectors.CriticalToken,
                RfcVectors.EncryptedToken,
            ])
        {
            Assert.Equal("The token is not valid.", await MessageAsync(host, token));
        }
    }

    private static async Task<string> MessageAsync(GatewayHost host, string token) =>
        (await host.WithToken(token).GetAsync("/api/v1/customer/devices"))
            .IsError(System.Net.HttpStatusCode.Unauthorized, "UNAUTHORIZED").Text("error.message");
}
