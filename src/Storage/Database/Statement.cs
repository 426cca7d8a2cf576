using System.Buffers;
using System.Text;

namespace Gateway.Storage.Database;

/// <summary>A SQL text that both databases understand, and its parameters, which the text names as <c>@name</c>.</summary>
internal sealed record Statement(string Text, params IReadOnlyList<Parameter> Parameters);

/// <summary>A parameter: a text, a <see cref="long"/>, an array of these for Postgres, or null.</summary>
internal readonly record struct Parameter(string Name, object? Value)
{
    public static implicit operator Parameter((string Name, string? Value) text) => new(text.Name, StorableText.Of(text.Value));

    public static implicit operator Parameter((string Name, long? Value) number) => new(number.Name, number.Value);

    public static implicit operator Parameter((string Name, DateTimeOffset Value) time) =>
        new(time.Name, time.Value.ToUnixTimeMilliseconds());
}

/// <summary>
/// What a text column can hold. Postgres refuses U+0000 and both refuse half a surrogate pair; each of them becomes U+FFFD.
/// Whatever must survive exactly (definitions, results, events) is stored as JSON, which escapes U+0000.
/// </summary>
internal static class StorableText
{
    private static readonly SearchValues<char> Suspects =
        SearchValues.Create(['\0', .. Enumerable.Range(0xD800, 0x800).Select(c => (char)c)]);

    public static string? Of(string? text)
    {
        if (text is null || !text.AsSpan().ContainsAny(Suspects)) return text;
        var clean = new StringBuilder(text.Length);
        // Enumerating runes already turns half a pair into U+FFFD.
        foreach (var rune in text.EnumerateRunes()) clean.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return clean.ToString();
    }
}
