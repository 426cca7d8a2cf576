using System.Text.Json.Serialization;

namespace Gateway.Core.Queue;

/// <summary>How heads and documents look in the state store: compact, nulls left out.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QueueHead))]
[JsonSerializable(typeof(QueueDocument))]
[JsonSerializable(typeof(QueueEvent))]
public sealed partial class QueueJson : JsonSerializerContext;
