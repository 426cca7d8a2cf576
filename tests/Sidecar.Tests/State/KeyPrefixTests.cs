using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;
using Microsoft.Data.Sqlite;

namespace Gateway.Sidecar.Tests.State;

/// <summary>https://docs.dapr.io/developing-applications/building-blocks/state-management/howto-share-state/.</summary>
public sealed class KeyPrefixTests
{
    [Theory]
    [InlineData(null, null, "gold||k")]
    [InlineData("appid", null, "gold||k")]
    [InlineData("name", null, "store||k")]
    [InlineData("none", null, "k")]
    [InlineData("namespace", null, "gold||k")]
    [InlineData("namespace", "ns1", "ns1.gold||k")]
    [InlineData("mine", null, "mine||k")]
    public async Task KeyPrefix_SaysHowKeysAreStored(string? prefix, string? space, string stored)
    {
        (string, string)[] metadata = prefix is null ? [("connectionString", "state.db")] : [("connectionString", "state.db"), ("keyPrefix", prefix)];
        await using TestSidecar sidecar = await TestSidecar.StartAsync(
            TestSidecar.Component("store", "state.sqlite", "", metadata),
            configure: options => new SidecarOptions
            {
                AppId = options.AppId,
                HttpPort = 0,
                ResourcesPaths = options.ResourcesPaths,
                DataPath = options.DataPath,
                Namespace = space,
            });
        (await sidecar.Caller.PostAsync("/v1.0/state/store", """[{"key":"k","value":1}]""")).IsNoContent();
        (await sidecar.Caller.GetAsync("/v1.0/state/store/k")).IsJson("1");
        (await sidecar.Caller.PostAsync("/v1.0/state/store/bulk", """{"keys":["k"]}""")).IsJson("""[{"key":"k","data":1,"etag":"1"}]""");

        using var file = new SqliteConnection($"Data Source={Path.Combine(sidecar.Folder, "state.db")};Pooling=False");
        file.Open();
        using SqliteCommand command = file.CreateCommand();
        command.CommandText = "SELECT key FROM state";
        Assert.Equal(stored, command.ExecuteScalar());
    }
}
