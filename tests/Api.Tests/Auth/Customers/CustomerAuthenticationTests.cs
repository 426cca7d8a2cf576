using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Gateway.Api.Auth;
using Gateway.Api.Auth.Customers;
using Gateway.Api.Tests.Auth.Jwks;
using Gateway.Api.Tests.Auth.Jwt;
using Gateway.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Tests.Auth.Customers;

/// <summary>The scheme as a client of a real server sees it.</summary>
public sealed class CustomerAuthenticationTests
{
    private static readonly string Secret = System.Text.Encoding.UTF8.GetString(JwtFixture.Secret);

    private readonly ManualTimeProvider time = new(JwtFixture.Now);

    [Fact]
    public async Task GoodToken_ReachesTheEndpointAsItsCustomer()
    {
        await using var server = await Start((SupabaseOptions.JwtSecretName, Secret));
        foreach (var scheme in new[] { "Bearer", "bearer", "BEARER" })
        {
            var response = await Get(server, $"{scheme} {JwtFixture.Hs256(JwtFixture.Claims())}");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(JwtFixture.Customer, await response.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData(null, "Bearer")]
    [InlineData("", "Bearer")]
    [InlineData("Basic YWxpY2U6c2VjcmV0", "Bearer")]
    [InlineData("Bearer", "Bearer")]
    [InlineData("Bearer x", "Bearer error=\"invalid_token\"")]
    [InlineData("Bearer a b", "Bearer error=\"invalid_token\"")]
    public async Task NoOrBadToken_Answers401InTheGatewayFormat(string? authorization, string challenge)
    {
        await using var server = await Start((SupabaseOptions.JwtSecretName, Secret));
        var response = await Get(server, authorization);
        await AssertError(response, HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        Assert.Equal(challenge, response.Headers.WwwAuthenticate.Single().ToString());
    }

    [Fact]
    public async Task TwoAuthorizationHeaders_AreRefused()
    {
        await using var server = await Start((SupabaseOptions.JwtSecretName, Secret));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        var good = $"Bearer {JwtFixture.Hs256(JwtFixture.Claims())}";
        request.Headers.TryAddWithoutValidation("Authorization", [good, good]);
        await AssertError(await server.Client.SendAsync(request), HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task ExpiredToken_IsToldSoAndNothingElseIs()
    {
        await using var server = await Start((SupabaseOptions.JwtSecretName, Secret));
        var expired = await Get(server, $"Bearer {JwtFixture.Hs256(JwtFixture.Claims(exp: JwtFixture.Seconds(-60)))}");
        Assert.Equal("The token has expired.", await AssertError(expired, HttpStatusCode.Unauthorized, "UNAUTHORIZED"));

        // An expired token by somebody else is simply not valid: its claims are not read.
        var forged = JwtFixture.Sign("""{"alg":"HS256"}""", JwtFixture.Claims(exp: 1), _ => new byte[32]);
        Assert.Equal("The token is not valid.", await AssertError(await Get(server, $"Bearer {forged}"), HttpStatusCode.Unauthorized, "UNAUTHORIZED"));
    }

    [Fact]
    public async Task NothingConfiguredOutsideDevelopment_Answers503AndSaysWhyOnceAtStart()
    {
        await using var server = await Start();
        for (var i = 0; i < 3; i++)
        {
            await AssertError(await Get(server, null), HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
            await AssertError(
                await Get(server, $"Bearer {JwtFixture.Hs256(JwtFixture.Claims())}"), HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
        }

        Assert.Equal(1, server.Log.Count(3101));
    }

    [Fact]
    public async Task WrongSettings_StopTheStart() =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => Start((SupabaseOptions.JwtSecretName, "short")));

    [Fact]
    public async Task KeySetOfTheProject_VerifiesTokensAndFollowsRotation()
    {
        await using var supabase = await JwksServer.StartAsync("one");
        await using var server = await Start((SupabaseOptions.UrlName, supabase.Url));
        var claims = JwtFixture.Claims($",\"iss\":\"{supabase.Url}auth/v1\"");
        Assert.Equal(HttpStatusCode.OK, (await Get(server, $"Bearer {supabase.Token("one", claims)}")).StatusCode);

        supabase.Rotate("two");
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.OK, (await Get(server, $"Bearer {supabase.Token("two", claims)}")).StatusCode);
    }

    [Fact]
    public async Task KeySetNeverReadable_Answers503()
    {
        await using var supabase = await JwksServer.StartAsync("one");
        supabase.Trouble = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await using var server = await Start((SupabaseOptions.UrlName, supabase.Url));
        await AssertError(
            await Get(server, $"Bearer {supabase.Token("one", JwtFixture.Claims())}"), HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
    }

    [Fact]
    public async Task OtherToken_CountsOnlyWithoutAHeader()
    {
        await using var server = await Start((SupabaseOptions.JwtSecretName, Secret));
        var good = JwtFixture.Hs256(JwtFixture.Claims());
        Assert.Equal(HttpStatusCode.OK, (await server.Client.GetAsync(new Uri($"/socket?access_token={good}", UriKind.Relative))).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Client.GetAsync(new Uri($"/?access_token={good}", UriKind.Relative))).StatusCode);
        using var both = new HttpRequestMessage(HttpMethod.Get, $"/socket?access_token={good}");
        both.Headers.TryAddWithoutValidation("Authorization", "Bearer x");
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Client.SendAsync(both)).StatusCode);
    }

    [Fact]
    public async Task KnownCustomerRefusedByAPolicy_Answers403()
    {
        await using var server = await Start((SupabaseOptions.JwtSecretName, Secret));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/forbidden");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", JwtFixture.Hs256(JwtFixture.Claims()));
        await AssertError(await server.Client.SendAsync(request), HttpStatusCode.Forbidden, "FORBIDDEN");
    }

    [Fact]
    public async Task Tokens_GoodOrBad_AreNeverLogged()
    {
        await using var server = await Start((SupabaseOptions.JwtSecretName, Secret));
        var token = JwtFixture.Hs256(JwtFixture.Claims());
        await Get(server, $"Bearer {token}");
        await Get(server, $"Bearer {token}x");
        Assert.NotEmpty(server.Log.Texts);
        Assert.DoesNotContain(server.Log.Texts, line => line.Contains(token[^20..], StringComparison.Ordinal) || line.Contains(Secret, StringComparison.Ordinal));
    }

    private Task<LocalServer> Start(params (string Name, string Value)[] settings) => LocalServer.StartAsync(
        builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.AddCustomerAuthentication(dataPath: "unused");
            builder.Services.Configure<CustomerAuthenticationOptions>(
                GatewaySchemes.Customer,
                options => options.OtherToken = request => request.Path == "/socket" ? request.Query["access_token"] : (string?)null);
            builder.Services.AddAuthorizationBuilder().AddPolicy(
                "nobody", policy => policy.AddAuthenticationSchemes(GatewaySchemes.Customer).RequireAssertion(_ => false));
        },
        app =>
        {
            app.MapGet("/", (HttpContext context) => context.User.CustomerId()).RequireAuthorization(GatewaySchemes.Customer);
            app.MapGet("/socket", (HttpContext context) => context.User.CustomerId()).RequireAuthorization(GatewaySchemes.Customer);
            app.MapGet("/forbidden", () => "never").RequireAuthorization("nobody");
        });

    private static async Task<HttpResponseMessage> Get(LocalServer server, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (authorization is not null) request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return await server.Client.SendAsync(request);
    }

    private static async Task<string> AssertError(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var error = body.RootElement.GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(JsonValueKind.Object, error.GetProperty("details").ValueKind);
        return error.GetProperty("message").GetString()!;
    }
}
