using System.Text.Json;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.Secrets;

/// <summary>Secrets: https://docs.dapr.io/reference/api/secrets_api/.</summary>
public sealed class SecretsTests(SecretsTests.Target target) : IClassFixture<SecretsTests.Target>
{
    private const string File = """
        {"plain":"p1","nested":{"a":"1","b":{"c":"2"}},"number":5,"bool":true,"null":null,"array":["x","y"],"empty":"","with space":"ws","dotted.key":"dk"}
        """;

    private readonly SidecarCaller sidecar = target.Sidecar.Caller;

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
        await using TestSidecar none = await TestSidecar.StartAsync();
        (await none.Caller.GetAsync("/v1.0/secrets/x/y")).IsError(500, "ERR_SECRET_STORES_NOT_CONFIGURED", "secret store is not configured");
    }

    [Theory]
    [InlineData("files", "plain", 200)]
    [InlineData("files", "empty", 403)]
    [InlineData("files", "nope", 403)]
    [InlineData("multi", "plain", 403)]
    [InlineData("multi", "empty", 200)]
    [InlineData("multi", "nope", 500)]
    public async Task Scopes_DecideBeforeTheStore(string store, string key, int status)
    {
        Answer answer = await target.Scoped.Caller.GetAsync($"/v1.0/secrets/{store}/{key}");
        Assert.Equal(status, (int)answer.Status);
        if (status == 403) answer.IsError(403, "ERR_PERMISSION_DENIED", $"access denied by policy to get \"{key}\" from \"{store}\"");
    }

    [Fact]
    public async Task Scopes_LeaveDeniedSecretsOutOfBulk()
    {
        (await target.Scoped.Caller.GetAsync("/v1.0/secrets/files/bulk")).IsJson("""{"plain":{"plain":"p1"}}""" + "\n");
        Assert.DoesNotContain("\"plain\"", (await target.Scoped.Caller.GetAsync("/v1.0/secrets/multi/bulk")).Body);
    }

    [Theory]
    [InlineData("{\"a\":\n\"secret", "is not valid JSON (line 2)")]
    [InlineData("[]", "must hold a JSON object")]
    [InlineData(null, "does not exist")]
    public async Task File_ThatCannotBeUsed_IsOneClearLineWithoutItsText(string? text, string reason)
    {
        string path = Path.Combine(TestSidecar.NewFolder(), "secrets.json");
        if (text is not null) await System.IO.File.WriteAllTextAsync(path, text, TestContext.Current.CancellationToken);
        var error = await Assert.ThrowsAsync<SidecarStartException>(() =>
            TestSidecar.StartAsync(TestSidecar.Component("s", "secretstores.local.file", "", ("secretsFile", path))));
        Assert.EndsWith($"component 's' (secretstores.local.file/v1): secretsFile {path} {reason}", error.Message);
    }

    /// <summary>A sidecar with all the stores, and one more where the Configuration has scopes for them.</summary>
    public sealed class Target : IAsyncLifetime
    {
        private const string Configuration = """
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

        public TestSidecar Sidecar { get; private set; } = null!;

        public TestSidecar Scoped { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Environment.SetEnvironmentVariable("SIDECAR_TEST_A", "ü");
            Environment.SetEnvironmentVariable("DAPR_TEST_TOKEN", "hidden");
            string folder = TestSidecar.NewFolder();
            string file = Path.Combine(folder, "secrets.json");
            string config = Path.Combine(folder, "config.yaml");
            await System.IO.File.WriteAllTextAsync(file, File);
            await System.IO.File.WriteAllTextAsync(config, Configuration);
            string components = TestSidecar.Component("envs", "secretstores.local.env")
                + TestSidecar.Component("envp", "secretstores.local.env", "", ("prefix", "SIDECAR_TEST_"))
                + TestSidecar.Component("files", "secretstores.local.file", "", ("secretsFile", file))
                + TestSidecar.Component("sep", "secretstores.local.file", "", ("secretsFile", file), ("nestedSeparator", "."))
                + TestSidecar.Component("multi", "secretstores.local.file", "", ("secretsFile", file), ("multiValued", "true"));
            Sidecar = await TestSidecar.StartAsync(components);
            Scoped = await TestSidecar.StartAsync(components, configure: options => new SidecarOptions
            {
                AppId = "gold",
                HttpPort = 0,
                ResourcesPaths = options.ResourcesPaths,
                ConfigPath = config,
            });
        }

        public async ValueTask DisposeAsync()
        {
            await Sidecar.DisposeAsync();
            await Scoped.DisposeAsync();
        }
    }
}
