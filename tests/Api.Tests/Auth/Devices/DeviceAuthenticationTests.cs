using System.Net;
using System.Text.Json;
using Gateway.Api.Auth;
using Gateway.Api.Auth.Devices;
using Gateway.Api.RateLimits;
using Gateway.Api.Tests.RateLimits;
using Gateway.Storage.RateLimits;
using Gateway.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Gateway.Api.Tests.Auth.Devices;

/// <summary>The scheme as a client of a real server sees it.</summary>
public sealed class DeviceAuthenticationTests : IAsyncLifetime
{
    private const string Device = "pi-1";
    private const string Secret = "a secret of 32 characters or more";

    private readonly ManualTimeProvider time = new();
    private readonly FakeDeviceStore store = new();
    private LocalServer server = null!;
    private string token = "";

    public async ValueTask InitializeAsync()
    {
        store.Put(Device, Secret);
        server = await Start();
        token = (await server.Services.GetRequiredService<DeviceTokens>().IssueAsync(Device, Secret, CancellationToken.None))!.Token;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task GoodToken_ReachesTheEndpointAsItsDevice()
    {
        var response = await Get(token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("pi-1 of customer-1", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task NoWrongOrDoubledToken_Answers401InTheGatewayFormat()
    {
        await AssertError(await Get(), HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await AssertError(await Get(""), HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await AssertError(await Get("gdt_x"), HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await AssertError(await Get(DeviceTokenText.Create()), HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        await AssertError(await Get(token, token), HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task SuspendedDevice_Answers401WithinFiveSeconds()
    {
        await Get(token);
        store.SetAccess(Device, DeviceAccess.Suspended);
        time.Advance(TimeSpan.FromSeconds(5));
        await AssertError(await Get(token), HttpStatusCode.Unauthorized, "UNAUTHORIZED");
    }

    [Fact]
    public async Task StoreDown_Answers503AndNot401()
    {
        store.IsDown = true;
        var response = await Get(token);
        await AssertError(response, HttpStatusCode.ServiceUnavailable, "SERVICE_UNAVAILABLE");
        Assert.NotNull(response.Headers.RetryAfter);

        store.IsDown = false;
        Assert.Equal(HttpStatusCode.OK, (await Get(token)).StatusCode);
    }

    [Fact]
    public async Task Tokens_AreNeverLogged()
    {
        await Get(token);
        store.IsDown = true;
        await Get(DeviceTokenText.Create());
        Assert.NotEmpty(server.Log.Texts);
        Assert.DoesNotContain(server.Log.Texts, line => line.Contains("gdt_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WrongSettings_StopTheStartWithAllErrors()
    {
        var problem = await Assert.ThrowsAsync<OptionsValidationException>(() => Start(
            ("Gateway:DeviceAuth:TokenLifetime", "00:00:01"),
            ("Gateway:DeviceAuth:WrongSecretsPerDevice", "0"),
            ("Gateway:DeviceAuth:WrongSecretsPerAddress", "-1"),
            ("Gateway:DeviceAuth:WrongSecretDelay", "00:00:02")));
        Assert.Equal(4, problem.Failures.Count());
    }

    private Task<LocalServer> Start(params (string Name, string Value)[] settings) => LocalServer.StartAsync(
        builder =>
        {
            builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value)));
            builder.Services.AddSingleton<TimeProvider>(time);
            builder.Services.AddSingleton<IDeviceCredentialStore>(store);
            builder.Services.AddSingleton<IDeviceTokenStore>(store);
            builder.Services.AddSingleton<IRateCounts>(new FakeRateCounts());
            builder.Services.AddRateLimits();
            builder.Services.AddDeviceAuthentication();
        },
        app => app.MapGet("/", (HttpContext context) => $"{context.User.DeviceId()} of {context.User.DeviceOwnerId()}")
            .RequireAuthorization(GatewaySchemes.Device));

    private async Task<HttpResponseMessage> Get(params string[] tokens)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        if (tokens.Length > 0) request.Headers.TryAddWithoutValidation(DeviceAuthenticationHandler.Header, tokens);
        return await server.Client.SendAsync(request);
    }

    private static async Task AssertError(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(code, body.RootElement.GetProperty("error").GetProperty("code").GetString());
    }
}
