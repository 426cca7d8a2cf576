namespace Dapr.AspNetCore;

/// <summary>Many events of one topic, as a sidecar sends them. The entry's event is a <see cref="BulkMessageModel{TValue}"/> unless they come raw.</summary>
public class BulkSubscribeMessage<TValue>
{
    /// <summary>For the JSON reader.</summary>
    public BulkSubscribeMessage()
    {
    }

    /// <summary>Makes the message.</summary>
    public BulkSubscribeMessage(List<BulkSubscribeMessageEntry<TValue>> entries, string topic, Dictionary<string, string> metadata)
    {
        Entries = entries;
        Topic = topic;
        Metadata = metadata;
    }

    /// <summary>The events.</summary>
    public List<BulkSubscribeMessageEntry<TValue>> Entries { get; set; } = [];

    /// <summary>The topic.</summary>
    public string Topic { get; set; } = string.Empty;

    /// <summary>The message's metadata.</summary>
    public Dictionary<string, string>? Metadata { get; set; }
}
