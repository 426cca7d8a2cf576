using Gateway.Sidecar.Hosting;
using YamlDotNet.RepresentationModel;

namespace Gateway.Sidecar.Components;

/// <summary>Reads the file of <c>--config</c>: its first Configuration.</summary>
internal static class ConfigurationLoader
{
    public static ConfigurationSpec Load(string path)
    {
        string file = YamlReading.Shown(path);
        if (!File.Exists(path)) throw new SidecarStartException($"{file}: the configuration file does not exist");
        YamlMappingNode document = YamlReading.ReadDocuments(path, file).FirstOrDefault(node => node.Text("kind") == "Configuration")
            ?? throw new SidecarStartException($"{file}: holds no document of kind Configuration");
        if (document.Mapping("spec") is not { } spec) return ConfigurationSpec.Empty;

        Dictionary<string, bool> features = new(StringComparer.Ordinal);
        foreach (YamlMappingNode feature in spec.Mappings("features")) features[feature.Text("name") ?? ""] = feature.Flag("enabled");

        Dictionary<string, SecretScope> scopes = new(StringComparer.Ordinal);
        if (spec.Mapping("secrets") is { } secrets)
        {
            foreach (YamlMappingNode scope in secrets.Mappings("scopes"))
            {
                string store = scope.Text("storeName") ?? throw new SidecarStartException($"{file}: spec.secrets.scopes has an entry without storeName");
                string access = scope.Text("defaultAccess") ?? "";
                if (access is not ("" or "allow" or "deny"))
                    throw new SidecarStartException($"{file}: spec.secrets.scopes: defaultAccess of '{store}' must be allow or deny, not '{access}'");
                scopes[store] = new SecretScope(access == "deny", scope.Texts("allowedSecrets"), scope.Texts("deniedSecrets"));
            }
        }

        return new ConfigurationSpec { Features = features, SecretScopes = scopes };
    }
}
