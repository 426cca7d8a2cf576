using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;
using Microsoft.Playwright;

namespace Gateway.EndToEnd.Tests.Portal;

/// <summary>
/// A page in Debian's chromium. It keeps what a customer would not see and must not be: requests to other hosts, and errors of scripts and
/// of the content policy.
/// </summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private const string Chromium = "/usr/bin/chromium";

    /// <summary>Every control's name as assistive technology would find it; those without one are answered.</summary>
    private const string NamelessControls = """
        () => [...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"], [role=img]')]
          .filter(e => e.checkVisibility())
          .filter(e => !(e.getAttribute('aria-label') || e.innerText?.trim() || [...(e.labels ?? [])].some(l => l.innerText.trim())))
          .map(e => e.outerHTML.slice(0, 200))
        """;

    private readonly IPlaywright playwright;
    private readonly IBrowser browser;
    private readonly List<string> problems = [];

    private BrowserPage(IPlaywright playwright, IBrowser browser, IPage page, string server)
    {
        this.playwright = playwright;
        this.browser = browser;
        Page = page;
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(server, StringComparison.Ordinal)) Note($"request to {request.Url}");
        };
        page.PageError += (_, error) => Note(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && message.Text.Contains("Content Security Policy", StringComparison.Ordinal)) Note(message.Text);
        };
    }

    public IPage Page { get; }

    /// <summary>What must not be and was.</summary>
    public IReadOnlyList<string> Problems
    {
        get { lock (problems) return [.. problems]; }
    }

    public static async Task<BrowserPage> OpenAsync(string server)
    {
        if (!File.Exists(Chromium)) Requirement.Missing("chromium");
        var playwright = await Playwright.CreateAsync();
        // Root, as in a container, has no sandbox.
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        var page = await browser.NewPageAsync(new() { BaseURL = server, ViewportSize = new() { Width = 1280, Height = 860 }, ColorScheme = ColorScheme.Light });
        page.SetDefaultTimeout((float)Wait.Limit.TotalMilliseconds);
        return new BrowserPage(playwright, browser, page, server);
    }

    /// <summary>Signs in by name and waits for the devices.</summary>
    public async Task SignInAsync(string name)
    {
        await Page.GotoAsync("/");
        await Page.GetByLabel("Customer name").FillAsync(name);
        await Page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        await Page.GetByRole(AriaRole.Heading, new() { Name = "Devices", Exact = true }).WaitForAsync();
    }

    /// <summary>Waits until the page hears of changes as they happen.</summary>
    public Task LiveAsync() => Page.Locator(".live.on").WaitForAsync();

    public Task ClickAsync(string button) => Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).First.ClickAsync();

    public Task SeeAsync(string text) => Page.GetByText(text).First.WaitForAsync();

    /// <summary>Waits until who works by keyboard is there.</summary>
    public Task FocusedAsync(string selector) => Page.Locator($"{selector}:focus").WaitForAsync();

    /// <summary>Keeps a picture of the page for the documentation, and looks at what a picture does not show.</summary>
    public async Task PictureAsync(string name)
    {
        Assert.Empty(await Page.EvaluateAsync<string[]>(NamelessControls));
        // The head of the page stays in view: at the top it hides nothing.
        await Page.EvaluateAsync("() => window.scrollTo(0, 0)");
        await Page.ScreenshotAsync(new() { Path = Path.Combine(BuiltProgram.Root, "docs", "portal", $"{name}.png"), FullPage = true, Animations = ScreenshotAnimations.Disabled });
    }

    /// <summary>The same on a phone's width: nothing may need scrolling to the side.</summary>
    public async Task PhonePictureAsync(string name)
    {
        await Page.SetViewportSizeAsync(360, 740);
        Assert.True(await Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= 360"), $"{name} is wider than a phone.");
        await PictureAsync(name);
        await Page.SetViewportSizeAsync(1280, 860);
    }

    public async ValueTask DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
    }

    private void Note(string problem)
    {
        lock (problems) problems.Add(problem);
    }
}
