using System.Text.Json;
using System.Text.Json.Serialization;
using Gateway.Core.Commands;

namespace Gateway.Core.Verification;

/// <summary>
/// A log of observations as text: JSON Lines, one entry per line, in any order. <c>op</c> says what was asked: <c>enqueue</c>,
/// <c>claim</c>, <c>push</c>, <c>lost</c>, <c>extend</c>, <c>result</c>, <c>release</c>, <c>cancel</c>, <c>approve</c> or <c>view</c>; the other members are
/// those of the record of that name in camel case. States have their wire names. Empty lines are passed over.
/// </summary>
/// <example>
/// <c>{"op":"extend","by":"device:pi-1","device":"pi-1","sent":1200,"answered":2100,"status":200,"command":"cmd_1","token":"q3","extensionMs":5000,"visibleUntil":1767225605000}</c>
/// </example>
public static class ObservationLog
{
    /// <summary>An entry's line, without its end.</summary>
    public static string Line(Observation observation) => JsonSerializer.Serialize(observation, ObservationJson.Default.Observation);

    /// <summary>Reads lines one by one, as they are asked for.</summary>
    /// <exception cref="FormatException">A line is no entry; the message has its number.</exception>
    public static IEnumerable<Observation> Read(IEnumerable<string> lines)
    {
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line)) yield return Parse(line, number) with { Line = number };
        }
    }

    private static Observation Parse(string line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ObservationJson.Default.Observation)
                ?? throw new FormatException($"Line {number} is no entry.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw new FormatException($"Line {number} is no entry: {e.Message}", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowOutOfOrderMetadataProperties = true,
    Converters = [typeof(StateByName)])]
[JsonSerializable(typeof(Observation))]
internal sealed partial class ObservationJson : JsonSerializerContext;

/// <summary>States by their wire names.</summary>
internal sealed class StateByName : JsonConverter<CommandState>
{
    public override CommandState Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        CommandStates.TryParse(reader.GetString(), out var state) ? state : throw new JsonException("There is no such state.");

    public override void Write(Utf8JsonWriter writer, CommandState value, JsonSerializerOptions options) => writer.WriteStringValue(value.Name());
}
