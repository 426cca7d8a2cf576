using System.Net;
using System.Net.Http.Headers;
using Gateway.EndToEnd.Tests.Driver;
using Gateway.TestKit;

namespace Gateway.EndToEnd.Tests;

/// <summary>Secrets come from the sidecar's secret store, here a file, and from the environment what it has not.</summary>
public class SecretStoreTests : DeploymentTests
{
    private const string OfTheStore = "admin-token-of-the-secret-store-32";
    private const string OfTheEnvironment = "admin-token-of-the-environment-32-";
    private const string SigningSecret = "signing-secret-of-the-secret-store";
    private const string NodeToken = "node-token-of-the-environment-32--";

    [Fact]
    public async Task Secrets_OfTheStore_StandBeforeTheEnvironment_AndInNoLog()
    {
        await using var bench = await OpenBenchAsync();
        await using var postgres = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        bench.Secrets = new Dictionary<string, string>
        {
            ["ORCH_ADMIN_TOKEN"] = OfTheStore,
            ["SUPABASE_JWT_SECRET"] = SigningSecret,
            ["ConnectionStrings__Gateway"] = await postgres.CreateDatabaseAsync(TestContext.Current.CancellationToken),
        };

        var server = await GatewayServer.StartAsync(bench, new Dictionary<string, string?>
        {
            ["ORCH_ADMIN_TOKEN"] = OfTheEnvironment,
            ["ORCH_NODE_TOKEN"] = NodeToken,
        });

        Assert.Equal(HttpStatusCode.OK, await NodesAsync(server, OfTheStore));
        Assert.Equal(HttpStatusCode.Unauthorized, await NodesAsync(server, OfTheEnvironment));
        using var alice = await server.CustomerAsync();
        await alice.ProvisionAsync("pi-1");
        // Development makes what is missing, and puts it where it would put a database without a server.
        Assert.False(File.Exists(Path.Combine(server.DataPath, "secrets.json")));
        Assert.False(File.Exists(Path.Combine(server.DataPath, "gateway.db")));
        Assert.Contains("From the secret store: ConnectionStrings__Gateway, SUPABASE_JWT_SECRET, ORCH_ADMIN_TOKEN", server.Process.Output, StringComparison.Ordinal);
        foreach (var program in (ProgramProcess?[])[server.Process, server.Around?.ActorsApp])
        {
            foreach (var secret in (string[])[OfTheStore, OfTheEnvironment, SigningSecret, NodeToken, bench.Secrets["ConnectionStrings__Gateway"]])
                Assert.DoesNotContain(secret, program is null ? "" : string.Join('\n', program.Log), StringComparison.Ordinal);
        }
    }

    private static async Task<HttpStatusCode> NodesAsync(GatewayServer server, string token)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await http.GetAsync(new Uri($"{server.Url}/api/nodes"), TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
