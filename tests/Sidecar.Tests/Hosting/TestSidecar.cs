using Gateway.Sidecar.Hosting;

namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>A real sidecar on a free port, with its component files in a folder of its own.</summary>
public sealed class TestSidecar : IAsyncDisposable
{
    private TestSidecar(SidecarHost host, string folder)
    {
        Host = host;
        Folder = folder;
        Caller = new SidecarCaller(host.HttpAddress);
    }

    public SidecarHost Host { get; }

    public SidecarCaller Caller { get; }

    public string Folder { get; }

    /// <summary>Starts one; <paramref name="configure"/> changes the options, which have the app id <c>gold</c> and no app.</summary>
    public static async Task<TestSidecar> StartAsync(
        string components = "", TimeProvider? time = null, Func<SidecarOptions, SidecarOptions>? configure = null, string? folder = null)
    {
        folder ??= NewFolder();
        WriteComponents(folder, components);
        var options = new SidecarOptions { AppId = "gold", HttpPort = 0, ResourcesPaths = [ResourcesOf(folder)], DataPath = folder };
        SidecarHost host = await SidecarHost.StartAsync(configure?.Invoke(options) ?? options, null, time, TestContext.Current.CancellationToken);
        return new TestSidecar(host, folder);
    }

    public static string NewFolder() => Directory.CreateTempSubdirectory("sidecar-").FullName;

    public static string ResourcesOf(string folder) => Path.Combine(folder, "resources");

    public static void WriteComponents(string folder, string components)
    {
        Directory.CreateDirectory(ResourcesOf(folder));
        File.WriteAllText(Path.Combine(ResourcesOf(folder), "components.yaml"), components);
    }

    /// <summary>A component document; <paramref name="more"/> goes in as it is, at the top level.</summary>
    public static string Component(string name, string type, string more = "", params (string Name, string Value)[] metadata) =>
        $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: {name}
        spec:
          type: {type}
          version: v1
          metadata:
        {string.Concat(metadata.Select(item => $"  - name: {item.Name}\n    value: '{item.Value}'\n"))}
        {more}
        ---

        """;

    public async ValueTask DisposeAsync()
    {
        Caller.Dispose();
        await Host.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
