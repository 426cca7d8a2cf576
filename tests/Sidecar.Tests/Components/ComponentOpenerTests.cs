using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.Components;

/// <summary>How components are opened: https://docs.dapr.io/operations/components/component-secrets/ and component-scopes/.</summary>
public sealed class ComponentOpenerTests
{
    [Theory]
    [InlineData("state.nope", "couldn't find state store state.nope/v1")]
    [InlineData("pubsub.nope", "couldn't find message bus pubsub.nope/v1")]
    [InlineData("secretstores.nope", "couldn't find secret store secretstores.nope/v1")]
    [InlineData("what", "couldn't find component type what/v1")]
    public async Task Type_ThatNobodyKnows_IsOneClearLine(string type, string reason)
    {
        var error = await Assert.ThrowsAsync<SidecarStartException>(() => TestSidecar.StartAsync(TestSidecar.Component("x", type)));
        Assert.EndsWith($"components.yaml: component 'x' ({type}/v1): {reason}", error.Message);
    }

    [Fact]
    public async Task IgnoreErrors_LeavesTheComponentOut()
    {
        string component = TestSidecar.Component("bad", "state.nope").Replace("  version: v1", "  version: v1\n  ignoreErrors: true", StringComparison.Ordinal);
        await using TestSidecar sidecar = await TestSidecar.StartAsync(component + TestSidecar.Component("good", "state.in-memory"));
        (await sidecar.Caller.GetAsync("/v1.0/state/bad/k")).IsError(400, "ERR_STATE_STORE_NOT_FOUND", "state store bad is not found");
        (await sidecar.Caller.GetAsync("/v1.0/state/good/k")).IsNoContent();
    }

    [Fact]
    public async Task SecretKeyRef_IsReadFromTheStoreWhateverTheOrder()
    {
        Environment.SetEnvironmentVariable("OPENER_TEST_FILE", "secret.db");
        await using TestSidecar sidecar = await TestSidecar.StartAsync(WithSecret("env", "OPENER_TEST_FILE") + TestSidecar.Component("env", "secretstores.local.env"));
        Assert.True(File.Exists(Path.Combine(sidecar.Folder, "secret.db")));
    }

    [Fact]
    public async Task SecretKeyRef_OfAStoreThatIsNotThere_IsOneClearLine()
    {
        var error = await Assert.ThrowsAsync<SidecarStartException>(() => TestSidecar.StartAsync(WithSecret("vault", "x")));
        Assert.EndsWith("component 'store' (state.sqlite/v1): auth.secretStore 'vault' is not a secret store that was loaded", error.Message);
    }

    [Fact]
    public async Task SecretKeyRef_WithoutAStore_IsOneClearLine()
    {
        string component = WithSecret("vault", "x").Replace("auth:\n  secretStore: vault\n", "", StringComparison.Ordinal);
        var error = await Assert.ThrowsAsync<SidecarStartException>(() => TestSidecar.StartAsync(component));
        Assert.EndsWith("component 'store' (state.sqlite/v1): 'connectionString' has a secretKeyRef, but auth.secretStore is missing", error.Message);
    }

    [Fact]
    public async Task SecretStoresOnly_NothingElseIsOpened()
    {
        Environment.SetEnvironmentVariable("OPENER_TEST_FILE", "secret.db");
        await using TestSidecar sidecar = await TestSidecar.StartAsync(
            TestSidecar.Component("x", "state.nope") + WithSecret("env", "OPENER_TEST_FILE") + TestSidecar.Component("env", "secretstores.local.env"),
            configure: options => new SidecarOptions { AppId = options.AppId, HttpPort = 0, ResourcesPaths = options.ResourcesPaths, SecretStoresOnly = true });
        (await sidecar.Caller.GetAsync("/v1.0/secrets/env/OPENER_TEST_FILE")).IsJson("{\"OPENER_TEST_FILE\":\"secret.db\"}\n");
        (await sidecar.Caller.GetAsync("/v1.0/state/store/k")).IsError(500, "ERR_STATE_STORE_NOT_CONFIGURED", "state store store is not configured");
        Assert.Equal([TestSidecar.ResourcesOf(sidecar.Folder)], Directory.EnumerateFileSystemEntries(sidecar.Folder));
    }

    [Fact]
    public async Task Placeholders_InMetadata_AreFilledIn()
    {
        await using TestSidecar sidecar = await TestSidecar.StartAsync(TestSidecar.Component("store", "state.sqlite", "", ("connectionString", "{appID}.db")));
        Assert.True(File.Exists(Path.Combine(sidecar.Folder, "gold.db")));
    }

    [Fact]
    public async Task LocalComponents_OfTheRepository_Start()
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !Directory.Exists(Path.Combine(root, "components", "local"))) root = Path.GetDirectoryName(root);
        await using TestSidecar sidecar = await TestSidecar.StartAsync(configure: options => new SidecarOptions
        {
            AppId = "gold",
            HttpPort = 0,
            DataPath = options.DataPath,
            ResourcesPaths = [Path.Combine(root!, "components", "local")],
        });
        (await sidecar.Caller.PostAsync("/v1.0/state/statestore", """[{"key":"k","value":1}]""")).IsNoContent();
        Assert.True(File.Exists(Path.Combine(sidecar.Folder, "state.db")));
        Assert.Equal(200, (int)(await sidecar.Caller.GetAsync("/v1.0/secrets/secrets/PATH")).Status);
        (await sidecar.Caller.PostAsync("/v1.0/publish/pubsub/t", "{}")).IsNoContent();
    }

    private static string WithSecret(string store, string secret) => $$"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: store
        spec:
          type: state.sqlite
          version: v1
          metadata:
          - name: connectionString
            secretKeyRef:
              name: {{secret}}
        auth:
          secretStore: {{store}}
        ---

        """;
}
