/// <summary>
/// What <c>DOTNET_STARTUP_HOOKS</c> calls before the server's own Main: by then this assembly is loaded, and
/// <c>ASPNETCORE_HOSTINGSTARTUPASSEMBLIES</c> finds <see cref="Gateway.Bench.Floors.FloorStartup"/> in it. The server is the built
/// program as it is; only the benchmark's environment adds the floors.
/// </summary>
internal static class StartupHook
{
    public static void Initialize()
    {
    }
}
