using System.Text.Json;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.Secrets;

/// <summary>Secrets: https://docs.dapr.io/reference/api/secrets_api/.</summary>
public abstract class SecretsConformance<TSidecars>(TSidecars sidecars) : IClassFixture<TSidecars>, IAsyncLifetime
    where TSidecars : Sidecars
{
    private const string File = """
        {"plain":"p1","nested":{"a":"1","b":{"c":"2"}},"number":5,"bool":true,"null":null,"array":["x","y"],"empty":"","with space":"ws","dotted.key":"dk"}
        """;

    private const string Scopes = """
        apiVersion: dapr.io/v1alpha1
        kind: Configuration
        metadata:
          name: c
        spec:
          secrets:
            scopes:
            - storeName: files
              defaultAccess: deny
              allowedSecrets: [plain]
            - storeName: multi
              defaultAccess: allow
              deniedSecrets: [plain]
        """;

    private SidecarCaller sidecar = null!;

    public async ValueTask InitializeAsync() => sidecar = (await sidecars.SharedAsync(await SettingsAsync())).Caller;

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("envs/SIDECAR_TEST_A", """{"SIDECAR_TEST_A":"ü"}""")]
    [InlineData("envs/SIDECAR_TEST_ABSENT", """{"SIDECAR_TEST_ABSENT":""}""")]
    [InlineData("envs/sidecar_test_a", """{"sidecar_test_a":""}""")]
    [InlineData("envs/APP_API_TOKEN", """{"APP_API_TOKEN":""}""")]
    [InlineData("envs/DAPR_TEST_TOKEN", """{"DAPR_TEST_TOKEN":""}""")]
    [InlineData("envp/A", """{"A":"ü"}""")]
    [InlineData("files/plain", """{"plain":"p1"}""")]
    [InlineData("files/nested:a", """{"nested:a":"1"}""")]
    [InlineData("files/nested:b:c", """{"nested:b:c":"2"}""")]
    [InlineData("files/array:0", """{"array:0":"x"}""")]
    [InlineData("files/number", """{"number":"%!s(float64=5)"}""")]
    [InlineData("files/bool", """{"bool":"%!s(bool=true)"}""")]
    [InlineData("files/null", """{"null":"%!s(\u003cnil\u003e)"}""")]
    [InlineData("files/empty", """{"empty":""}""")]
    [InlineData("files/with%20space", """{"with space":"ws"}""")]
    [InlineData("files/dotted.key?metadata.foo=bar", """{"dotted.key":"dk"}""")]
    [InlineData("sep/nested.b.c", """{"nested.b.c":"2"}""")]
    [InlineData("multi/nested", """{"a":"1","b:c":"2"}""")]
    [InlineData("multi/plain", """{"plain":"p1"}""")]
    public async Task Get_Secret_IsAnswered(string path, string body) => (await sidecar.GetAsync("/v1.0/secrets/" + path)).IsJson(body + "\n");

    [Theory]
    [InlineData("files", "nope")]
    [InlineData("files", "nested")]
    [InlineData("files", "nested.a")]
    [InlineData("sep", "nested:a")]
    [InlineData("multi", "nested:a")]
    [InlineData("multi", "number")]
    public async Task Get_KeyThatAFileHasNot_Is500(string store, string key) => (await sidecar.GetAsync($"/v1.0/secrets/{store}/{key}"))
        .IsError(500, "ERR_SECRET_GET", $"failed getting secret with key {key} from secret store {store}: secret {key} not found");

    [Fact]
    public async Task GetBulk_File_AnswersAllSecretsByName() => (await sidecar.GetAsync("/v1.0/secrets/multi/bulk")).IsJson(
        """{"dotted.key":{"dotted.key":"dk"},"empty":{"empty":""},"nested":{"a":"1","b:c":"2"},"plain":{"plain":"p1"},"with space":{"with space":"ws"}}""" + "\n");

    [Fact]
    public async Task GetBulk_Environment_LeavesOutTheSidecarsOwnVariables()
    {
        JsonElement all = JsonDocument.Parse((await sidecar.GetAsync("/v1.0/secrets/envs/bulk")).Body).RootElement;
        Assert.Equal("ü", all.GetProperty("SIDECAR_TEST_A").GetProperty("SIDECAR_TEST_A").GetString());
        Assert.False(all.TryGetProperty("DAPR_TEST_TOKEN", out _));
        Assert.Equal("""{"A":{"A":"ü"}}""" + "\n", (await sidecar.GetAsync("/v1.0/secrets/envp/bulk")).Body);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("bulk")]
    public async Task Store_ThatIsNotThere_Is401(string key) =>
        (await sidecar.GetAsync($"/v1.0/secrets/nope/{key}")).IsError(401, "ERR_SECRET_STORE_NOT_FOUND", "failed finding secret store with key nope");

    [Theory]
    [InlineData("GET", "/v1.0/secrets/files")]
    [InlineData("GET", "/v1.0/secrets/files/")]
    [InlineData("GET", "/v1.0/secrets/files/a/b")]
    [InlineData("POST", "/v1.0/secrets/files/plain")]
    public async Task AnythingElse_IsAnUnknownRoute(string method, string path) => (await sidecar.SendAsync(method, path)).IsUnknownRoute();

    [Fact]
    public async Task NoStoreAtAll_Is500()
    {
        IRunningSidecar none = await sidecars.SharedAsync(new SidecarSettings());
        (await none.Caller.GetAsync("/v1.0/secrets/x/y")).IsError(500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured");
    }

    [Theory]
    [InlineData("files", "plain", 200)]
    [InlineData("files", "empty", 403)]
    [InlineData("files", "nope", 403)]
    [InlineData("multi", "plain", 403)]
    [InlineData("multi", "empty", 200)]
    [InlineData("multi", "nope", 500)]
    public async Task Scope_DecidesBeforeTheStore(string store, string key, int status)
    {
        Answer answer = await (await ScopedAsync()).GetAsync($"/v1.0/secrets/{store}/{key}");
        Assert.Equal(status, (int)answer.Status);
        if (status == 403) answer.IsError(403, "ERR_PERMISSION_DENIED", $"access denied by policy to get \"{key}\" from \"{store}\"");
    }

    [Fact]
    public async Task Scope_LeavesDeniedSecretsOutOfBulk()
    {
        SidecarCaller scoped = await ScopedAsync();
        (await scoped.GetAsync("/v1.0/secrets/files/bulk")).IsJson("""{"plain":{"plain":"p1"}}""" + "\n");
        Assert.DoesNotContain("\"plain\"", (await scoped.GetAsync("/v1.0/secrets/multi/bulk")).Body);
    }

    private async Task<SidecarCaller> ScopedAsync() =>
        (await sidecars.SharedAsync(await SettingsAsync() with { Configuration = Scopes })).Caller;

    private async Task<SidecarSettings> SettingsAsync()
    {
        string file = Path.Combine(sidecars.Folder, "secrets.json");
        await System.IO.File.WriteAllTextAsync(file, File);
        return new SidecarSettings
        {
            Components = TestSidecar.Component("envs", "secretstores.local.env")
                + TestSidecar.Component("envp", "secretstores.local.env", "", ("prefix", "SIDECAR_TEST_"))
                + TestSidecar.Component("files", "secretstores.local.file", "", ("secretsFile", file))
                + TestSidecar.Component("sep", "secretstores.local.file", "", ("secretsFile", file), ("nestedSeparator", "."))
                + TestSidecar.Component("multi", "secretstores.local.file", "", ("secretsFile", file), ("multiValued", "true")),
        };
    }
}
