using System.Text.Json;

namespace Gateway.EndToEnd.Tests.Driver;

/// <summary>Component files for sidecars, as an operator writes them.</summary>
internal static class ComponentFile
{
    /// <summary>Replaces the secret store among the files of a folder by a file with these secrets.</summary>
    public static async Task WriteSecretsAsync(string folder, IReadOnlyDictionary<string, string> secrets)
    {
        var path = Path.Combine(folder, "secrets.json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(secrets));
        await WriteAsync(folder, "secrets", "secretstores.local.file", ("secretsFile", path));
    }

    /// <summary>Writes a component into a folder; its name is the file's.</summary>
    public static Task WriteAsync(string folder, string name, string type, params IEnumerable<(string Name, string Value)> metadata) =>
        File.WriteAllTextAsync(
            Path.Combine(folder, name + ".yaml"),
            $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: {{name}}
            spec:
              type: {{type}}
              version: {{(type == "state.postgresql" ? "v2" : "v1")}}
              metadata: [{{string.Join(", ", metadata.Select(item => $"{{name: {item.Name}, value: \"{item.Value}\"}}"))}}]
            """);
}
