using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.SystemApi;

/// <summary>
/// The token that callers send and the one that the app is sent: https://docs.dapr.io/operations/security/api-token/,
/// https://docs.dapr.io/operations/security/app-api-token/.
/// </summary>
public abstract class TokenConformance<TSidecars>(TSidecars sidecars) : IClassFixture<TSidecars>
    where TSidecars : Sidecars
{
    [Theory]
    [InlineData("/v1.0/metadata", null, null, 401)]
    [InlineData("/v1.0/metadata", "dapr-api-token", "x", 401)]
    [InlineData("/v1.0/metadata", "authorization", "Bearer secret1", 401)]
    [InlineData("/v1.0/metadata?dapr-api-token=secret1", null, null, 401)]
    [InlineData("//v1.0/metadata", null, null, 401)]
    [InlineData("/v1.0/nope", null, null, 401)]
    [InlineData("/v1.0/metadata", "dapr-api-token", "secret1", 200)]
    [InlineData("/v1.0/healthz", null, null, 204)]
    [InlineData("/v1.0/healthz/outbound", null, null, 204)]
    public async Task Token_IsAskedOfAllButHealth(string path, string? header, string? value, int status)
    {
        SidecarCaller caller = await CallerAsync();
        Answer answer = await (header is null ? caller.GetAsync(path) : caller.GetAsync(path, (header, value!)));
        Assert.Equal(status, (int)answer.Status);
        if (status != 401) return;
        Assert.Equal("invalid api token\n", answer.Body);
        Assert.Equal(("text/plain; charset=utf-8", "nosniff"), (answer.Headers["Content-Type"], answer.Headers["X-Content-Type-Options"]));
    }

    [Fact]
    public async Task Token_OfTheCaller_IsNotHandedToTheApp()
    {
        sidecars.App.Reset();
        await (await CallerAsync()).GetAsync("/v1.0/invoke/gold/method/x", ("dapr-api-token", "secret1"));
        Assert.Equal("appsecret", sidecars.App.Call("/x").Headers["dapr-api-token"]);
    }

    private async Task<SidecarCaller> CallerAsync() =>
        (await sidecars.SharedAsync(new SidecarSettings { AppPort = sidecars.App.Port, DaprApiToken = "secret1", AppApiToken = "appsecret" })).Caller;
}
