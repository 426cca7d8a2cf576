using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gateway.Agent.AllowList;

/// <summary>The allow-list as it is written; the agent's README documents it. What is absent has its built-in default.</summary>
internal sealed record AllowListFile(
    IReadOnlyList<string>? Commands = null,
    string? Scripts = null,
    IReadOnlyList<string>? Services = null,
    IReadOnlyList<string>? Logs = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(AllowListFile))]
internal sealed partial class AllowListJson : JsonSerializerContext;
