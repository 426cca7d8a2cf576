using Gateway.TestKit.Daprd;

namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>The suites on daprd, one after the other, on one Redis, placement and scheduler.</summary>
[CollectionDefinition(Name)]
public sealed class DaprdCollection : ICollectionFixture<DaprdFixture>
{
    public const string Name = "daprd";
}

/// <summary>What the suites on daprd share; nothing starts without <c>DAPRD_BIN</c>.</summary>
public sealed class DaprdFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly Dictionary<(string Type, string Version), DaprdProcess> stores = [];

    public DaprStack Stack { get; } = new();

    public ValueTask InitializeAsync() => Stack.InitializeAsync();

    /// <summary>A daprd without an app whose component <c>store</c> is of one type.</summary>
    public async Task<Uri> StoreAsync(string type, string version, Func<DaprdFixture, Task<(string Name, string Value)[]>> metadata)
    {
        DaprStack.Require();
        if (!stores.TryGetValue((type, version), out DaprdProcess? daprd))
        {
            string folder = Path.Combine(Stack.Folder, type + "-" + version);
            string component = TestSidecar.Component("store", type, "", await metadata(this)).Replace("version: v1", "version: " + version, StringComparison.Ordinal);
            TestSidecar.WriteComponents(folder, component);
            stores[(type, version)] = daprd = await Stack.StartSidecarAsync(
                new DaprdOptions { AppId = SidecarSettings.AppId, ResourcesPath = TestSidecar.ResourcesOf(folder) });
        }

        return daprd.HttpAddress;
    }

    /// <summary>How daprd reaches an empty database.</summary>
    public async Task<string> PostgresAsync() => (await postgres.CreateAsync()).ForDapr;

    public ValueTask DisposeAsync() => Stack.DisposeAsync();
}
