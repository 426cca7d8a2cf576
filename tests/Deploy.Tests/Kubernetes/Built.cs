using System.Collections.Concurrent;
using k8s;
using k8s.Models;

namespace Gateway.Deploy.Tests.Kubernetes;

/// <summary>What <c>kubectl kustomize</c> makes of a folder, read strictly: a member that an object does not have is an error.</summary>
internal sealed class Built
{
    private static readonly ConcurrentDictionary<string, Task<Built>> Known = new();

    private Built(string yaml)
    {
        Yaml = yaml;
        Objects = [.. KubernetesYaml.LoadAllFromString(yaml, DaprResources.Types, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()];
    }

    /// <summary>The overlays, and production with the state in Postgres.</summary>
    public static TheoryData<string> All => ["dev", "production", "production with postgres-state"];

    public string Yaml { get; }

    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects { get; }

    /// <summary>The pods that run all the time, by their owner.</summary>
    public IEnumerable<(IKubernetesObject<V1ObjectMeta> Owner, V1PodTemplateSpec Pod)> Servers =>
    [
        .. Of<V1Deployment>().Select(owner => ((IKubernetesObject<V1ObjectMeta>)owner, owner.Spec.Template)),
        .. Of<V1StatefulSet>().Select(owner => ((IKubernetesObject<V1ObjectMeta>)owner, owner.Spec.Template)),
    ];

    /// <summary>All pods, jobs' as well.</summary>
    public IEnumerable<(IKubernetesObject<V1ObjectMeta> Owner, V1PodTemplateSpec Pod)> Pods =>
        [.. Servers, .. Of<V1Job>().Select(owner => ((IKubernetesObject<V1ObjectMeta>)owner, owner.Spec.Template))];

    public IEnumerable<T> Of<T>() where T : IKubernetesObject => Objects.OfType<T>();

    public T Named<T>(string name) where T : IKubernetesObject<V1ObjectMeta> => Assert.Single(Of<T>(), found => found.Metadata.Name == name);

    /// <summary>Builds one of <see cref="All"/>, once for all tests.</summary>
    public static Task<Built> OfAsync(string name) => Known.GetOrAdd(name, BuildAsync);

    private static async Task<Built> BuildAsync(string name)
    {
        var folder = Repository.InRoot("k8s", "overlays", name.Split(' ')[0]);
        if (!name.Contains(" with ", StringComparison.Ordinal)) return new Built(await BuildFolderAsync(folder));

        // As an operator adds the option, in a folder of its own.
        var own = Directory.CreateTempSubdirectory("gateway-kustomize-");
        try
        {
            var option = Repository.InRoot("k8s", "options", name.Split(' ')[^1]);
            await File.WriteAllTextAsync(
                Path.Combine(own.FullName, "kustomization.yaml"),
                $"""
                resources:
                - {Path.GetRelativePath(own.FullName, folder)}
                components:
                - {Path.GetRelativePath(own.FullName, option)}
                """);
            return new Built(await BuildFolderAsync(own.FullName));
        }
        finally
        {
            own.Delete(recursive: true);
        }
    }

    private static async Task<string> BuildFolderAsync(string folder)
    {
        var (code, output, errors) = await Tools.RunAsync("kubectl", ["kustomize", folder]);
        Assert.True(code == 0, errors);
        // What is said beside the objects is a warning, such as of a field that goes away.
        Assert.Equal("", errors);
        return output;
    }
}
