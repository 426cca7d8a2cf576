using Gateway.Sidecar.Components;
using Gateway.Sidecar.Hosting;
using k8s;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Deploy.Tests.Components;

/// <summary><c>components/</c> as it stands, or with one of its choices in place.</summary>
internal static class ComponentFolder
{
    /// <summary>The apps, by their ids in Dapr.</summary>
    public static readonly string[] Apps = ["gateway-api", "gateway-actors"];

    /// <summary>The file names of all choices.</summary>
    public static IEnumerable<string> Choices => Directory.EnumerateFiles(Repository.Choices).Select(path => Path.GetFileName(path)).Order();

    /// <summary>The files of the folder that sidecars read.</summary>
    public static IEnumerable<string> Files => Directory.EnumerateFiles(Repository.Components, "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml");

    /// <summary>Every file that describes a component or another of Dapr's resources, the choices included.</summary>
    public static IEnumerable<string> AllFiles => [.. Files, .. Directory.EnumerateFiles(Repository.Choices)];

    /// <summary>The file that a choice stands in for.</summary>
    public static string Replaces(string choice) => choice.Split('.')[0] + ".yaml";

    /// <summary>A folder as an operator makes it who copies these choices over the default files.</summary>
    public static DirectoryInfo With(params IReadOnlyCollection<string> choices)
    {
        var folder = Directory.CreateTempSubdirectory("gateway-components-");
        foreach (var file in Directory.EnumerateFiles(Repository.Components)) File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
        foreach (var choice in choices) File.Copy(Path.Combine(Repository.Choices, choice), Path.Combine(folder.FullName, Replaces(choice)), overwrite: true);
        return folder;
    }

    /// <summary>What the embedded sidecar of an app takes from a folder.</summary>
    public static SidecarResources Load(string folder, string app) =>
        new ResourceLoader(new SidecarOptions { AppId = app, ResourcesPaths = [folder] }, NullLogger.Instance).Load();

    /// <summary>A file's resources; a member that Dapr does not know is an error.</summary>
    public static IReadOnlyList<object> Read(string file) => KubernetesYaml.LoadAllFromString(File.ReadAllText(file), DaprResources.Types, strict: true);

    /// <summary>All components of the files.</summary>
    public static IEnumerable<DaprComponent> Components => AllFiles.SelectMany(Read).OfType<DaprComponent>();
}
