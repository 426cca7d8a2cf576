namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>
/// Where a conformance suite gets its sidecars from: the embedded one or real daprd. A class fixture, with one app whose calls and
/// answers every test starts anew.
/// </summary>
public abstract class Sidecars : IAsyncLifetime
{
    private readonly Dictionary<SidecarSettings, IRunningSidecar> shared = [];

    public TestApp App { get; private set; } = null!;

    /// <summary>A folder for files that settings name.</summary>
    public string Folder { get; } = TestSidecar.NewFolder();

    /// <summary>One environment variable of the sidecars that no app may see.</summary>
    public static (string Name, string Value) HiddenVariable { get; } = ("DAPR_TEST_TOKEN", "hidden");

    /// <summary>One environment variable of the sidecars.</summary>
    public static (string Name, string Value) Variable { get; } = ("SIDECAR_TEST_A", "ü");

    public virtual async ValueTask InitializeAsync() => App = await TestApp.StartAsync();

    /// <summary>Starts a sidecar that belongs to the caller.</summary>
    public abstract Task<IRunningSidecar> StartAsync(SidecarSettings settings);

    /// <summary>A sidecar that all tests of the class with these settings share.</summary>
    public async Task<IRunningSidecar> SharedAsync(SidecarSettings settings)
    {
        if (!shared.TryGetValue(settings, out IRunningSidecar? sidecar)) shared[settings] = sidecar = await StartAsync(settings);
        return sidecar;
    }

    public virtual async ValueTask DisposeAsync()
    {
        foreach (IRunningSidecar sidecar in shared.Values) await sidecar.DisposeAsync();
        await App.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
