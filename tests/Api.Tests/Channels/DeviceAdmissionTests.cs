using System.Net;
using Gateway.Api.Tests.Gateway;

namespace Gateway.Api.Tests.Channels;

/// <summary>Who gets a device's socket, and what the others are told: all before the upgrade, in the surface's error format.</summary>
public sealed class DeviceAdmissionTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    [Theory]
    [InlineData("/ws/device")]
    [InlineData("/ws/device?deviceId=pi-1")]
    [InlineData("/ws/device?secret=s")]
    [InlineData("/ws/device?deviceId=nobody&secret=s")]
    [InlineData("/ws/device?deviceId=../x&secret=s")]
    [InlineData("/ws/device?deviceId=a&deviceId=b&secret=s")]
    [InlineData("/ws/device?deviceId=a&secret=s&secret=t")]
    public async Task Connect_NoGoodCredentials_Answers401(string path) =>
        (await AskAsync(host, path)).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");

    [Fact]
    public async Task Connect_WrongSecret_Answers401AndAfterTenOfThem429()
    {
        var device = await host.NewDeviceAsync(host.NewCustomer());
        for (var i = 0; i < 10; i++)
            (await AskAsync(host, $"/ws/device?deviceId={device.Id}&secret=wrong")).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        var refused = (await AskAsync(host, PathOf(host, device))).IsError(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        Assert.True(refused.Headers.ContainsKey("Retry-After"));
    }

    [Fact]
    public async Task Connect_SuspendedOrProvisionedAnew_Answers403Or401()
    {
        var customer = host.NewCustomer();
        var suspended = await host.NewDeviceAsync(customer);
        await customer.PostAsync($"/api/v1/customer/devices/{suspended.Id}/suspend");
        (await AskAsync(host, PathOf(host, suspended))).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        var anew = await host.NewDeviceAsync(customer);
        await customer.PostAsync($"/api/v1/customer/devices/{anew.Id}/reprovision");
        (await AskAsync(host, PathOf(host, anew))).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task Connect_StoreAway_Answers503()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var device = await own.NewDeviceAsync(own.NewCustomer());
        own.Credentials.IsDown = true;
        (await AskAsync(own, PathOf(own, device))).IsError(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
    }

    [Fact]
    public async Task Connect_MoreOftenThanRequestsAllowed_Answers429()
    {
        await using var own = new GatewayHost(new() { ["Gateway:RateLimits:DevicePerMinute"] = "1" });
        await own.InitializeAsync();
        var device = await own.NewDeviceAsync(own.NewCustomer());
        await using var socket = await TestSocket.OfDeviceAsync(own, device);
        (await AskAsync(own, PathOf(own, device))).IsError(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
    }

    [Fact]
    public async Task Connect_NotAWebSocket_Answers400Or405()
    {
        (await host.Anonymous.GetAsync("/ws/device?deviceId=a&secret=b")).IsError(HttpStatusCode.BadRequest, "INVALID_REQUEST");
        (await host.Anonymous.PostAsync("/ws/device")).IsError(HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");
    }

    [Theory]
    [InlineData("https://evil.example", false)]
    [InlineData("null", false)]
    [InlineData("http://127.0.0.1:1", false)]
    [InlineData("https://portal.example.org", true)]
    [InlineData("SELF", true)]
    public async Task Connect_FromAPage_OnlyOfTheSameHostOrAnAllowedOne(string origin, bool isGood)
    {
        await using var own = new GatewayHost(new() { ["Gateway:Channels:AllowedOrigins:0"] = "https://portal.example.org" });
        await own.InitializeAsync();
        var device = await own.NewDeviceAsync(own.NewCustomer());
        if (origin == "SELF") origin = own.Client.BaseAddress!.GetLeftPart(UriPartial.Authority);
        if (isGood)
        {
            await using var socket = await TestSocket.ConnectAsync(own.Client.BaseAddress!, PathOf(own, device), ("Origin", origin));
            (await socket.ReceiveAsync()).Is("config_update");
        }
        else
        {
            (await AskAsync(own, PathOf(own, device), ("Origin", origin))).IsError(HttpStatusCode.Forbidden, "FORBIDDEN");
        }
    }

    [Fact]
    public async Task Connect_WithASecret_NoLogHasIt()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var device = await own.NewDeviceAsync(own.NewCustomer());
        await using var socket = await TestSocket.OfDeviceAsync(own, device);
        await AskAsync(own, $"/ws/device?deviceId={device.Id}&%73ecret=another-secret&access_token=portal-token&token=customer-token");
        Assert.Contains(own.Log.Texts, line => line.Contains("secret=hidden", StringComparison.Ordinal));
        string[] secrets = [own.SecretOf(device), "another-secret", "portal-token", "customer-token"];
        Assert.DoesNotContain(own.Log.Texts, line => secrets.Any(secret => line.Contains(secret, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Connect_QueueAway_IsClosedForNow()
    {
        await using var own = new GatewayHost();
        await own.InitializeAsync();
        var device = await own.NewDeviceAsync(own.NewCustomer());
        own.Queue.FailOnce(_ => true);
        await using var socket = await TestSocket.OfDeviceAsync(own, device);
        Assert.Equal(1013, await socket.ClosedAsync());
    }

    private static string PathOf(GatewayHost on, Caller device) => $"/ws/device?deviceId={device.Id}&secret={on.SecretOf(device)}";

    /// <summary>Asks for an upgrade and reads the answer, whatever it is.</summary>
    private static Task<Reply> AskAsync(GatewayHost on, string path, params (string, string)[] headers) => on.Anonymous.SendAsync(
        HttpMethod.Get,
        path,
        null,
        [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="), .. headers]);
}
