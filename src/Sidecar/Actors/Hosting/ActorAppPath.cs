using System.Text;
using Gateway.Sidecar.Routing;

namespace Gateway.Sidecar.Actors.Hosting;

/// <summary>The path of an actor at the app. As in daprd, a percent sign in a name is taken for the start of an escape.</summary>
internal static class ActorAppPath
{
    /// <summary>The encoded path, or null and Go's text when a name holds a percent sign that starts no escape.</summary>
    /// <remarks>
    /// <para><c>baseAddress</c>: <c>http://127.0.0.1:{port}</c>, for the text.</para>
    /// <para><c>path</c>: The decoded path, such as <c>/actors/Type/an id/method/Name</c>.</para>
    /// </remarks>
    public static string? TryEncode(string baseAddress, string path, out string? error)
    {
        error = null;
        if (!path.Contains('%', StringComparison.Ordinal)) return GoEscaping.EscapePath(path);

        var encoded = new StringBuilder(path.Length + 16);
        int start = 0;
        while (path.IndexOf('%', start) is >= 0 and var escape)
        {
            encoded.Append(GoEscaping.EscapePath(path[start..escape]));
            string code = path.Substring(escape, Math.Min(3, path.Length - escape));
            if (code.Length < 3 || !char.IsAsciiHexDigit(code[1]) || !char.IsAsciiHexDigit(code[2]))
            {
                error = $"parse \"{baseAddress}{path}\": invalid URL escape \"{code}\"";
                return null;
            }

            encoded.Append(code);
            start = escape + 3;
        }

        return encoded.Append(GoEscaping.EscapePath(path[start..])).ToString();
    }
}
