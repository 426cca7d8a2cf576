namespace Gateway.Deploy.Tests;

/// <summary>The files under test: what an operator edits and installs.</summary>
internal static class Repository
{
    // …/tests/Deploy.Tests/bin/Debug/net10.0/
    private static readonly DirectoryInfo Here = new(AppContext.BaseDirectory);

    /// <summary>The repository's folder.</summary>
    public static readonly string Root = Here.Parent!.Parent!.Parent!.Parent!.Parent!.FullName;

    public static readonly string Components = InRoot("components");

    /// <summary>Component files that stand in for one of the same name before the first dot.</summary>
    public static readonly string Choices = InRoot("components", "choices");

    public static string InRoot(params ReadOnlySpan<string> path) => Path.Combine([Root, .. path]);
}
