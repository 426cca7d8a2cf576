using System.Net;

namespace Gateway.Api.Tests.Gateway;

/// <summary>Who may call what: without credentials, with another kind's, and another customer's things.</summary>
public sealed class AccessTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    private const string Command = "cmd_01ARZ3NDEKTSV4RRFFQ69G5FAV";

    public static TheoryData<string, string> OfDevices => new()
    {
        { "POST", "/api/v1/device/heartbeat" },
        { "POST", "/api/v1/device/commands/claim" },
        { "POST", $"/api/v1/device/commands/{Command}/extend" },
        { "POST", $"/api/v1/device/commands/{Command}/result" },
        { "POST", $"/api/v1/device/commands/{Command}/output" },
    };

    public static TheoryData<string, string> OfCustomers => new()
    {
        { "GET", "/api/v1/customer/devices" },
        { "GET", "/api/v1/customer/devices/{device}/status" },
        { "POST", "/api/v1/customer/devices/provision" },
        { "POST", "/api/v1/customer/devices/{device}/reprovision" },
        { "POST", "/api/v1/customer/devices/{device}/suspend" },
        { "POST", "/api/v1/customer/devices/{device}/activate" },
        { "POST", "/api/v1/customer/sessions" },
        { "GET", "/api/v1/customer/sessions/{session}" },
        { "POST", "/api/v1/customer/sessions/{session}/close" },
        { "POST", "/api/v1/customer/sessions/{session}/approve" },
        { "POST", "/api/v1/customer/sessions/{session}/commands" },
        { "GET", "/api/v1/customer/sessions/{session}/commands/{command}" },
        { "DELETE", "/api/v1/customer/sessions/{session}/commands/{command}" },
        { "GET", "/api/v1/customer/sessions/{session}/commands/{command}/explain" },
        { "GET", "/api/v1/customer/sessions/{session}/commands/{command}/output" },
        { "GET", "/api/v1/customer/system/info" },
    };

    [Theory]
    [MemberData(nameof(OfDevices))]
    public async Task DeviceEndpoint_WithoutAGoodToken_Answers401(string method, string path)
    {
        Caller[] callers =
        [
            host.Anonymous,
            host.Anonymous with { Header = "X-Device-Token", Credential = "gdt_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
            host.Anonymous with { Header = "X-Device-Token", Credential = "nonsense" },
            host.NewCustomer(),
        ];
        foreach (var caller in callers)
            (await caller.SendAsync(new HttpMethod(method), path, null)).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Theory]
    [MemberData(nameof(OfCustomers))]
    public async Task CustomerEndpoint_WithoutAGoodToken_Answers401(string method, string path)
    {
        Caller[] callers =
        [
            host.Anonymous,
            host.Anonymous with { Header = "Authorization", Credential = "Bearer x.y.z" },
            host.Anonymous with { Header = "Authorization", Credential = "Basic YTpi" },
            await host.NewDeviceAsync(host.NewCustomer()),
        ];
        foreach (var caller in callers)
            (await caller.SendAsync(new HttpMethod(method), path, null)).IsError(HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Theory]
    [MemberData(nameof(OfCustomers))]
    public async Task CustomerEndpoint_OnAnothersThing_Answers403AndChangesNothing(string method, string path)
    {
        if (!path.Contains('{', StringComparison.Ordinal)) return;
        var owner = host.NewCustomer();
        var device = await host.NewDeviceAsync(owner);
        var session = await GatewayHost.OpenSessionAsync(owner, device, "remediation");
        var command = (await owner.PostAsync($"/api/v1/customer/sessions/{session}/commands", new { type = "ping" })).Text("command.id");
        var at = path.Replace("{device}", device.Id, StringComparison.Ordinal)
            .Replace("{session}", session, StringComparison.Ordinal)
            .Replace("{command}", command, StringComparison.Ordinal);
        var body = path.EndsWith("/approve", StringComparison.Ordinal) ? $$"""{"commandId":"{{command}}","approved":true}""" : """{"type":"ping"}""";
        var thief = host.NewCustomer();
        var refused = method == "POST" ? await thief.PostRawAsync(at, body) : await thief.SendAsync(new HttpMethod(method), at, null);
        refused.IsError(HttpStatusCode.Forbidden, "FORBIDDEN");

        var view = await owner.GetAsync($"/api/v1/customer/sessions/{session}");
        Assert.Equal("active", view.Text("session.status"));
        Assert.Equal(1, view.Count("session.commands"));
        Assert.Equal("pending_approval", view.Text("session.commands.0.status"));
        Assert.Equal("active", (await owner.GetAsync($"/api/v1/customer/devices/{device.Id}/status")).Text("device.lifecycle"));
    }

    [Fact]
    public async Task CustomerEndpoint_OnAnUnknownDevice_Answers404()
    {
        var customer = host.NewCustomer();
        (await customer.GetAsync("/api/v1/customer/devices/ghost/status")).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
        foreach (var what in (string[])["suspend", "activate", "reprovision"])
            (await customer.PostAsync($"/api/v1/customer/devices/ghost/{what}")).IsError(HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task Customer_OverTheLimit_Answers429WithRetryAfter()
    {
        await using var own = new GatewayHost(new()
        {
            ["Gateway:RateLimits:CustomerPerMinute"] = "2",
            ["Gateway:RateLimits:DevicePerMinute"] = "1",
        });
        await own.InitializeAsync();
        var customer = own.NewCustomer();
        var device = await own.NewDeviceAsync(customer);
        (await device.PostAsync("/api/v1/device/commands/claim")).Is(HttpStatusCode.OK);
        Assert.Equal("0", (await customer.GetAsync("/api/v1/customer/devices")).Is(HttpStatusCode.OK).Headers["X-RateLimit-Remaining"]);
        foreach (var refused in (Reply[])
            [await customer.GetAsync("/api/v1/customer/devices"), await device.PostAsync("/api/v1/device/commands/claim")])
        {
            refused.IsError(HttpStatusCode.TooManyRequests, "RATE_LIMITED");
            Assert.Equal("60", refused.Headers["Retry-After"]);
            Assert.Equal("0", refused.Headers["X-RateLimit-Remaining"]);
        }

        (await own.NewCustomer().GetAsync("/api/v1/customer/devices")).Is(HttpStatusCode.OK);
    }
}
