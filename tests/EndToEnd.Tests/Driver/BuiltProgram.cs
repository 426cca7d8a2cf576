namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>
/// The built programs, of the configuration that the tests were built in. The environment variable <c>GATEWAY_BUILD</c> may name a
/// folder with another build, one folder for each program (<c>Api/Gateway.Api.dll</c>), such as the one with Dapr's own packages.
/// </summary>
internal static class BuiltProgram
{
    // …/tests/EndToEnd.Tests/bin/Debug/net10.0/
    private static readonly DirectoryInfo Here = new(AppContext.BaseDirectory);

    /// <summary>The repository's folder.</summary>
    public static readonly string Root = Here.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    /// <summary>Where a project's built files are under its folder: <c>bin/Debug/net10.0</c>.</summary>
    public static readonly string Output = Path.Combine("bin", Here.Parent!.Name, Here.Name);

    public static readonly string
        Api = Find("Api"),
        Actors = Find("Actors"),
        Agent = Find("Agent"),
        Sidecar = Find("Sidecar");

    /// <summary>The embedded default's component files, as they come with the server.</summary>
    public static readonly string LocalComponents = Path.Combine(Path.GetDirectoryName(Api)!, "components", "local");

    private static string Find(string project) => Environment.GetEnvironmentVariable("GATEWAY_BUILD") is { Length: > 0 } build
        ? Path.Combine(build, project, $"Gateway.{project}.dll")
        : Path.Combine(Root, "src", project, Output, $"Gateway.{project}.dll");
}
