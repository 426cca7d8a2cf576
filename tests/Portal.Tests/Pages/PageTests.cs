using System.Net;
using System.Text.RegularExpressions;
using Gateway.Portal.Tests.Kit;

namespace Gateway.Portal.Tests.Pages;

public sealed partial class PageTests
{
    private const string Devices = "GET /api/v1/customer/devices", Sessions = "GET /api/v1/customer/sessions";

    [Fact]
    public async Task Fleet_WithDevices_ShowsEachWithItsStatus()
    {
        await using var host = await SignedInAsync();
        host.Gateway.Answer(Devices, new
        {
            devices = new object[]
            {
                new { id = "pi-1", name = "Front <door>", status = "online", lastSeen = host.Time.GetUtcNow().AddSeconds(-30), location = "Berlin", lifecycle = "active" },
                new { id = "pi-2", name = "photo\u202egnp.exe", status = "offline", lastSeen = (string?)null, lifecycle = "provisioned" },
            },
            total = 45,
        });
        using var answer = await host.Browser.GetAsync(new Uri("/?status=online&search=front%20door&page=2", UriKind.Relative));
        var raw = await answer.Content.ReadAsStringAsync();
        Assert.Contains("Front &lt;door&gt;", raw, StringComparison.Ordinal);
        var html = WebUtility.HtmlDecode(raw);
        Assert.Contains("/devices/pi-1", html, StringComparison.Ordinal);
        Assert.Contains("30 s ago", html, StringComparison.Ordinal);
        Assert.Contains("never seen", html, StringComparison.Ordinal);
        Assert.Contains(@"photo\u202egnp.exe", html, StringComparison.Ordinal);
        Assert.Contains("Not registered", html, StringComparison.Ordinal);
        Assert.Contains("Page 2 of 3", html, StringComparison.Ordinal);
        Assert.Contains("/?status=online&search=front%20door&page=3", html, StringComparison.Ordinal);
        Assert.Equal("?status=online&limit=20&offset=20&search=front%20door", Assert.Single(host.Gateway.To(Devices)).Query);
    }

    [Theory]
    [InlineData("/", "No devices yet")]
    [InlineData("/?search=nothing", "No device matches")]
    [InlineData("/?status=nonsense&page=-1", "No devices yet")]
    public async Task Fleet_WithoutDevices_SaysWhatToDo(string path, string said)
    {
        await using var host = await SignedInAsync();
        host.Gateway.Answer(Devices, new { devices = Array.Empty<object>(), total = 0 });
        Assert.Contains(said, (await host.GetAsync(path)).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fleet_BeyondItsLastPage_LeadsBackToIt()
    {
        await using var host = await SignedInAsync();
        host.Gateway.Answer(Devices, new { devices = Array.Empty<object>(), total = 45 });
        var (_, html) = await host.GetAsync("/?page=9");
        Assert.DoesNotContain("No devices yet", html, StringComparison.Ordinal);
        Assert.Contains("href=\"/?page=3\"", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_AtAnAddressThatNobodyKnows_IsAPageToo()
    {
        await using var host = await PortalHost.StartAsync();
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/no/such/page");
        asked.Headers.TryAddWithoutValidation("Accept", "text/html,*/*;q=0.8");
        using var answer = await host.Browser.SendAsync(asked);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("Nothing is here", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.StartsWith("default-src 'self';", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        using var program = await host.Browser.GetAsync(new Uri("/no/such/page", UriKind.Relative));
        Assert.Equal("", await program.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Fleet_WhileTheSurfaceIsAway_OffersToTryAgain()
    {
        await using var host = await SignedInAsync();
        host.Gateway.Refuse(Devices, 503, "SERVICE_UNAVAILABLE", "The service is temporarily unavailable.");
        var (status, html) = await host.GetAsync("/");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("temporarily unavailable", html, StringComparison.Ordinal);
        Assert.Contains("Try again", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fleet_WithATokenThatIsRefused_OffersToSignInAgain()
    {
        await using var host = await SignedInAsync();
        host.Gateway.Refuse(Devices, 401, "UNAUTHORIZED", "The token is not valid.");
        Assert.Contains("Sign in again", (await host.GetAsync("/")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Device_WithMetricsAndASession_ShowsThem()
    {
        await using var host = await SignedInAsync();
        PrepareDevice(host, "sess_1");
        host.Gateway.Answer($"{Sessions}/sess_1", Session("active", new
        {
            id = "cmd_1",
            type = "restart_service",
            status = "pending_approval",
            priority = 5,
            parameters = new { name = "nginx", note = "safe\u202e// fr- mr" },
            digest = "the-digest",
            createdAt = host.Time.GetUtcNow(),
        }));
        var (_, html) = await host.GetAsync("/devices/pi-1");
        Assert.Contains("Processor: 12.5 %", html, StringComparison.Ordinal);
        Assert.Contains("\"disk\": \"worn\"", html, StringComparison.Ordinal);
        Assert.Contains("This is exactly what would run", html, StringComparison.Ordinal);
        Assert.Contains("\"name\": \"nginx\"", html, StringComparison.Ordinal);
        Assert.Contains(@"safe\u202e// fr- mr", html, StringComparison.Ordinal);
        Assert.Contains("the-digest", html, StringComparison.Ordinal);
        Assert.Contains("Approve and run", html, StringComparison.Ordinal);
        Assert.Contains("/sessions/sess_0", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Device_WithACompletedCommand_ShowsItsOutput()
    {
        await using var host = await SignedInAsync();
        PrepareDevice(host, "sess_1");
        host.Gateway.Answer($"{Sessions}/sess_1", Session("active", new
        {
            id = "cmd_1",
            type = "ping",
            status = "completed",
            priority = 5,
            createdAt = host.Time.GetUtcNow(),
            endedAt = host.Time.GetUtcNow(),
            result = new { status = "success", output = "64 bytes <from> example.org", executedAt = host.Time.GetUtcNow(), duration = 1234 },
        }));
        var (_, html) = await host.GetAsync("/devices/pi-1");
        Assert.Contains("64 bytes <from> example.org", html, StringComparison.Ordinal);
        Assert.Contains("took 1.2 s", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Device_WithoutASession_OffersToStartOne()
    {
        await using var host = await SignedInAsync();
        PrepareDevice(host, null);
        Assert.Contains("Start the session", (await host.GetAsync("/devices/pi-1")).Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/devices/ghost", "There is no such device")]
    [InlineData("/sessions/sess_9", "There is no such session")]
    public async Task Page_OfWhatIsNotThere_SaysSo(string path, string said)
    {
        await using var host = await SignedInAsync();
        Assert.Contains(said, (await host.GetAsync(path)).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Session_ThatHasEnded_IsShownWithoutAForm()
    {
        await using var host = await SignedInAsync();
        PrepareDevice(host, null);
        host.Gateway.Answer($"{Sessions}/sess_1", Session("closed"));
        var (_, html) = await host.GetAsync("/sessions/sess_1");
        Assert.Contains("No commands were sent", html, StringComparison.Ordinal);
        Assert.DoesNotContain("Send command", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/")]
    [InlineData("/devices/pi-1")]
    [InlineData("/provision")]
    [InlineData("/nodes")]
    [InlineData("/nodes/sign-in")]
    [InlineData("/nodes/devices/device-1")]
    [InlineData("/nodes/runs/portal-1")]
    [InlineData("/nodes/emergencies/emg_1")]
    public async Task Page_OfAnyKind_AsksNothingOfOtherHostsAndRunsNothingInline(string path)
    {
        await using var host = await SignedInAsync();
        await host.SignInOperatorAsync();
        host.Gateway.Answer(Devices, new { devices = Array.Empty<object>(), total = 0 });
        PrepareDevice(host, null);
        using var answer = await host.Browser.GetAsync(new Uri(path, UriKind.Relative));
        var html = await answer.Content.ReadAsStringAsync();

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("no-store", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.All(Addresses().Matches(html).Select(match => match.Groups[1].Value), address => Assert.StartsWith("/", address, StringComparison.Ordinal));
        Assert.DoesNotMatch(InlineCode(), html);
        Assert.DoesNotMatch(UnnamedControl(), html);
    }

    [Fact]
    public async Task Assets_OfAPage_AreThereAndKeptForEver()
    {
        await using var host = await PortalHost.StartAsync();
        var page = await host.Browser.GetStringAsync(new Uri("/sign-in", UriKind.Relative));
        var assets = Addresses().Matches(page).Select(match => match.Groups[1].Value).Where(address => address.StartsWith("/_portal/", StringComparison.Ordinal)).ToList();
        Assert.Equal(9, assets.Count);
        foreach (var address in assets)
        {
            using var answer = await host.Browser.GetAsync(new Uri(address, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        }

        using var packed = new HttpRequestMessage(HttpMethod.Get, new Uri(assets[^2], UriKind.Relative));
        packed.Headers.TryAddWithoutValidation("Accept-Encoding", "br, gzip");
        using var smaller = await host.Browser.SendAsync(packed);
        Assert.Equal("gzip", Assert.Single(smaller.Content.Headers.ContentEncoding));
        using var stale = await host.Browser.GetAsync(new Uri("/_portal/000000000000/base.css", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, stale.StatusCode);
    }

    [Fact]
    public async Task Session_OfManyCommands_ShowsTheLastOfThem()
    {
        await using var host = await SignedInAsync();
        PrepareDevice(host, null);
        host.Gateway.Answer($"{Sessions}/sess_1", new
        {
            session = new
            {
                id = "sess_1",
                deviceId = "pi-1",
                type = "diagnostic",
                status = "active",
                commands = new[] { new { id = "cmd_1", type = "ping", status = "queued", priority = 5, createdAt = host.Time.GetUtcNow() } },
                createdAt = host.Time.GetUtcNow(),
                expiresAt = host.Time.GetUtcNow().AddHours(4),
                hasEarlier = true,
            },
        });
        var (_, html) = await host.GetAsync("/sessions/sess_1");
        Assert.Contains("Show earlier commands", html, StringComparison.Ordinal);
        Assert.All(host.Gateway.To($"{Sessions}/sess_1"), request => Assert.Equal("?last=20", request.Query));
    }

    [Fact]
    public async Task Command_ThatTheDeviceDoesNotTake_IsMarked()
    {
        await using var host = await SignedInAsync();
        PrepareDevice(host, "sess_1");
        host.Gateway.Answer($"{Sessions}/sess_1", Session("active"));
        var (_, html) = await host.GetAsync("/devices/pi-1");
        Assert.Contains("System information (system_info)<", html, StringComparison.Ordinal);
        Assert.Contains("Restart a service (restart_service), not on this device<", html, StringComparison.Ordinal);
    }

    private static async Task<PortalHost> SignedInAsync()
    {
        var host = await PortalHost.StartAsync();
        await host.SignInAsync();
        return host;
    }

    private static void PrepareDevice(PortalHost host, string? activeSession)
    {
        host.Gateway.Answer($"{Devices}/pi-1/status", new
        {
            device = new
            {
                id = "pi-1",
                name = "Front door",
                status = "online",
                lastHeartbeat = host.Time.GetUtcNow(),
                metrics = new { cpu = 12.5, uptime = 3700 },
                diagnostics = new { disk = "worn", commands = new[] { "system_info", "ping" } },
                activeSession,
                lifecycle = "active",
                registeredAt = host.Time.GetUtcNow(),
                pendingCommands = 0,
            },
        });
        host.Gateway.Answer(Sessions, new
        {
            sessions = new[] { new { id = "sess_0", deviceId = "pi-1", type = "diagnostic", status = "closed", createdAt = host.Time.GetUtcNow(), expiresAt = host.Time.GetUtcNow() } },
        });
    }

    private static object Session(string status, params object[] commands) => new
    {
        session = new
        {
            id = "sess_1",
            deviceId = "pi-1",
            type = "remediation",
            status,
            commands,
            createdAt = "2026-01-01T00:00:00.000Z",
            expiresAt = "2026-01-01T04:00:00.000Z",
        },
    };

    [GeneratedRegex("""(?:src|href|action)="([^"]*)""")]
    private static partial Regex Addresses();

    [GeneratedRegex("""<script>|<script(?![^>]*\ssrc=)[^>]*>|\son[a-z]+="|\sstyle="|<style""")]
    private static partial Regex InlineCode();

    /// <summary>A button with neither text nor a name.</summary>
    [GeneratedRegex("""<button(?![^>]*aria-label)[^>]*>\s*</button>""")]
    private static partial Regex UnnamedControl();
}
