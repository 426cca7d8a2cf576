using System.Net;
using System.Text.Json;
using Gateway.Portal.Tests.Kit;

namespace Gateway.Portal.Tests.SignIn;

public sealed class SignInTests
{
    private const string Grant = "POST /auth/v1/token";

    [Theory]
    [InlineData("/")]
    [InlineData("/devices/pi-1")]
    [InlineData("/sessions/sess_1")]
    [InlineData("/provision")]
    public async Task Page_WithoutSignIn_LeadsToItAndBack(string path)
    {
        await using var host = await PortalHost.StartAsync();
        using var answer = await host.Browser.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal($"/sign-in?returnUrl={Uri.EscapeDataString(path)}", answer.Headers.Location!.PathAndQuery);
        Assert.Empty(host.Gateway.Requests);
    }

    [Fact]
    public async Task ByName_InDevelopment_OpensTheFleetWithTheCustomersToken()
    {
        await using var host = await PortalHost.StartAsync();
        host.Gateway.Answer("GET /api/v1/customer/devices", new { devices = Array.Empty<object>(), total = 0 });
        using var answer = await host.SignInAsync("name", "/sign-in?returnUrl=%2Fdevices%2Fpi-1", ("Name", "alice"));
        Assert.Equal("/devices/pi-1", answer.Headers.Location!.AbsolutePath);

        var (status, html) = await host.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("alice", html, StringComparison.Ordinal);
        Assert.StartsWith("Bearer token-of-alice", Assert.Single(host.Gateway.To("GET /api/v1/customer/devices")).Authorization, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("<script>")]
    public async Task ByName_ThatIsNone_IsRefused(string name)
    {
        await using var host = await PortalHost.StartAsync();
        using var answer = await host.SignInAsync("name", fields: ("Name", name));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.DoesNotContain(host.Cookies.GetCookies(host.Address), cookie => cookie.Name == "gateway_portal");
    }

    [Fact]
    public async Task ByPassword_IsAskedOfSupabase()
    {
        await using var host = await WithSupabaseAsync();
        host.Gateway.Answer(Grant, Granted("first"));
        host.Gateway.Answer("GET /api/v1/customer/devices", new { devices = Array.Empty<object>(), total = 0 });
        using var answer = await host.SignInAsync("password", fields: [("Email", "a@example.org"), ("Password", "p w")]);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);

        var asked = Assert.Single(host.Gateway.To(Grant));
        Assert.Equal("?grant_type=password", asked.Query);
        Assert.Equal("anon-key", asked.ApiKey);
        Assert.Equal(("a@example.org", "p w"), (asked.Json.GetProperty("email").GetString(), asked.Json.GetProperty("password").GetString()));
        await host.GetAsync("/");
        Assert.Equal("Bearer first", Assert.Single(host.Gateway.To("GET /api/v1/customer/devices")).Authorization);
    }

    [Theory]
    [InlineData(400, HttpStatusCode.BadRequest, "not right")]
    [InlineData(401, HttpStatusCode.ServiceUnavailable, "does not work at the moment")]
    [InlineData(429, HttpStatusCode.TooManyRequests, "too many attempts")]
    [InlineData(500, HttpStatusCode.ServiceUnavailable, "does not work at the moment")]
    [InlineData(200, HttpStatusCode.ServiceUnavailable, "does not work at the moment")]
    public async Task ByPassword_WithoutAGrant_SaysWhy(int supabase, HttpStatusCode status, string said)
    {
        await using var host = await WithSupabaseAsync();
        host.Gateway.Answer(Grant, new { error = "invalid_grant", error_description = "secret of theirs" }, supabase);
        using var answer = await host.SignInAsync("password", fields: [("Email", "a@example.org"), ("Password", "wrong")]);
        var html = await answer.Content.ReadAsStringAsync();
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(said, html, StringComparison.Ordinal);
        Assert.DoesNotContain("secret of theirs", html, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"code":400,"error_code":"email_not_confirmed","msg":"Email not confirmed"}""")]
    [InlineData("""{"code":"email_not_confirmed","message":"Email not confirmed"}""")]
    [InlineData("""{"error":"invalid_grant","error_description":"Email not confirmed"}""")]
    public async Task ByPassword_WithAnAddressThatIsNotConfirmed_SaysWhatToDo(string supabase)
    {
        await using var host = await WithSupabaseAsync();
        host.Gateway.Answer(Grant, JsonElement.Parse(supabase), 400);
        using var answer = await host.SignInAsync("password", fields: [("Email", "a@example.org"), ("Password", "right")]);
        Assert.Contains("open the link in the mail", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ByPassword_AfterSignInByNameIsOff_OffersNoName()
    {
        await using var host = await WithSupabaseAsync();
        var (_, html) = await host.GetAsync("/sign-in");
        Assert.Contains("Password", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Customer name", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_SetUp_SaysSo()
    {
        await using var host = await PortalHost.StartAsync((_, _) => { });
        var (_, html) = await host.GetAsync("/sign-in");
        Assert.Contains("SUPABASE_URL", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_AboutToEnd_IsRenewedOnceAndGoesIntoTheCookie()
    {
        await using var host = await WithSupabaseAsync();
        host.Gateway.Answer(Grant, Granted("first"));
        using var signedIn = await host.SignInAsync("password", fields: [("Email", "a@example.org"), ("Password", "p")]);
        host.Gateway.Answer(Grant, Granted("second"));
        host.Gateway.Answer("GET /api/v1/customer/devices", new { devices = Array.Empty<object>(), total = 0 });
        host.Time.Advance(TimeSpan.FromMinutes(59));

        await Task.WhenAll(host.GetAsync("/"), host.GetAsync("/?status=online"), host.GetAsync("/?page=2"));
        await host.GetAsync("/");

        var renewal = Assert.Single(host.Gateway.To(Grant), request => request.Query == "?grant_type=refresh_token");
        Assert.Equal("refresh-of-first", renewal.Json.GetProperty("refresh_token").GetString());
        Assert.All(host.Gateway.To("GET /api/v1/customer/devices"), request => Assert.Equal("Bearer second", request.Authorization));
    }

    [Fact]
    public async Task Token_ThatCannotBeRenewed_EndsTheSignIn()
    {
        await using var host = await WithSupabaseAsync();
        host.Gateway.Answer(Grant, Granted("first"));
        using var signedIn = await host.SignInAsync("password", fields: [("Email", "a@example.org"), ("Password", "p")]);
        host.Gateway.Answer(Grant, new { error = "invalid_grant" }, 400);
        host.Time.Advance(TimeSpan.FromMinutes(59));

        Assert.Equal(HttpStatusCode.Redirect, (await host.GetAsync("/")).Status);
        using var renewal = await host.Browser.PostAsync(new Uri("/sign-in/renew", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.Unauthorized, renewal.StatusCode);
    }

    [Fact]
    public async Task Token_WhileSupabaseIsAway_IsUsedUntilItEnds()
    {
        await using var host = await WithSupabaseAsync();
        host.Gateway.Answer(Grant, Granted("first"));
        using var signedIn = await host.SignInAsync("password", fields: [("Email", "a@example.org"), ("Password", "p")]);
        host.Gateway.Answer(Grant, new { }, 503);
        host.Gateway.Answer("GET /api/v1/customer/devices", new { devices = Array.Empty<object>(), total = 0 });

        host.Time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/")).Status);
        using var renewal = await host.Browser.PostAsync(new Uri("/sign-in/renew", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, renewal.StatusCode);
        host.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.Redirect, (await host.GetAsync("/")).Status);
    }

    [Fact]
    public async Task Renew_OfAnOpenPage_Answers204AndNoToken()
    {
        await using var host = await PortalHost.StartAsync();
        await host.SignInAsync();
        host.Time.Advance(TimeSpan.FromMinutes(59));
        using var answer = await host.Browser.PostAsync(new Uri("/sign-in/renew", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Contains(answer.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("gateway_portal=", StringComparison.Ordinal));
        Assert.Equal("", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Cookie_IsEncryptedHttpOnlyAndLax()
    {
        await using var host = await PortalHost.StartAsync();
        using var answer = await host.SignInAsync("name", fields: ("Name", "alice"));
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), value => value.StartsWith("gateway_portal=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("alice", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("token-of", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookie_OverHttps_IsSecureWhereTheHostSaysSo()
    {
        await using var host = await PortalHost.StartAsync((options, _) =>
        {
            options.RequiresHttps = true;
            options.IssueDevelopmentToken = (name, _) => name;
        });
        using var answer = await host.SignInAsync("name", fields: ("Name", "alice"));
        Assert.Contains(answer.Headers.GetValues("Set-Cookie"), value => value.StartsWith("gateway_portal=", StringComparison.Ordinal) && value.Contains("secure", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Cookie_OfSomebodyElsesMaking_OpensNothing()
    {
        await using var host = await PortalHost.StartAsync();
        host.Cookies.Add(host.Address, new Cookie("gateway_portal", "CfDJ8invented"));
        Assert.Equal(HttpStatusCode.Redirect, (await host.GetAsync("/")).Status);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example")]
    [InlineData("javascript:alert(1)")]
    [InlineData("/sign-out")]
    public async Task ReturnAddress_ThatLeadsElsewhere_IsTheFleet(string address)
    {
        await using var host = await PortalHost.StartAsync();
        using var answer = await host.SignInAsync("name", $"/sign-in?returnUrl={Uri.EscapeDataString(address)}", ("Name", "alice"));
        Assert.Equal(host.Address, answer.Headers.Location);
    }

    [Fact]
    public async Task Form_WithoutItsToken_IsRefused()
    {
        await using var host = await PortalHost.StartAsync();
        using var content = new FormUrlEncodedContent([new("_handler", "name"), new("Name", "alice")]);
        using var answer = await host.Browser.PostAsync(new Uri("/sign-in", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task SignOut_WithItsForm_EndsTheSignIn()
    {
        await using var host = await WithSupabaseAsync();
        host.Gateway.Answer(Grant, Granted("first"));
        host.Gateway.Answer("GET /api/v1/customer/devices", new { devices = Array.Empty<object>(), total = 0 });
        using var signedIn = await host.SignInAsync("password", fields: [("Email", "a@example.org"), ("Password", "p")]);
        using var bare = await host.Browser.PostAsync(new Uri("/sign-out", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.BadRequest, bare.StatusCode);

        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", PortalHost.TokenOf(await host.Browser.GetStringAsync(new Uri("/", UriKind.Relative))))]);
        using var answer = await host.Browser.PostAsync(new Uri("/sign-out", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal("Bearer first", Assert.Single(host.Gateway.To("POST /auth/v1/logout")).Authorization);
        Assert.Equal(HttpStatusCode.Redirect, (await host.GetAsync("/")).Status);
    }

    private static Task<PortalHost> WithSupabaseAsync() => PortalHost.StartAsync((options, gateway) =>
    {
        options.SupabaseUrl = gateway.Address;
        options.SupabaseAnonKey = "anon-key";
    });

    private static object Granted(string token) => new
    {
        access_token = token,
        refresh_token = $"refresh-of-{token}",
        expires_in = 3600,
        user = new { id = "0b1e", email = "a@example.org" },
    };
}
