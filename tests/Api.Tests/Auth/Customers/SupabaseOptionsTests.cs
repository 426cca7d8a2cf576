using Gateway.Api.Auth;
using Gateway.Api.Auth.Customers;
using Gateway.Api.Auth.Jwt;
using Gateway.Api.Tests.Auth.Jwt;
using Gateway.TestKit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Tests.Auth.Customers;

public sealed class SupabaseOptionsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gateway-supabase-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("https://project.supabase.co", "Production")]
    [InlineData("https://project.supabase.co/", "Production")]
    [InlineData("http://localhost:54321", "Production")]
    [InlineData("http://127.0.0.1:54321", "Production")]
    [InlineData("http://[::1]:54321", "Production")]
    [InlineData("http://supabase.internal", "Development")]
    public void Url_GoodAddress_IsAccepted(string url, string environment)
    {
        var options = Read(environment, (SupabaseOptions.UrlName, url));
        Assert.True(options.IsConfigured);
        Assert.Equal(new Uri(new Uri(url), "/auth/v1/.well-known/jwks.json"), options.KeySetAddress);
        Assert.Equal(url.TrimEnd('/') + "/auth/v1", options.Rules.Issuer);
    }

    [Theory]
    [InlineData("project.supabase.co")]
    [InlineData("/auth")]
    [InlineData("ftp://project.supabase.co")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://project.supabase.co")]
    [InlineData("https://project.supabase.co?x=1")]
    [InlineData("https://project.supabase.co#x")]
    public void Url_BadAddress_IsNamedInTheError(string url)
    {
        var problem = Assert.Throws<OptionsValidationException>(() => Read("Production", (SupabaseOptions.UrlName, url)));
        Assert.Contains($"SUPABASE_URL is '{url}'", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_SeveralErrors_AreReportedAtOnceAndWithoutTheSecret()
    {
        var problem = Assert.Throws<OptionsValidationException>(() => Read(
            "Production",
            (SupabaseOptions.JwtSecretName, "too-short-secret"),
            (SupabaseOptions.UrlName, "https://user:pass-word@project.supabase.co")));
        Assert.Equal(2, problem.Failures.Count());
        Assert.Contains("16 bytes", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("too-short-secret", problem.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("pass-word", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_NoneOutsideDevelopment_AreValidAndClosed()
    {
        Assert.False(Read("Production").IsConfigured);
        Assert.False(Read("Production", (SupabaseOptions.JwtSecretName, ""), (SupabaseOptions.UrlName, "")).IsConfigured);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void Settings_NoneInDevelopment_AreMadeOnceAndKept()
    {
        var made = Read("Development").JwtSecret;
        Assert.NotNull(made);
        Assert.Equal(made, Read("Development").JwtSecret);
        Assert.Equal("a secret of one's own, long enough", Read("Development", (SupabaseOptions.JwtSecretName, "a secret of one's own, long enough")).JwtSecret);
    }

    [Fact]
    public void Settings_UrlInDevelopment_NeedNoSecretBesideIt()
    {
        Assert.Null(Read("Development", (SupabaseOptions.UrlName, "https://project.supabase.co")).JwtSecret);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public async Task Issue_InDevelopment_GivesATokenThatTheServerTakes()
    {
        var time = new ManualTimeProvider();
        var token = Issue("Development", time);

        using var http = new HttpMessageInvoker(new NoHttp());
        using var server = new CustomerTokens(Options.Create(Read("Development")), http, time, NullLoggerFactory.Instance);
        var result = await server.VerifyAsync(token!, CancellationToken.None);

        Assert.Equal(new JwtResult(JwtFailure.None, new JwtClaims("alice", time.GetUtcNow().AddHours(12))), result);
    }

    [Fact]
    public void Issue_WithoutASharedSecret_GivesNone()
    {
        Assert.Null(Issue("Production", new ManualTimeProvider()));
        Assert.Null(Issue("Development", new ManualTimeProvider(), (SupabaseOptions.UrlName, "https://project.supabase.co")));
    }

    [Fact]
    public async Task Verify_SecretAndKeySetBothConfigured_NeverTakesOneForTheOther()
    {
        using var http = new HttpMessageInvoker(new NoHttp());
        using var tokens = new CustomerTokens(
            Options.Create(Read(
                "Production",
                (SupabaseOptions.JwtSecretName, System.Text.Encoding.UTF8.GetString(JwtFixture.Secret)),
                (SupabaseOptions.UrlName, "https://project.supabase.co"))),
            http, new ManualTimeProvider(JwtFixture.Now), NullLoggerFactory.Instance);

        // Supabase names its shared secret: the name says nothing.
        var good = JwtFixture.Hs256("""{"alg":"HS256","kid":"any","typ":"JWT"}""", JwtFixture.Claims());
        Assert.Equal(JwtFailure.None, (await tokens.VerifyAsync(good, CancellationToken.None)).Failure);

        var other = JwtFixture.Es256("""{"alg":"ES256","kid":"any"}""", JwtFixture.Claims());
        Assert.Equal(JwtFailure.KeysUnavailable, (await tokens.VerifyAsync(other, CancellationToken.None)).Failure);
    }

    private string? Issue(string environment, TimeProvider time, params (string, string)[] settings)
    {
        using var http = new HttpMessageInvoker(new NoHttp());
        using var tokens = new CustomerTokens(Options.Create(Read(environment, settings)), http, time, NullLoggerFactory.Instance);
        return tokens.Issue("alice", TimeSpan.FromHours(12));
    }

    private SupabaseOptions Read(string environment, params (string, string)[] settings)
    {
        var setup = new SupabaseOptionsSetup(Configuration(settings), new Named(environment), new GatewayAuthPaths(folder));
        return new OptionsFactory<SupabaseOptions>([setup], [], [setup]).Create(Options.DefaultName);
    }

    private static IConfiguration Configuration((string Name, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)))
        .Build();

    private sealed class Named(string environment) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = environment;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }

    private sealed class NoHttp : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException("No network in this test.");
    }
}
