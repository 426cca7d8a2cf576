using System.Buffers;
using System.Text;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Invoke;

/// <summary>
/// The path of an invocation as the app gets it: decoded once, cleaned (an encoded slash or dot counts by then) and checked, and read
/// as a part of an address again, so that what was encoded twice reaches the app encoded once.
/// </summary>
internal static class InvokeMethod
{
    private static readonly SearchValues<char> Forbidden = SearchValues.Create("#?\0");

    // What may stand in an encoded path; with anything else in it daprd encodes the path anew.
    private static readonly SearchValues<char> Encoded =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~!$&'()*+,;=:@[]/%");

    /// <summary>The path with its leading slash, or what is wrong with it in daprd's words.</summary>
    /// <param name="rawPath">What follows <c>/method/</c>, as it was sent.</param>
    /// <param name="app">The address of the app, without a slash at its end.</param>
    public static (string? Path, string? Error) Read(string rawPath, string app)
    {
        string method = Clean(Uri.UnescapeDataString(rawPath));
        if (Refusal(method) is { } refusal) return (null, $"rpc error: code = InvalidArgument desc = invalid method: {refusal}");
        string path = "/" + method;
        if (BadEscape(path) is { } escape)
            return (null, $"parse {GoEscaping.Quote(app + path)}: invalid URL escape {GoEscaping.Quote(escape)}");
        return (path.AsSpan().ContainsAnyExcept(Encoded) ? GoEscaping.EscapePath(Uri.UnescapeDataString(path)) : path, null);
    }

    // A question mark begins no query here, so it stands aside meanwhile.
    private static string Clean(string method) => CleanPath.Parse("/" + method.Replace('?', '\uFFFF')).From(0).Replace('\uFFFF', '?');

    private static string? Refusal(string method)
    {
        if (method.AsSpan().ContainsAny(Forbidden)) return $"method contains forbidden character: {GoEscaping.Quote(method)}";
        int position = 0;
        foreach (Rune rune in method.EnumerateRunes())
        {
            if (rune.Value is < 0x20 or 0x7F) return $"method contains control character at position {position}: {GoEscaping.Quote(method)}";
            position += rune.Utf8SequenceLength;
        }

        return null;
    }

    private static string? BadEscape(string path)
    {
        for (int i = path.IndexOf('%'); i >= 0; i = path.IndexOf('%', i + 1))
        {
            if (i + 2 >= path.Length || !char.IsAsciiHexDigit(path[i + 1]) || !char.IsAsciiHexDigit(path[i + 2]))
                return path[i..Math.Min(i + 3, path.Length)];
        }

        return null;
    }
}
