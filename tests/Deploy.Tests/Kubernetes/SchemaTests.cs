using System.Text.Json;
using Gateway.TestKit;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Gateway.Deploy.Tests.Kubernetes;

/// <summary>Every object is one that Kubernetes or Dapr takes.</summary>
public sealed class SchemaTests
{
    private static readonly string Node = Repository.InRoot("tests", "Deploy.Tests", "Kubernetes", "Node");

    public static TheoryData<string> All => Built.All;

    /// <summary>Strictly read into Kubernetes's own types and Dapr's.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Objects_HaveOnlyMembersThatTheirTypesKnow(string overlay)
    {
        var built = await Built.OfAsync(overlay);
        Assert.Equal(built.Yaml.Split("\n---\n").Length, built.Objects.Count);
        Assert.Equal(built.Objects.Count, built.Objects.Select(found => (found.Kind, found.Metadata.Name)).Distinct().Count());
    }

    /// <summary>By Kubernetes's schemas, from the npm package kubernetes-models: required members, types, values of lists.</summary>
    [Theory]
    [MemberData(nameof(All))]
    public async Task Objects_HaveWhatTheirSchemasRequire(string overlay)
    {
        if (!Directory.Exists(Path.Combine(Node, "node_modules"))) Requirement.Missing($"kubernetes-models (npm ci in {Node})");
        var built = await Built.OfAsync(overlay);
        var (code, output, errors) = await Tools.RunAsync("node", [Path.Combine(Node, "check.mjs")], ToJson(built.Yaml));
        Assert.True(code == 0, errors);
        Assert.Equal("", output);
        Assert.Equal($"{built.Objects.Count(found => !found.ApiVersion.StartsWith("dapr.io/", StringComparison.Ordinal))} checked\n", errors);
    }

    /// <summary>Only the namespace itself is in none; all else is where the overlay says.</summary>
    [Theory]
    [InlineData("dev", "gateway-dev")]
    [InlineData("production", "gateway")]
    public async Task Objects_AreInTheOverlaysNamespace(string overlay, string name)
    {
        var built = await Built.OfAsync(overlay);
        Assert.All(built.Objects, found => Assert.Equal(found.Kind == "Namespace" ? null : name, found.Metadata.NamespaceProperty));
        Assert.Equal(name, Assert.Single(built.Objects, found => found.Kind == "Namespace").Metadata.Name);
    }

    private static string ToJson(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return JsonSerializer.Serialize(stream.Documents.Select(document => Value(document.RootNode)));
    }

    /// <summary>Plain scalars are numbers and truth values where they look so, as kubectl reads them.</summary>
    private static object? Value(YamlNode node) => node switch
    {
        YamlMappingNode mapping => mapping.Children.ToDictionary(pair => ((YamlScalarNode)pair.Key).Value!, pair => Value(pair.Value)),
        YamlSequenceNode sequence => sequence.Children.Select(Value).ToList(),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => flag.Value == "true",
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "null" or "~" } => null,
        YamlScalarNode { Style: ScalarStyle.Plain } scalar when long.TryParse(scalar.Value, out var number) => number,
        YamlScalarNode scalar => scalar.Value,
        _ => throw new InvalidOperationException($"A {node.NodeType} in YAML."),
    };
}
