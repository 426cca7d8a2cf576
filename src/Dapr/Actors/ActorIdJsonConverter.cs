using System.Text.Json;
using System.Text.Json.Serialization;

namespace Dapr.Actors;

/// <summary>An actor id is its text in JSON.</summary>
internal sealed class ActorIdJsonConverter : JsonConverter<ActorId>
{
    public override ActorId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || reader.GetString() is not { } text || string.IsNullOrWhiteSpace(text))
            throw new JsonException();
        return new ActorId(text);
    }

    public override void Write(Utf8JsonWriter writer, ActorId value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.GetId());
}
