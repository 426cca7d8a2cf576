using System.Net;
using System.Text;
using Gateway.Api.Tests.Auth.Jwks;
using Gateway.Api.Tests.Auth.Jwt;
using Gateway.Api.Tests.Gateway;
using Microsoft.AspNetCore.Http;

namespace Gateway.Api.Tests.Auth.Running;

/// <summary>
/// A server that takes tokens of both kinds, by the shared secret and by a key set with the keys of <see cref="JwtFixture"/>; and a
/// stranger's server whose key set nobody may ever ask for.
/// </summary>
public sealed class CustomerSurface : IAsyncLifetime
{
    public const string RsaKid = "rsa-1", EcKid = "ec-1", OtherRsaKid = "rsa-2";

    private JwksServer project = null!;
    private LocalServer stranger = null!;
    private int strangersVisitors;

    public GatewayHost Host { get; private set; } = null!;

    /// <summary>Where a stranger publishes keys of its own.</summary>
    public Uri Stranger => stranger.Address;

    /// <summary>How often somebody came to the stranger.</summary>
    public int StrangersVisitors => Volatile.Read(ref strangersVisitors);

    public async ValueTask InitializeAsync()
    {
        project = await JwksServer.StartAsync();
        var keySet = $$"""{"keys":[{{Keys.RsaJwk(JwtFixture.Rsa, RsaKid)}},{{Keys.RsaJwk(Keys.OtherRsa, OtherRsaKid)}},{{Keys.EcJwk(JwtFixture.Ec, EcKid)}}]}""";
        project.Trouble = context => context.Response.WriteAsync(keySet);
        stranger = await LocalServer.StartAsync(context =>
        {
            Interlocked.Increment(ref strangersVisitors);
            return context.Response.WriteAsync($$"""{"keys":[{{Keys.RsaJwk(Keys.StrangersRsa, RsaKid)}}]}""");
        });
        Host = new GatewayHost(new() { ["SUPABASE_URL"] = project.Url });
        await Host.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await stranger.DisposeAsync();
        await project.DisposeAsync();
    }

    /// <summary>Asks for something of the customer's with this token.</summary>
    internal Task<Reply> AskAsync(string token) => Host.WithToken(token).GetAsync("/api/v1/customer/devices");

    internal async Task AcceptsAsync(string token) => (await AskAsync(token)).Is(HttpStatusCode.OK);

    /// <summary>Asserts the one answer that every bad token gets: it tells nothing of what is wrong with it.</summary>
    internal async Task RefusesAsync(string token, string message = "The token is not valid.")
    {
        var reply = (await AskAsync(token)).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Equal(message, reply.Text("error.message"));
        Assert.Equal("Bearer error=\"invalid_token\"", reply.Headers["WWW-Authenticate"]);
    }

    /// <summary>By the server's own secret.</summary>
    internal static string Hs256(string header, string claims) => Keys.Hmac(Encoding.UTF8.GetBytes(GatewayHost.JwtSecret), header, claims);

    /// <summary>By the server's own secret.</summary>
    internal static string Hs256(string claims) => Hs256("""{"alg":"HS256","typ":"JWT"}""", claims);
}
