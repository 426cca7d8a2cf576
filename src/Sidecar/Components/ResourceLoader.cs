using Gateway.Sidecar.Hosting;
using YamlDotNet.RepresentationModel;

namespace Gateway.Sidecar.Components;

/// <summary>
/// Reads the YAML files that daprd reads (https://docs.dapr.io/reference/resource-specs/component-schema/): every
/// <c>*.yaml</c> and <c>*.yml</c> of the resource folders in the order of their names, several documents to a file.
/// </summary>
internal sealed class ResourceLoader(SidecarOptions options, ILogger logger)
{
    private readonly Dictionary<string, ComponentDocument> components = new(StringComparer.Ordinal);
    private readonly List<SubscriptionSpec> subscriptions = [];

    public SidecarResources Load()
    {
        foreach (string folder in options.ResourcesPaths)
        {
            if (!Directory.Exists(folder)) throw new SidecarStartException($"{YamlReading.Shown(folder)}: the resources folder does not exist");
            IEnumerable<string> files = Directory.EnumerateFiles(folder)
                .Where(file => Path.GetExtension(file).ToLowerInvariant() is ".yaml" or ".yml")
                .Order(StringComparer.Ordinal);
            foreach (string file in files) LoadFile(file);
        }

        return new SidecarResources
        {
            Components = [.. components.Values],
            Subscriptions = subscriptions,
            Configuration = options.ConfigPath is { } path ? ConfigurationLoader.Load(path) : ConfigurationSpec.Empty,
        };
    }

    private void LoadFile(string path)
    {
        string file = YamlReading.Shown(path);
        foreach (YamlMappingNode document in YamlReading.ReadDocuments(path, file))
        {
            string kind = document.Text("kind") ?? "";
            string name = document.Mapping("metadata")?.Text("name") ?? "";
            bool mine = document.Texts("scopes") is not { Count: > 0 } scopes || scopes.Contains(options.AppId);
            switch (kind)
            {
                case "Component":
                    ComponentDocument component = ReadComponent(document, name, file);
                    if (mine) Add(component);
                    break;
                case "Subscription":
                    if (mine) subscriptions.Add(SubscriptionReader.Read(document, name, file));
                    break;
                default:
                    // daprd passes over documents of other kinds in these folders too.
                    ResourceLog.Ignored(logger, file, kind.Length == 0 ? "without a kind" : kind, name);
                    break;
            }
        }
    }

    private void Add(ComponentDocument component)
    {
        if (!components.TryAdd(component.Name, component))
            throw Error(component.File, component.Name, $"is defined twice, first in {components[component.Name].File}");
    }

    private static ComponentDocument ReadComponent(YamlMappingNode document, string name, string file)
    {
        if (name.Length == 0) throw new SidecarStartException($"{file}: a Component has no metadata.name");
        if (document.Text("apiVersion") is not "dapr.io/v1alpha1")
            throw Error(file, name, "apiVersion must be dapr.io/v1alpha1");
        if (document.Mapping("spec") is not { } spec) throw Error(file, name, "spec is missing");
        if (spec.Text("type") is not { Length: > 0 } type) throw Error(file, name, "spec.type is missing");
        if (spec.Member("metadata") is not (null or YamlSequenceNode or YamlScalarNode { Value: null or "" or "~" or "null" }))
            throw Error(file, name, "spec.metadata must be a list of {name, value}");
        return new ComponentDocument(
            name,
            type,
            spec.Text("version") is { Length: > 0 } version ? version : "v1",
            [.. spec.Mappings("metadata").Select(item => ReadValue(item, name, file))],
            document.Texts("scopes"),
            document.Mapping("auth")?.Text("secretStore"),
            spec.Flag("ignoreErrors"),
            file);
    }

    private static ComponentValue ReadValue(YamlMappingNode item, string component, string file)
    {
        if (item.Text("name") is not { Length: > 0 } name) throw Error(file, component, "an item of spec.metadata has no name");
        SecretKeyRef? secret = null;
        if (item.Mapping("secretKeyRef") is { } reference)
        {
            if (reference.Text("name") is not { Length: > 0 } secretName) throw Error(file, component, $"secretKeyRef of '{name}' has no name");
            secret = new SecretKeyRef(secretName, reference.Text("key") ?? secretName);
        }

        return new ComponentValue(name, (item.Member("value") as YamlScalarNode)?.Value, item.Text("envRef"), secret);
    }

    internal static SidecarStartException Error(string file, string component, string what, Exception? inner = null) =>
        new($"{file}: component '{component}': {what}", inner!);
}
