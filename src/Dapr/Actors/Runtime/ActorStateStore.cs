using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Dapr.Actors.Communication;

namespace Dapr.Actors.Runtime;

/// <summary>Reads and writes the state of one actor at the sidecar.</summary>
internal sealed class ActorStateStore(
    ActorSidecar sidecar, string actorType, ActorId actorId, JsonSerializerOptions json, TimeProvider time)
{
    /// <summary>Whether there is a value that has not expired.</summary>
    public async Task<bool> ContainsAsync(string name, CancellationToken cancellationToken)
    {
        var (value, expires) = await sidecar.GetStateAsync(actorType, actorId, name, cancellationToken);
        return IsThere(value, expires);
    }

    /// <summary>Reads a value; null when it is absent or has expired.</summary>
    public async Task<StateEntry?> ReadAsync<T>(string name, CancellationToken cancellationToken)
    {
        var (value, expires) = await sidecar.GetStateAsync(actorType, actorId, name, cancellationToken);
        return IsThere(value, expires)
            ? new StateEntry(JsonSerializer.Deserialize<T>(value, json), typeof(T), StateChange.None, expires)
            : null;
    }

    /// <summary>Writes the changes in one transaction.</summary>
    public Task SaveAsync(IReadOnlyCollection<KeyValuePair<string, StateEntry>> changes, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = json.Encoder }))
        {
            writer.WriteStartArray();
            foreach (var (name, entry) in changes) Write(writer, name, entry);
            writer.WriteEndArray();
        }

        return sidecar.SaveStateAsync(actorType, actorId, Encoding.UTF8.GetString(buffer.WrittenSpan), cancellationToken);
    }

    private bool IsThere(byte[] value, DateTimeOffset? expires) => value.Length > 0 && !(expires <= time.GetUtcNow());

    private void Write(Utf8JsonWriter writer, string name, StateEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("operation", entry.Change == StateChange.Remove ? "delete" : "upsert");
        writer.WriteStartObject("request");
        writer.WriteString("key", name);
        if (entry.Change != StateChange.Remove)
        {
            writer.WritePropertyName("value");
            JsonSerializer.Serialize(writer, entry.Value, entry.Type, json);
            if (entry.Expires is { } expires)
            {
                var seconds = (int)Math.Ceiling((expires - time.GetUtcNow()).TotalSeconds);
                writer.WriteStartObject("metadata");
                writer.WriteString("ttlInSeconds", seconds.ToString(CultureInfo.InvariantCulture));
                writer.WriteEndObject();
            }
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
