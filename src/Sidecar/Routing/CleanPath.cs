namespace Gateway.Sidecar.Routing;

/// <summary>
/// The path of a request as it was sent, with repeated slashes, <c>.</c> and <c>..</c> taken out (the official SDK sends
/// <c>//v1.0/…</c>). Segments are still percent-encoded.
/// </summary>
internal sealed record CleanPath(IReadOnlyList<string> Segments, bool TrailingSlash)
{
    /// <summary>Cleans the target of a request line, such as <c>//v1.0/state/../state/a%2Fb?x=y</c>.</summary>
    public static CleanPath Parse(string rawTarget)
    {
        ReadOnlySpan<char> path = rawTarget;
        // An absolute target ("http://host/path") is what a proxy would get.
        if (!path.StartsWith('/') && path.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme)
        {
            path = path[(scheme + 3)..];
            path = path.IndexOf('/') is >= 0 and var slash ? path[slash..] : "/";
        }

        if (path.IndexOf('?') is >= 0 and var query) path = path[..query];

        List<string> segments = new(8);
        bool trailing = false;
        foreach (Range range in path.Split('/'))
        {
            ReadOnlySpan<char> segment = path[range];
            trailing = segment.IsEmpty;
            switch (segment)
            {
                case "" or ".":
                    break;
                case "..":
                    if (segments.Count > 0) segments.RemoveAt(segments.Count - 1);
                    break;
                default:
                    segments.Add(segment.ToString());
                    break;
            }
        }

        return new CleanPath(segments, trailing);
    }

    /// <summary>The path from a segment on, without a leading slash.</summary>
    public string From(int index) => string.Join('/', Segments.Skip(index));
}
