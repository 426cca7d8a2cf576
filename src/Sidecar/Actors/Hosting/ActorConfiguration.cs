using System.Text.Json;
using Gateway.Sidecar.Components;

namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>
/// Reads the app's answer to <c>GET /dapr/config</c>
/// (https://docs.dapr.io/developing-applications/building-blocks/actors/actors-runtime-config/).
/// </summary>
internal static class ActorConfiguration
{
    /// <summary>
    /// The actor types in the order they were named. Null when the answer cannot be read: one duration that is not Go's
    /// (<c>PT1H</c>, <c>60</c>) drops all of it, as with daprd.
    /// </summary>
    public static IReadOnlyList<ActorTypeOptions>? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static List<ActorTypeOptions> Read(JsonElement root)
    {
        ActorTypeOptions defaults = ReadOptions(root, new ActorTypeOptions(""));
        List<ActorTypeOptions> types = [];
        foreach (string type in ReadNames(root))
        {
            if (!types.Exists(known => known.Type == type)) types.Add(defaults with { Type = type });
        }

        if (Member(root, "entitiesConfig") is not { ValueKind: JsonValueKind.Array } overrides) return types;
        foreach (JsonElement entry in overrides.EnumerateArray())
        {
            foreach (string name in ReadNames(entry))
            {
                int index = types.FindIndex(known => known.Type == name);
                // What an entry leaves out has Dapr's default, not the value of the other types.
                if (index >= 0) types[index] = ReadOptions(entry, new ActorTypeOptions(name));
            }
        }

        return types;
    }

    private static IEnumerable<string> ReadNames(JsonElement element) =>
        Member(element, "entities") is { ValueKind: not JsonValueKind.Null } names
            ? names.EnumerateArray().Select(name => name.GetString() ?? "")
            : [];

    private static ActorTypeOptions ReadOptions(JsonElement element, ActorTypeOptions defaults)
    {
        JsonElement? reentrancy = Member(element, "reentrancy") is { ValueKind: JsonValueKind.Object } given ? given : null;
        return defaults with
        {
            IdleTimeout = Duration(element, "actorIdleTimeout") ?? defaults.IdleTimeout,
            DrainTimeout = Duration(element, "drainOngoingCallTimeout") ?? defaults.DrainTimeout,
            DrainOnStop = Flag(element, "drainRebalancedActors"),
            Reentrant = reentrancy is { } asked && Flag(asked, "enabled"),
            MaxStackDepth = reentrancy is { } nested && Member(nested, "maxStackDepth") is { ValueKind: JsonValueKind.Number } depth
                ? depth.GetInt32()
                : defaults.MaxStackDepth,
        };
    }

    private static bool Flag(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: not JsonValueKind.Null } flag && flag.GetBoolean();

    /// <summary>An empty or absent duration is null; one that Go cannot read throws.</summary>
    private static TimeSpan? Duration(JsonElement element, string name)
    {
        if (Member(element, name)?.GetString() is not { Length: > 0 } text) return null;
        return GoDuration.TryParse(text, out TimeSpan duration) ? duration : throw new FormatException(name);
    }

    /// <summary>Go matches the names of members without regard to case.</summary>
    private static JsonElement? Member(JsonElement element, string name)
    {
        foreach (JsonProperty member in element.EnumerateObject())
        {
            if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return member.Value;
        }

        return null;
    }
}
