using System.Globalization;
using System.Net;
using Gateway.EndToEnd.Tests.Driver;

namespace Gateway.EndToEnd.Tests.OnDaprd;

/// <summary>Tokens both ways: https://docs.dapr.io/operations/security/api-token/ and https://docs.dapr.io/operations/security/app-api-token/.</summary>
[Trait("Sidecar", "daprd")]
public sealed class TokensTests
{
    private const string TokenHeader = "dapr-api-token";
    private const string ApiToken = "token-of-the-sidecar";

    [Fact]
    public async Task BothTokensSet_GatewayWorks_StrangersAreTurnedAway()
    {
        await using var bench = await Bench.OnDaprdAsync();
        var server = await GatewayServer.StartAsync(bench, new Dictionary<string, string?> { ["DAPR_API_TOKEN"] = ApiToken });
        using var alice = await server.CustomerAsync();
        var invoke = $"{server.SidecarUrl}/v1.0/invoke/gateway-api/method";
        using var device = new DeviceClient(invoke);
        device.Http.DefaultRequestHeaders.Add(TokenHeader, ApiToken);
        await device.RegisterAsync("pi-1", await alice.ProvisionAsync("pi-1"));
        var session = await alice.OpenSessionAsync("pi-1", "diagnostic");
        var id = await alice.SendAsync(session, "system_info", new { });
        await device.ReportAsync(Assert.Single(await device.ClaimAsync(waitMs: 20_000)), "all well");
        await alice.UntilAsync(session, id, "completed");

        using var friend = new HttpClient();
        friend.DefaultRequestHeaders.Add(TokenHeader, ApiToken);
        await Wait.UntilAsync(
            "the sweeps to be armed",
            async () => await StatusAsync(friend, $"{server.ActorsSidecarUrl}/v1.0/actors/SweepActor/presence/reminders/sweep") == HttpStatusCode.OK);

        using var stranger = new HttpClient();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, $"{invoke}/healthz"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, $"{server.SidecarUrl}/v1.0/state/statestore/queue:pi-1"));
        foreach (var port in new[] { server.AppPort, server.Around!.ActorsPort })
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/dapr/config"));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient http, string url)
    {
        using var answer = await http.GetAsync(new Uri(url));
        return answer.StatusCode;
    }
}
