using System.Text;

namespace Gateway.Sidecar.Routing;

/// <summary>Percent-encoding as Go's net/url does it, since that is what callers of daprd see.</summary>
internal static class GoEscaping
{
    /// <summary>Decodes a parameter of a path: <c>%XX</c>, and <c>+</c> is a space. What is no valid escape stays.</summary>
    public static string QueryUnescape(string text) =>
        text.AsSpan().IndexOfAny('%', '+') < 0 ? text : Uri.UnescapeDataString(text.Replace('+', ' '));

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
