using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Gateway.Sidecar.Json;

namespace Gateway.Sidecar.PubSub.CloudEvents;

/// <summary>A CloudEvents 1.0 envelope that is being made: its members as JSON, written sorted by name as daprd does.</summary>
internal sealed class CloudEvent
{
    public const string ContentType = "application/cloudevents+json";

    /// <summary>The type of an event whose publisher named none.</summary>
    public const string DefaultType = "com.dapr.event.sent";

    /// <summary>The source of an event that does not come from a known app.</summary>
    public const string DefaultSource = "Dapr";

    private readonly SortedDictionary<string, ReadOnlyMemory<byte>> members = new(StringComparer.Ordinal);

    /// <summary>The envelope that an app published itself.</summary>
    public static CloudEvent Of(JsonElement document)
    {
        var cloudEvent = new CloudEvent();
        foreach (JsonProperty member in document.EnumerateObject()) cloudEvent.members[member.Name] = GoJson.Normalize(member.Value);
        return cloudEvent;
    }

    public bool Has(string name) => members.ContainsKey(name);

    public void Set(string name, string value)
    {
        var json = new ArrayBufferWriter<byte>(value.Length + 16);
        GoJson.WriteString(json, value);
        members[name] = json.WrittenMemory;
    }

    public void SetJson(string name, ReadOnlyMemory<byte> json) => members[name] = json;

    /// <summary>Sets a text that may not be valid UTF-8; what is not becomes U+FFFD, byte by byte.</summary>
    public void SetText(string name, ReadOnlySpan<byte> utf8)
    {
        var text = new StringBuilder(utf8.Length);
        while (!utf8.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(utf8, out Rune rune, out int length) == OperationStatus.Done;
            text.Append(valid ? rune.ToString() : "\ufffd");
            utf8 = utf8[(valid ? length : 1)..];
        }

        Set(name, text.ToString());
    }

    /// <summary>A time as the envelope has it: RFC 3339 in whole seconds, UTC.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public byte[] ToJson()
    {
        var json = new ArrayBufferWriter<byte>(512);
        byte separator = (byte)'{';
        foreach ((string name, ReadOnlyMemory<byte> value) in members)
        {
            json.Write([separator]);
            GoJson.WriteString(json, name);
            json.Write(":"u8);
            json.Write(value.Span);
            separator = (byte)',';
        }

        if (members.Count == 0) json.Write("{"u8);
        json.Write("}"u8);
        return json.WrittenSpan.ToArray();
    }
}
