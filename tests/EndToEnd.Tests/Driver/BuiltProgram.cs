namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>The built programs, of the configuration that the tests were built in.</summary>
internal static class BuiltProgram
{
    public static readonly string
        Api = Find("Api"),
        Actors = Find("Actors"),
        Agent = Find("Agent"),
        Sidecar = Find("Sidecar");

    /// <summary>The embedded default's component files, as they come with the server.</summary>
    public static readonly string LocalComponents = Path.Combine(Path.GetDirectoryName(Api)!, "components", "local");

    /// <summary>From …/tests/EndToEnd.Tests/bin/Debug/net10.0/ to …/src/Api/bin/Debug/net10.0/Gateway.Api.dll.</summary>
    private static string Find(string project)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory);
        var root = here.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;
        return Path.Combine(root, "src", project, "bin", here.Parent.Name, here.Name, $"Gateway.{project}.dll");
    }
}
