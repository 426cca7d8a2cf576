using System.Text.Json;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.SystemApi;

/// <summary>Metadata: https://docs.dapr.io/reference/api/metadata_api/.</summary>
public abstract class MetadataConformance<TSidecars>(TSidecars sidecars) : IClassFixture<TSidecars>
    where TSidecars : Sidecars
{
    [Fact]
    public async Task Metadata_ListsComponentsAndWhatWasPut()
    {
        SidecarCaller caller = (await sidecars.SharedAsync(new SidecarSettings { Components = TestSidecar.Component("mem", "state.in-memory") })).Caller;
        (await caller.SendAsync("PUT", "/v1.0/metadata/mykey", "my value")).IsNoContent();
        (await caller.SendAsync("PUT", "/v1.0/metadata/daprRuntimeVersion", "x")).IsNoContent();
        JsonElement metadata = await MetadataAsync(caller);
        Assert.Equal(("gold", "1.18.3"), (metadata.GetProperty("id").GetString(), metadata.GetProperty("runtimeVersion").GetString()));
        Assert.Equal(
            """[{"name":"mem","type":"state.in-memory","version":"v1","capabilities":["ETAG","TRANSACTIONAL","TTL","DELETE_WITH_PREFIX","KEYS_LIKE","ACTOR"]}]""",
            metadata.GetProperty("components").GetRawText());
        Assert.Equal("""{"daprRuntimeVersion":"1.18.3","mykey":"my value"}""", metadata.GetProperty("extended").GetRawText());
    }

    [Fact]
    public async Task Metadata_WithAnApp_SaysHowItIsReached()
    {
        SidecarCaller caller = (await sidecars.SharedAsync(new SidecarSettings { AppPort = sidecars.App.Port, AppMaxConcurrency = 7 })).Caller;
        Assert.Equal(
            $$"""{"port":{{sidecars.App.Port}},"protocol":"http","channelAddress":"127.0.0.1","maxConcurrency":7}""",
            (await MetadataAsync(caller)).GetProperty("appConnectionProperties").GetRawText());
    }

    [Fact]
    public async Task Metadata_WithoutAnApp_HasNoPort()
    {
        SidecarCaller caller = (await sidecars.SharedAsync(new SidecarSettings())).Caller;
        Assert.Equal(
            """{"protocol":"http","channelAddress":"127.0.0.1"}""",
            (await MetadataAsync(caller)).GetProperty("appConnectionProperties").GetRawText());
    }

    private static async Task<JsonElement> MetadataAsync(SidecarCaller caller) =>
        JsonDocument.Parse((await caller.GetAsync("/v1.0/metadata")).Body).RootElement;
}
