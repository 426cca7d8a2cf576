using System.Net;
using System.Text.RegularExpressions;
using Gateway.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Portal.Tests.Kit;

/// <summary>The portal on a real Kestrel before a stub of the surface, with virtual time and a browser's cookies.</summary>
internal sealed partial class PortalHost : IAsyncDisposable
{
    public const string OperatorToken = "the-operators-token-0123456789abcdef";

    private readonly WebApplication app;

    private PortalHost(WebApplication app, StubGateway gateway, ManualTimeProvider time)
    {
        this.app = app;
        Gateway = gateway;
        Time = time;
        Address = new Uri(app.Urls.Single());
        Browser = NewBrowser();
    }

    public StubGateway Gateway { get; }

    public ManualTimeProvider Time { get; }

    public Uri Address { get; }

    public CookieContainer Cookies { get; } = new();

    public HttpClient Browser { get; }

    public static async Task<PortalHost> StartAsync(Action<PortalOptions, StubGateway>? configure = null)
    {
        var gateway = await StubGateway.StartAsync();
        // The browser's cookies follow the wall clock.
        var time = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "Portal.Tests" });
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Services.AddLogging();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddDataProtection().UseEphemeralDataProtectionProvider();
        builder.Services.AddPortal();
        builder.Services.Configure<PortalOptions>(options =>
        {
            options.Gateway = gateway.Address;
            if (configure is null) options.IssueDevelopmentToken = (name, lifetime) => $"token-of-{name}-{time.GetUtcNow():HHmmss}";
            else configure(options, gateway);
        });
        var app = builder.Build();
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UsePortal();
        app.MapPortal();
        await app.StartAsync();
        return new PortalHost(app, gateway, time);
    }

    public HttpClient NewBrowser(CookieContainer? cookies = null) =>
        new(new SocketsHttpHandler { CookieContainer = cookies ?? Cookies, AllowAutoRedirect = false }) { BaseAddress = Address, Timeout = Limit.Wait };

    /// <summary>Fills in and sends a form of the sign-in page.</summary>
    public async Task<HttpResponseMessage> SignInAsync(string form, string path = "/sign-in", params (string Name, string Value)[] fields)
    {
        var page = await Browser.GetStringAsync(new Uri(path, UriKind.Relative));
        using var content = new FormUrlEncodedContent(
            [new("_handler", form), new("__RequestVerificationToken", TokenOf(page)), .. fields.Select(field => KeyValuePair.Create(field.Name, field.Value))]);
        return await Browser.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    /// <summary>Signs in by name.</summary>
    public async Task SignInAsync(string name = "alice")
    {
        using var answer = await SignInAsync("name", fields: ("Name", name));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    /// <summary>Signs in as an operator; the API takes the token.</summary>
    public async Task SignInOperatorAsync(string token = OperatorToken)
    {
        Gateway.Answer("GET /api/nodes", new { nodes = Array.Empty<object>(), total = 0 });
        using var answer = await SignInAsync("token", "/nodes/sign-in", ("Token", token));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
    }

    public async Task<(HttpStatusCode Status, string Html)> GetAsync(string path)
    {
        using var answer = await Browser.GetAsync(new Uri(path, UriKind.Relative));
        return (answer.StatusCode, WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()));
    }

    public static string TokenOf(string page) => AntiforgeryToken().Match(page).Groups[1].Value;

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await app.StopAsync(limit.Token);
        await app.DisposeAsync();
        await Gateway.DisposeAsync();
    }

    [GeneratedRegex("""__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex AntiforgeryToken();
}
