using System.Reflection;

namespace Gateway.Actors.Hosting;

/// <summary>What was built, from the assembly.</summary>
public static class BuildInfo
{
    private static readonly string[] Parts = Informational().Split('+', 2);

    /// <summary>The version, for example <c>0.1.0</c>.</summary>
    public static string Version => Parts[0];

    /// <summary>The commit that was built, or <c>unknown</c>.</summary>
    public static string Commit => Parts.Length > 1 ? Parts[1] : "unknown";

    private static string Informational() =>
        typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}
