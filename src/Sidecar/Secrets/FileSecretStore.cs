using System.Globalization;
using System.Text.Json;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.Secrets;

/// <summary>
/// <c>secretstores.local.file</c> (https://docs.dapr.io/reference/components-reference/supported-secret-stores/file-secret-store/):
/// a JSON file. Nested members are secrets of their own, named by their path (<c>a:b</c>, or with another
/// <c>nestedSeparator</c>); with <c>multiValued</c> only the top members are secrets, each text or object.
/// </summary>
internal sealed class FileSecretStore : ISecretStore
{
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> secrets = new(StringComparer.Ordinal);

    private FileSecretStore(JsonElement root, string separator, bool multiValued)
    {
        if (!multiValued)
        {
            foreach ((string path, string value) in Flatten(root, separator)) secrets[path] = new Dictionary<string, string> { [path] = value };
            return;
        }

        foreach (JsonProperty member in root.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.String)
                secrets[member.Name] = new Dictionary<string, string> { [member.Name] = member.Value.GetString()! };
            else if (member.Value.ValueKind == JsonValueKind.Object)
                secrets[member.Name] = Flatten(member.Value, separator).ToDictionary(pair => pair.Path, pair => pair.Value);
        }
    }

    /// <summary>Reads the file that the metadata <c>secretsFile</c> names.</summary>
    public static FileSecretStore Load(ComponentSpec component, bool multiValued)
    {
        string path = component.Text("secretsFile") ?? throw new ComponentException("missing local secrets file in metadata");
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new ComponentException($"secretsFile {path} must hold a JSON object");
            return new FileSecretStore(document.RootElement, component.Text("nestedSeparator") ?? ":", multiValued);
        }
        catch (JsonException error)
        {
            // Where, but not what: the text around the fault may be a secret.
            throw new ComponentException($"secretsFile {path} is not valid JSON (line {error.LineNumber + 1})", error);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ComponentException($"secretsFile {path} does not exist", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"secretsFile {path} cannot be read", error);
        }
    }

    public IReadOnlyDictionary<string, string>? Get(string name) => secrets.GetValueOrDefault(name);

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> GetAll() => secrets;

    private static IEnumerable<(string Path, string Value)> Flatten(JsonElement value, string separator) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().SelectMany(member => Nested(member.Name, member.Value, separator)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany((item, index) => Nested(index.ToString(CultureInfo.InvariantCulture), item, separator)),
        _ => [],
    };

    private static IEnumerable<(string Path, string Value)> Nested(string name, JsonElement value, string separator) =>
        value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
            ? Flatten(value, separator).Select(pair => (name + separator + pair.Path, pair.Value))
            : [(name, Text(value))];

    // daprd formats what is no text with %s.
    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => $"%!s(float64={GoJson.FormatNumber(value.GetDouble())})",
        JsonValueKind.Null => "%!s(<nil>)",
        _ => $"%!s(bool={value.GetRawText()})",
    };
}
