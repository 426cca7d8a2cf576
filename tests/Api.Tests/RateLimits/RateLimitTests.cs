using System.Net;
using System.Security.Claims;
using Gateway.Api.Auth;
using Gateway.Api.RateLimits;
using Gateway.Api.Surfaces.Gateway;
using Gateway.Api.Tests.Auth;
using Gateway.Storage.RateLimits;
using Gateway.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Tests.RateLimits;

/// <summary>Limits as a client of a real server sees them.</summary>
public class RateLimitTests
{
    private static readonly DateTimeOffset MinuteEnds = new(2026, 1, 1, 0, 1, 0, TimeSpan.Zero);

    private static readonly RateLimitRule Dear =
        new("dear", RateLimitRule.Device.Party, TimeSpan.FromMinutes(10), _ => 2) { IsExact = true };

    private readonly ManualTimeProvider time = new();
    private readonly FakeRateCounts counts = new();

    [Fact]
    public async Task WithinTheLimit_EveryAnswerTellsWhereItStands()
    {
        await using var server = await Start(("Gateway:RateLimits:DevicePerMinute", "5"));
        foreach (var (path, status, remaining) in new[]
        {
            ("/device/ok", HttpStatusCode.OK, 4),
            ("/device/missing", HttpStatusCode.NotFound, 3),
            ("/device/throws", HttpStatusCode.InternalServerError, 2),
            ("/device/bound?number=text", HttpStatusCode.BadRequest, 1),
        })
        {
            var response = await Get(server, path, device: "pi-1");
            Assert.Equal(status, response.StatusCode);
            AssertHeaders(response, 5, remaining);
        }

        // A body that cannot be read is refused before any filter would run.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/device/body") { Content = new StringContent("{", null, "application/json") };
        request.Headers.Add("device", "pi-1");
        var unreadable = await server.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.BadRequest, unreadable.StatusCode);
        AssertHeaders(unreadable, 5, 0);
    }

    [Fact]
    public async Task PastTheLimit_Answers429InTheSurfacesFormatUntilTheMinuteEnds()
    {
        await using var server = await Start(("Gateway:RateLimits:DevicePerMinute", "2"));
        time.Advance(TimeSpan.FromSeconds(20.5));
        Assert.Equal(HttpStatusCode.OK, (await Get(server, "/device/ok", device: "pi-1")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Get(server, "/device/ok", device: "pi-1")).StatusCode);

        var refused = await Get(server, "/device/ok", device: "pi-1");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        AssertHeaders(refused, 2, 0);
        Assert.Equal(TimeSpan.FromSeconds(40), refused.Headers.RetryAfter?.Delta);
        Assert.Contains("\"RATE_LIMITED\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        time.Advance(TimeSpan.FromSeconds(39.5));
        Assert.Equal(HttpStatusCode.OK, (await Get(server, "/device/ok", device: "pi-1")).StatusCode);
    }

    [Fact]
    public async Task OneParty_DoesNotUseUpAnothersLimit()
    {
        await using var server = await Start(("Gateway:RateLimits:DevicePerMinute", "1"), ("Gateway:RateLimits:CustomerPerMinute", "1"));
        Assert.Equal(HttpStatusCode.OK, (await Get(server, "/device/ok", device: "a")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Get(server, "/device/ok", device: "b")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Get(server, "/customer/ok", customer: "a")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Get(server, "/device/ok", device: "a")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Get(server, "/customer/ok", customer: "a")).StatusCode);
    }

    [Fact]
    public async Task SeveralLimits_TellTheOneThatLeavesTheLeast()
    {
        await using var server = await Start(("Gateway:RateLimits:DevicePerMinute", "4"));
        time.Advance(TimeSpan.FromSeconds(10));
        var tenMinutes = new DateTimeOffset(2026, 1, 1, 0, 10, 0, TimeSpan.Zero);
        AssertHeaders(await Get(server, "/device/ok", device: "a"), 4, 3);
        AssertHeaders(await Get(server, "/device/dear", device: "a"), 2, 1, tenMinutes);
        AssertHeaders(await Get(server, "/device/dear", device: "a"), 2, 0, tenMinutes);
        var refused = await Get(server, "/device/dear", device: "a");
        AssertHeaders(refused, 2, 0, tenMinutes);
        Assert.Equal(TimeSpan.FromSeconds(590), refused.Headers.RetryAfter?.Delta);

        // Whoever is past the other is not even counted.
        var calls = counts.Calls;
        AssertHeaders(await Get(server, "/device/dear", device: "a"), 4, 0);
        Assert.Equal(calls, counts.Calls);
    }

    [Fact]
    public async Task Defaults_AreThoseOfTheSpecification()
    {
        await using var server = await Start();
        AssertHeaders(await Get(server, "/device/ok", device: "a"), 100, 99);
        AssertHeaders(await Get(server, "/customer/ok", customer: "a"), 1000, 999);
    }

    [Fact]
    public async Task LimitOff_SaysNothing()
    {
        await using var server = await Start(("Gateway:RateLimits:DevicePerMinute", "0"));
        for (var i = 0; i < 200; i++) AssertNoHeaders(await Get(server, "/device/ok", device: "a"));
    }

    [Fact]
    public async Task Nobody_IsNotCounted()
    {
        await using var server = await Start(("Gateway:RateLimits:DevicePerMinute", "1"));
        AssertNoHeaders(await Get(server, "/device/ok"));
        AssertNoHeaders(await Get(server, "/device/ok", customer: "a"));
        AssertNoHeaders(await Get(server, "/free", device: "a"));
    }

    [Fact]
    public async Task WrongSettings_StopTheStartWithAllErrors()
    {
        var problem = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            Start(("Gateway:RateLimits:DevicePerMinute", "-1"), ("Gateway:RateLimits:CustomerPerMinute", "1000001"), ("Gateway:RateLimits:ShareEvery", "00:00:11")));
        Assert.Equal(3, problem.Failures.Count());
        Assert.Contains("Gateway:RateLimits:DevicePerMinute is -1", problem.Message, StringComparison.Ordinal);
    }

    private Task<LocalServer> Start(params (string Name, string Value)[] settings) => LocalServer.StartAsync(
        builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.AddSingleton<IRateCounts>(counts);
            builder.Services.AddRateLimits();
        },
        app =>
        {
            app.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = context => context.Response.WriteAsync("failed") });
            app.UseRouting();
            app.Use((context, next) =>
            {
                // Stands for authentication.
                var claims = new List<Claim>();
                if (context.Request.Headers.TryGetValue("device", out var device)) claims.Add(new Claim(GatewayClaims.Device, device!));
                if (context.Request.Headers.TryGetValue("customer", out var customer)) claims.Add(new Claim(GatewayClaims.Customer, customer!));
                context.User = new ClaimsPrincipal(new ClaimsIdentity(claims));
                return next(context);
            });
            var device = app.MapGroup("/device").LimitRequests(RateLimitRule.Device, Reject);
            device.MapGet("/ok", () => "ok");
            device.MapGet("/missing", () => TypedResults.NotFound());
            device.MapGet("/throws", string () => throw new InvalidOperationException("a bug"));
            device.MapGet("/bound", (int number) => $"{number}");
            device.MapPost("/body", (Body body) => body.Text);
            device.MapGroup("/dear").LimitRequests(Dear, Reject).MapGet("", () => "ok");
            app.MapGroup("/customer").LimitRequests(RateLimitRule.Customer, Reject).MapGet("/ok", () => "ok");
            app.MapGet("/free", () => "ok");
        });

    private static Task Reject(HttpContext context, RateLimitStatus status) =>
        GatewayErrors.WriteAsync(context, GatewayErrorCode.RateLimited, retryAfter: status.RetryAfter);

    private static async Task<HttpResponseMessage> Get(LocalServer server, string path, string? device = null, string? customer = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (device is not null) request.Headers.Add("device", device);
        if (customer is not null) request.Headers.Add("customer", customer);
        return await server.Client.SendAsync(request);
    }

    private static void AssertHeaders(HttpResponseMessage response, int limit, int remaining, DateTimeOffset? resetsAt = null)
    {
        Assert.Equal($"{limit}", response.Headers.GetValues("X-RateLimit-Limit").Single());
        Assert.Equal($"{remaining}", response.Headers.GetValues("X-RateLimit-Remaining").Single());
        Assert.Equal($"{(resetsAt ?? MinuteEnds).ToUnixTimeSeconds()}", response.Headers.GetValues("X-RateLimit-Reset").Single());
    }

    private static void AssertNoHeaders(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("X-RateLimit", StringComparison.OrdinalIgnoreCase));
    }

    private sealed record Body(string Text);
}
