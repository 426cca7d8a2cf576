using System.Net;
using Gateway.Api.Surfaces.Orchestrator.Errors;
using Gateway.Api.Tests.Gateway;

namespace Gateway.Api.Tests.Orchestrator;

public sealed class AccessTests(GatewayHost host) : IClassFixture<GatewayHost>
{
    public static TheoryData<string, string> Endpoints => new()
    {
        { "GET", "/api/nodes" }, { "GET", "/api/nodes/node-1" }, { "GET", "/api/devices" }, { "GET", "/api/devices/device-1" },
        { "POST", "/api/devices/device-1/command" }, { "GET", "/api/devices/device-1/tasks" }, { "GET", "/api/devices/device-1/tasks/task-1" },
        { "POST", "/api/devices/device-1/tasks/task-1/cancel" }, { "POST", "/api/emergency/soft-reset" }, { "POST", "/api/emergency/service-reset" },
        { "POST", "/api/emergency/confirm-code" }, { "GET", "/api/emergency/emg_1" },
    };

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Endpoint_WithoutGoodToken_SaysWhatIsWrongWithIt(string method, string path)
    {
        async Task<Reply> Ask(string? header) =>
            await new Caller(host.Client, "", header is null ? null : "Authorization", header).SendAsync(new HttpMethod(method), path, null);

        (await Ask(null)).Fails(HttpStatusCode.Unauthorized, "UNAUTHORIZED", "AUTH_003");
        (await Ask($"Basic {GatewayHost.AdminToken}")).Fails(HttpStatusCode.Unauthorized, "UNAUTHORIZED", "AUTH_004");
        (await Ask("Bearer")).Fails(HttpStatusCode.Unauthorized, "UNAUTHORIZED", "AUTH_004");
        (await Ask($"Bearer {GatewayHost.AdminToken} more")).Fails(HttpStatusCode.Unauthorized, "UNAUTHORIZED", "AUTH_004");
        var wrong = (await Ask($"Bearer {GatewayHost.AdminToken}x")).Fails(HttpStatusCode.Unauthorized, "UNAUTHORIZED", "AUTH_001");
        Assert.Equal("Invalid or expired token", wrong.Text("message"));
        Assert.Equal("Check your ORCH_ADMIN_TOKEN environment variable", wrong.Text("details.hint"));
        (await Ask($"Bearer {GatewayHost.NodeToken}")).Fails(HttpStatusCode.Unauthorized, "UNAUTHORIZED", "AUTH_001");
        (await Ask($"Bearer {host.TokenOf("customer")}")).Fails(HttpStatusCode.Unauthorized, "UNAUTHORIZED", "AUTH_001");
    }

    [Fact]
    public async Task Health_Anybody_SeesWhatTheServerDependsOn()
    {
        var reply = (await host.Anonymous.GetAsync("/health")).Is(HttpStatusCode.OK);
        Assert.Equal(["status", "version", "timestamp", "services"], reply.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(["database", "websocket", "scheduler", "claude_code"], reply.Json.GetProperty("services").EnumerateObject().Select(member => member.Name));
        Assert.Equal(("ok", "ok"), (reply.Text("services.database"), reply.Text("services.websocket")));
    }

    [Fact]
    public async Task Limits_TokenAndAddress_AreCountedApartAndTold()
    {
        await using var limited = new LimitedHost(new()
        {
            ["Gateway:RateLimits:OrchestratorPerMinute"] = "3",
            ["Gateway:RateLimits:OrchestratorAnonymousPerMinute"] = "2",
        });
        await limited.Host.InitializeAsync();
        for (var left = 2; left >= 0; left--)
        {
            var reply = (await limited.Host.Admin.GetAsync("/api/nodes")).Is(HttpStatusCode.OK);
            Assert.Equal(("3", $"{left}"), (reply.Headers["X-RateLimit-Limit"], reply.Headers["X-RateLimit-Remaining"]));
        }

        var exceeded = (await limited.Host.Admin.GetAsync("/api/nodes")).Fails(HttpStatusCode.TooManyRequests, "RATE_LIMITED", "RATE_001");
        Assert.Equal((3, "1m"), (exceeded.Number("details.limit"), exceeded.Text("details.window")));
        Assert.Equal(exceeded.Headers["Retry-After"], $"{exceeded.Number("details.retry_after")}");
        Assert.True(exceeded.Headers.ContainsKey("X-RateLimit-Reset"));

        await limited.Host.Anonymous.GetAsync("/api/nodes");
        (await limited.Host.WithToken("wrong").GetAsync("/api/devices")).Fails(HttpStatusCode.Unauthorized, "UNAUTHORIZED", "AUTH_001");
        (await limited.Host.Anonymous.GetAsync("/api/nodes")).Fails(HttpStatusCode.TooManyRequests, "RATE_LIMITED", "RATE_001");

        limited.Host.Time.Advance(TimeSpan.FromMinutes(1));
        (await limited.Host.Admin.GetAsync("/api/nodes")).Is(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Surface_WithoutItsToken_IsClosedAndSaysSoOnce()
    {
        await using var closed = new LimitedHost(new() { ["ORCH_ADMIN_TOKEN"] = "" });
        await closed.Host.InitializeAsync();

        (await closed.Host.Admin.GetAsync("/api/nodes")).Fails(HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE", "SRV_002");
        Assert.Single(closed.Host.Log.Texts, text => text.Contains("ORCH_ADMIN_TOKEN", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET", "/api/nodes/a/b", HttpStatusCode.NotFound, "NOT_FOUND", "REQ_001")]
    [InlineData("DELETE", "/api/nodes", HttpStatusCode.MethodNotAllowed, "BAD_REQUEST", "REQ_002")]
    [InlineData("GET", "/api/nodes/node-never", HttpStatusCode.NotFound, "NOT_FOUND", "RES_001")]
    [InlineData("GET", "/api/nodes/NODE-1", HttpStatusCode.NotFound, "NOT_FOUND", "RES_001")]
    [InlineData("GET", "/api/devices/device-never", HttpStatusCode.NotFound, "NOT_FOUND", "RES_002")]
    [InlineData("GET", "/api/devices/device-never/tasks", HttpStatusCode.NotFound, "NOT_FOUND", "RES_002")]
    public async Task Path_ThatIsNotThere_IsAnErrorOfTheSurface(string method, string path, HttpStatusCode status, string error, string code) =>
        (await host.Admin.SendAsync(new HttpMethod(method), path, null)).Fails(status, error, code);

    [Fact]
    public void Codes_AllOfThem_HaveACodeOfTheirOwnAndAStatus()
    {
        var codes = Enum.GetValues<OrchestratorErrorCode>();
        Assert.Equal(codes.Length, codes.Select(OrchestratorErrors.CodeOf).Distinct().Count());
        Assert.All(codes, code =>
        {
            Assert.Matches("^[A-Z]+_[0-9]{3}$", OrchestratorErrors.CodeOf(code));
            Assert.Matches("^[A-Z]+(_[A-Z]+)*$", OrchestratorErrors.TypeOf(code));
            Assert.InRange(OrchestratorErrors.StatusOf(code), 400, 503);
        });
    }

    /// <summary>A host of one test.</summary>
    private sealed class LimitedHost(Dictionary<string, string?> settings) : IAsyncDisposable
    {
        public GatewayHost Host { get; } = new(settings);

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
