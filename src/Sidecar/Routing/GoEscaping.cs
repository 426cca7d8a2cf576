using System.Text;

namespace Gateway.Sidecar.Routing;

/// <summary>Percent-encoding as Go's net/url does it, since that is what callers of daprd see.</summary>
internal static class GoEscaping
{
    /// <summary>Decodes a parameter of a path: <c>%XX</c>, and <c>+</c> is a space. What is no valid escape stays.</summary>
    public static string QueryUnescape(string text) =>
        text.AsSpan().IndexOfAny('%', '+') < 0 ? text : Uri.UnescapeDataString(text.Replace('+', ' '));

    /// <summary>A text in double quotes with Go's escapes, as <c>%q</c> writes it into daprd's messages.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (Rune rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\a' => "\\a",
                '\b' => "\\b",
                '\f' => "\\f",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\v' => "\\v",
                < 0x20 or 0x7F => $"\\x{rune.Value:x2}",
                >= 0x80 and < 0xA0 => $"\\u{rune.Value:x4}",
                _ => rune.ToString(),
            });
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>Encodes a decoded path for a request line; slashes and what may stand in a path stay.</summary>
    public static string EscapePath(string path)
    {
        var escaped = new StringBuilder(path.Length);
        foreach (byte value in Encoding.UTF8.GetBytes(path))
        {
            if (char.IsAsciiLetterOrDigit((char)value) || "-_.~$&+,/:;=@!'()*".Contains((char)value)) escaped.Append((char)value);
            else escaped.Append('%').Append(value.ToString("X2"));
        }

        return escaped.ToString();
    }
}
