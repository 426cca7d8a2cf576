using System.Xml.Linq;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Gateway.Deploy.Tests.Components;

/// <summary><c>dapr.yaml</c>: https://docs.dapr.io/developing-applications/local-development/multi-app-dapr-run/multi-app-template/.</summary>
public sealed class DaprRunTests
{
    private readonly RunFile file = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build()
        .Deserialize<RunFile>(File.ReadAllText(Repository.InRoot("dapr.yaml")));

    [Fact]
    public void Paths_AreThere()
    {
        Assert.All(file.Common.ResourcesPaths, path => Assert.True(Directory.Exists(Repository.InRoot(path))));
        Assert.IsType<DaprConfiguration>(Assert.Single(ComponentFolder.Read(Repository.InRoot(file.Common.ConfigFilePath))));
        Assert.All(file.Apps, app => Assert.True(Directory.Exists(Repository.InRoot(app.AppDirPath))));
    }

    [Fact]
    public void Apps_AreBoth_EachOnThePortThatItListensOn()
    {
        Assert.Equal(ComponentFolder.Apps, file.Apps.Select(app => app.AppID));
        Assert.Distinct(file.Apps.Select(app => app.AppPort));
        Assert.All(file.Apps, app => Assert.Equal(app.AppPort, app.Env["Gateway__AppPort"]));
        // The other program hosts the actors whatever it is told.
        Assert.Equal("api", file.Apps[0].Env["Gateway__Roles"]);
    }

    /// <summary>As on Kubernetes: what was committed together is larger than Dapr's default.</summary>
    [Fact]
    public void Sidecars_TakeWhatIsSavedTogether() => Assert.Equal("16Mi", file.Common.MaxBodySize);

    /// <summary>Both run as the file says: a launch profile would stand before it, and only one of the programs has one.</summary>
    [Fact]
    public void Environment_IsOneForBothApps()
    {
        Assert.Equal("Development", file.Common.Env["ASPNETCORE_ENVIRONMENT"]);
        Assert.All(file.Apps, app => Assert.DoesNotContain("ASPNETCORE_ENVIRONMENT", app.Env));
    }

    [Fact]
    public void Commands_RunProgramsOfTheRepository() => Assert.All(file.Apps, app =>
    {
        Assert.Equal(["dotnet", "run", "--no-build", "--no-launch-profile", "--project"], app.Command.Take(5));
        var project = XDocument.Load(Assert.Single(Directory.EnumerateFiles(Repository.InRoot(app.Command[5]), "*.csproj")));
        Assert.Equal("Microsoft.NET.Sdk.Web", (string?)project.Root!.Attribute("Sdk"));
    });

    // The properties have the names that the parser of `dapr run` knows; it passes over any other, so that here one fails.
    private sealed class RunFile
    {
        public int Version { get; set; }

        public Shared Common { get; set; } = new();

        public List<App> Apps { get; set; } = [];
    }

    private sealed class Shared
    {
        public List<string> ResourcesPaths { get; set; } = [];

        public string ConfigFilePath { get; set; } = "";

        public bool EnableAppHealthCheck { get; set; }

        public string AppHealthCheckPath { get; set; } = "";

        public string MaxBodySize { get; set; } = "";

        public Dictionary<string, string> Env { get; set; } = [];
    }

    private sealed class App
    {
        // The file says appID, as Dapr's command line wants it.
        [YamlMember(Alias = "appID", ApplyNamingConventions = false)] public string AppID { get; set; } = "";

        public string AppDirPath { get; set; } = "";

        public string AppPort { get; set; } = "";

        public List<string> Command { get; set; } = [];

        public Dictionary<string, string> Env { get; set; } = [];
    }
}
