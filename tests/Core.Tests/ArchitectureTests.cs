using System.Xml.Linq;

namespace Gateway.Core.Tests;

/// <summary>Dependencies point one way (DESIGN, "Layout"); read from the project files, so that nothing is reached by accident.</summary>
public sealed class ArchitectureTests
{
    private static readonly string Root = FindRoot();

    /// <summary>What each project may reference; <c>Dapr</c> stands for the SDK, by project or by package.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Core"] = [],
        ["Dapr"] = [],
        ["Sidecar"] = [],
        ["Agent"] = ["Core"],
        ["Storage"] = ["Core"],
        ["Queue"] = ["Core", "Dapr"],
        ["Actors"] = ["Core", "Queue", "Storage", "Dapr"],
        ["Portal"] = ["Core"],
        // The composition root: it hosts the others, and it alone knows the sidecar.
        ["Api"] = ["Core", "Queue", "Storage", "Actors", "Portal", "Sidecar", "Agent", "Dapr"],
    };

    public static TheoryData<string> Projects => [.. Directory.GetDirectories(Path.Combine(Root, "src"))
        .Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any())
        .Select(folder => Path.GetFileName(folder))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_References_PointOneWay(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} is not in the design: say here what it may reference.");
        Assert.Empty(ReferencesOf(project).Except(allowed));
    }

    [Theory]
    [InlineData("Queue")]
    [InlineData("Actors")]
    [InlineData("Api")]
    public void Project_TalksToDapr_ByTheOneSwitch(string project) => Assert.Contains("Dapr", ReferencesOf(project));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_NamesDaprsSdk_OnlyByTheSwitch(string project)
    {
        var xml = XDocument.Load(FileOf(project));
        string[] named =
        [
            .. xml.Descendants("PackageReference").Select(reference => (string)reference.Attribute("Include")!),
            .. xml.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!)),
        ];
        Assert.DoesNotContain(named, name => name.StartsWith("Dapr.", StringComparison.Ordinal) || name == "Gateway.Dapr");
    }

    [Fact]
    public void Core_Project_BringsNothingWithIt()
    {
        var xml = XDocument.Load(FileOf("Core"));
        Assert.Equal("Microsoft.NET.Sdk", (string?)xml.Root!.Attribute("Sdk"));
        Assert.Empty(xml.Descendants("PackageReference"));
        Assert.Empty(xml.Descendants("FrameworkReference"));
    }

    [Fact]
    public void Core_Assembly_ReferencesTheBaseFrameworkOnly()
    {
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        Assert.All(
            typeof(Gateway.Core.Queue.DeviceQueue).Assembly.GetReferencedAssemblies(),
            reference => Assert.True(
                reference.Name!.StartsWith("System.", StringComparison.Ordinal) && File.Exists(Path.Combine(framework, $"{reference.Name}.dll")),
                $"Core references {reference.Name}."));
    }

    [Theory]
    [InlineData("TimeProvider")]
    [InlineData("HttpClient")]
    [InlineData("System.IO")]
    [InlineData("Random")]
    [InlineData("Guid.NewGuid")]
    [InlineData("Task.Run")]
    public void Core_Sources_KnowNoClockAndNoOutside(string name) => Assert.DoesNotContain(
        Directory.EnumerateFiles(Path.Combine(Root, "src", "Core"), "*.cs", SearchOption.AllDirectories).Where(IsSource),
        file => File.ReadLines(file).Any(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && line.Contains(name, StringComparison.Ordinal)));

    private static bool IsSource(string file) =>
        !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin");

    private static IEnumerable<string> ReferencesOf(string project)
    {
        var xml = XDocument.Load(FileOf(project));
        var references = xml.Descendants("ProjectReference").Select(reference => (string)reference.Attribute("Include")!)
            .Select(path => Path.GetFileNameWithoutExtension(path.Replace('\\', '/')).Replace("Gateway.", "", StringComparison.Ordinal));
        return xml.Descendants("UseDapr").Any(use => use.Value == "true") ? references.Append("Dapr") : references;
    }

    private static string FileOf(string project) => Directory.EnumerateFiles(Path.Combine(Root, "src", project), "*.csproj").Single();

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Gateway.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Gateway.sln is in no folder above the tests.");
        return folder;
    }
}
