using System.Text;
using System.Text.Json;

namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>The key of an actor: its type and id.</summary>
internal readonly record struct ActorKey(string Type, string Id)
{
    public override string ToString() => $"{Type}||{Id}";
}

/// <summary>What daprd refuses in the ids of actors and the names of reminders and timers.</summary>
internal static class ActorNames
{
    /// <summary>What is wrong with a name, in daprd's words; null when it is fine.</summary>
    public static string? Validate(string name)
    {
        if (name is "." or "..") return $"name is a path traversal sequence: {Quote(name)}";
        int position = 0;
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (Rune.IsControl(rune)) return $"name contains control character at position {position}: {Quote(name)}";
            if (rune.Value is '/' or '?' or '#') return $"name contains forbidden character: {Quote(name)}";
            position += rune.Utf8SequenceLength;
        }

        return null;
    }

    private static string Quote(string name) =>
        JsonSerializer.Serialize(name, QuoteOptions);

    private static readonly JsonSerializerOptions QuoteOptions = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
