using System.Net;
using Gateway.Portal.Tests.Kit;

namespace Gateway.Portal.Tests.Operators;

public sealed class OperatorSignInTests
{
    private const string Nodes = "GET /api/nodes", Cookie = "gateway_operator";

    [Theory]
    [InlineData("/nodes")]
    [InlineData("/nodes/devices/device-1")]
    [InlineData("/nodes/runs/portal-1")]
    [InlineData("/nodes/emergencies/emg_1")]
    public async Task Page_ForACustomerAlone_LeadsToTheOperatorsSignInAndAsksForNothing(string path)
    {
        await using var host = await PortalHost.StartAsync();
        await host.SignInAsync();
        using var answer = await host.Browser.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.Equal($"/nodes/sign-in?returnUrl={Uri.EscapeDataString(path)}", answer.Headers.Location!.PathAndQuery);
        Assert.Empty(host.Gateway.Requests);
    }

    [Fact]
    public async Task Customer_WhoIsNoOperator_SeesNothingOfThem()
    {
        await using var host = await PortalHost.StartAsync();
        await host.SignInAsync();
        host.Gateway.Answer("GET /api/v1/customer/devices", new { devices = Array.Empty<object>(), total = 0 });
        Assert.DoesNotContain("href=\"/nodes", (await host.GetAsync("/")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operator_WhoIsNoCustomer_SeesNothingOfTheirs()
    {
        await using var host = await PortalHost.StartAsync();
        await host.SignInOperatorAsync();
        var (_, html) = await host.GetAsync("/nodes");
        Assert.Contains("Operator", html, StringComparison.Ordinal);
        Assert.DoesNotContain("/provision", html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Redirect, (await host.GetAsync("/")).Status);
    }

    [Fact]
    public async Task ByToken_ThatTheApiTakes_OpensThePageWithItAndShowsItNowhere()
    {
        await using var host = await PortalHost.StartAsync();
        host.Gateway.Answer(Nodes, new { nodes = Array.Empty<object>(), total = 0 });
        host.Gateway.Answer("GET /api/devices", new { devices = Array.Empty<object>(), total = 0 });
        using var answer = await host.SignInAsync("token", "/nodes/sign-in?returnUrl=%2Fnodes%3Fstatus%3Didle", ("Token", $" {PortalHost.OperatorToken} "));
        Assert.Equal("/nodes?status=idle", answer.Headers.Location!.PathAndQuery);
        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), value => value.StartsWith($"{Cookie}=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(PortalHost.OperatorToken, cookie, StringComparison.Ordinal);

        var (status, html) = await host.GetAsync("/nodes");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.DoesNotContain(PortalHost.OperatorToken, html, StringComparison.Ordinal);
        Assert.All(host.Gateway.Requests, request => Assert.Equal($"Bearer {PortalHost.OperatorToken}", request.Authorization));
    }

    [Theory]
    [InlineData(401, "AUTH_001", HttpStatusCode.BadRequest, "not this server's admin token")]
    [InlineData(503, "SRV_002", HttpStatusCode.ServiceUnavailable, "The orchestrator is not configured")]
    [InlineData(429, "RATE_001", HttpStatusCode.ServiceUnavailable, "goes on in 45 s")]
    public async Task ByToken_ThatTheApiDoesNotTake_SaysWhyAndKeepsNothing(int api, string code, HttpStatusCode status, string said)
    {
        await using var host = await PortalHost.StartAsync();
        host.Gateway.RefuseOperator(Nodes, api, code, "The orchestrator is not configured on this server", new { limit = 10, window = "1m", retry_after = 45 });
        using var answer = await host.SignInAsync("token", "/nodes/sign-in", ("Token", PortalHost.OperatorToken));
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(said, html, StringComparison.Ordinal);
        Assert.DoesNotContain(PortalHost.OperatorToken, html, StringComparison.Ordinal);
        Assert.DoesNotContain(host.Cookies.GetCookies(host.Address), cookie => cookie.Name == Cookie);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("tökén")]
    public async Task ByToken_ThatNoHeaderCanCarry_IsRefusedUnasked(string token)
    {
        await using var host = await PortalHost.StartAsync();
        using var answer = await host.SignInAsync("token", "/nodes/sign-in", ("Token", token));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Empty(host.Gateway.Requests);
    }

    [Fact]
    public async Task ByPress_WorksInDevelopmentAlone()
    {
        await using (var host = await PortalHost.StartAsync())
        {
            Assert.DoesNotContain("Continue as operator", (await host.GetAsync("/nodes/sign-in")).Html, StringComparison.Ordinal);
            using var refused = await host.SignInAsync("anybody", "/nodes/sign-in");
            Assert.NotEqual(HttpStatusCode.Redirect, refused.StatusCode);
        }

        await using var development = await PortalHost.StartAsync((options, _) => options.DevelopmentOperatorToken = () => "developments-own");
        development.Gateway.Answer(Nodes, new { nodes = Array.Empty<object>(), total = 0 });
        using var answer = await development.SignInAsync("anybody", "/nodes/sign-in");
        Assert.Equal("/nodes", answer.Headers.Location!.AbsolutePath);
        Assert.Equal("Bearer developments-own", Assert.Single(development.Gateway.To(Nodes)).Authorization);
    }

    [Fact]
    public async Task SignOut_EndsBothSignInsAndTheCookiesCopies()
    {
        await using var host = await PortalHost.StartAsync();
        await host.SignInAsync();
        await host.SignInOperatorAsync();
        host.Gateway.Answer("GET /api/devices", new { devices = Array.Empty<object>(), total = 0 });
        var copy = new CookieContainer();
        copy.Add(host.Cookies.GetCookies(host.Address));
        var page = await host.Browser.GetStringAsync(new Uri("/nodes", UriKind.Relative));
        using var form = new FormUrlEncodedContent([new("__RequestVerificationToken", PortalHost.TokenOf(page))]);
        using var answer = await host.Browser.PostAsync(new Uri("/sign-out", UriKind.Relative), form);
        Assert.Equal("/sign-in?ended=out", answer.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.Redirect, (await host.GetAsync("/nodes")).Status);
        using var copied = host.NewBrowser(copy);
        using var stolen = await copied.GetAsync(new Uri("/nodes", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Redirect, stolen.StatusCode);
    }

    [Fact]
    public async Task Cookie_OfAnOperator_EndsTwelveHoursAfterTheLastPage()
    {
        await using var host = await PortalHost.StartAsync();
        await host.SignInOperatorAsync();
        host.Gateway.Answer("GET /api/devices", new { devices = Array.Empty<object>(), total = 0 });
        host.Time.Advance(TimeSpan.FromHours(11));
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/nodes")).Status);
        host.Time.Advance(TimeSpan.FromHours(11));
        Assert.Equal(HttpStatusCode.OK, (await host.GetAsync("/nodes")).Status);
        host.Time.Advance(TimeSpan.FromHours(13));
        Assert.Equal(HttpStatusCode.Redirect, (await host.GetAsync("/nodes")).Status);
    }
}
