using System.Text.Json;
using Gateway.Sidecar.Redis;

namespace Gateway.Sidecar.PubSub.Redis;

/// <summary>An entry of a stream: its id, and the message that it carries.</summary>
internal sealed record RedisEntry(string Id, PubSubMessage Message)
{
    /// <summary>
    /// The entries of a stream as XREADGROUP and XAUTOCLAIM answer them: <c>[[id, [field, value, …]], …]</c>. Of one that was trimmed while
    /// it was pending there is nothing left, and it is passed over.
    /// </summary>
    public static IEnumerable<RedisEntry> Read(string topic, RespValue entries)
    {
        foreach (RespValue entry in entries.Items)
        {
            if (entry.Items is [var id, { IsNull: false } fields]) yield return new RedisEntry(id.Text, ReadMessage(topic, fields.Items));
        }
    }

    private static PubSubMessage ReadMessage(string topic, RespValue[] fields)
    {
        byte[] data = [];
        IReadOnlyDictionary<string, string> metadata = PubSubMessage.NoMetadata;
        for (int i = 0; i + 1 < fields.Length; i += 2)
        {
            ReadOnlySpan<byte> name = fields[i].Bytes;
            if (name.SequenceEqual("data"u8)) data = fields[i + 1].Bytes;
            else if (name.SequenceEqual("metadata"u8)) metadata = ReadMetadata(fields[i + 1].Bytes);
        }

        return new PubSubMessage(topic, data, metadata);
    }

    private static IReadOnlyDictionary<string, string> ReadMetadata(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, string?>>(json)?.ToDictionary(item => item.Key, item => item.Value ?? "")
                ?? PubSubMessage.NoMetadata;
        }
        catch (JsonException)
        {
            // Somebody else's entry; its data may be good.
            return PubSubMessage.NoMetadata;
        }
    }
}
