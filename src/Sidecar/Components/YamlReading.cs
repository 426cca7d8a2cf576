using Gateway.Sidecar.Hosting;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Gateway.Sidecar.Components;

/// <summary>Reading YAML documents and their members, with errors that name the file and the member.</summary>
internal static class YamlReading
{
    /// <summary>The documents of a file that are mappings; others, such as an empty one between two separators, are nothing.</summary>
    public static IEnumerable<YamlMappingNode> ReadDocuments(string path, string shownPath)
    {
        var stream = new YamlStream();
        try
        {
            using StreamReader reader = File.OpenText(path);
            stream.Load(reader);
        }
        catch (YamlException error)
        {
            throw new SidecarStartException($"{shownPath}: line {error.Start.Line}: not valid YAML: {OneLine(error.Message)}", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SidecarStartException($"{shownPath}: cannot be read: {OneLine(error.Message)}", error);
        }

        return stream.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>();
    }

    /// <summary>A member, or null.</summary>
    public static YamlNode? Member(this YamlMappingNode node, string name) =>
        node.Children.TryGetValue(new YamlScalarNode(name), out YamlNode? value) ? value : null;

    /// <summary>A member that is a mapping, or null.</summary>
    public static YamlMappingNode? Mapping(this YamlMappingNode node, string name) => node.Member(name) as YamlMappingNode;

    /// <summary>A scalar member as it is written, or null when it is missing or null.</summary>
    public static string? Text(this YamlMappingNode node, string name) => node.Member(name) is YamlScalarNode scalar ? scalar.Plain() : null;

    /// <summary>The entries of a list member that are mappings.</summary>
    public static IEnumerable<YamlMappingNode> Mappings(this YamlMappingNode node, string name) =>
        node.Member(name) is YamlSequenceNode list ? list.Children.OfType<YamlMappingNode>() : [];

    /// <summary>The entries of a list member that are texts.</summary>
    public static IReadOnlyList<string> Texts(this YamlMappingNode node, string name) =>
        node.Member(name) is YamlSequenceNode list ? [.. list.Children.OfType<YamlScalarNode>().Select(item => item.Value ?? "")] : [];

    /// <summary>The members of a mapping member as texts.</summary>
    public static IReadOnlyDictionary<string, string> Map(this YamlMappingNode node, string name) =>
        (node.Mapping(name)?.Children ?? new YamlMappingNode().Children)
            .ToDictionary(pair => ((YamlScalarNode)pair.Key).Value ?? "", pair => (pair.Value as YamlScalarNode)?.Value ?? "");

    /// <summary>A boolean member; false when it is missing.</summary>
    public static bool Flag(this YamlMappingNode node, string name) => node.Text(name) is "true" or "True" or "TRUE";

    /// <summary>A path as messages show it: relative to the working directory when it is below that.</summary>
    public static string Shown(string path)
    {
        string relative = Path.GetRelativePath(Directory.GetCurrentDirectory(), path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    /// <summary>A message of somebody else on one line.</summary>
    public static string OneLine(string message) =>
        string.Join(' ', message.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static string? Plain(this YamlScalarNode scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" ? null : scalar.Value;
}
