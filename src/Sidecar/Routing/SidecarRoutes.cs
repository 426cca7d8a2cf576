namespace Gateway.Sidecar.Routing;

/// <summary>Answers a request whose path matched; <paramref name="route"/> has the path's values.</summary>
internal delegate Task RouteHandler(HttpContext context, RouteValues route);

/// <summary>
/// The routes of the sidecar. They are matched as daprd matches them, which ASP.NET Core's routing cannot be told to do:
/// case-sensitive, on the path as it was sent (an encoded slash stays inside its segment), after repeated slashes and dot
/// segments are cleaned away, and with no 405: a wrong verb is an unknown route. Built once at start, then read only.
/// </summary>
internal sealed class SidecarRoutes
{
    private readonly Node root = new();

    /// <summary>
    /// Adds a route, such as <c>Map("POST,PUT", "/v1.0/state/{store}", handler)</c>. A last segment <c>{name*}</c> takes the
    /// rest of the path undecoded; the methods <c>*</c> stand for every one. A literal goes before a parameter.
    /// </summary>
    public void Map(string methods, string pattern, RouteHandler handler)
    {
        Node node = root;
        List<string> names = [];
        foreach (string segment in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (segment[0] != '{')
            {
                if (!node.Literals.TryGetValue(segment, out Node? next)) node.Literals[segment] = next = new Node();
                node = next;
            }
            else
            {
                bool rest = segment[^2] == '*';
                names.Add(segment[1..(rest ? ^2 : ^1)]);
                node = rest ? node.Rest ??= new Node() : node.Parameter ??= new Node();
            }
        }

        foreach (string method in methods.Split(','))
        {
            if (!node.Routes.TryAdd(method, new Route(handler, [.. names])))
                throw new InvalidOperationException($"Route {method} {pattern} is mapped twice.");
        }
    }

    /// <summary>The handler for a method and a cleaned path, with the path's values; null when there is none.</summary>
    public (RouteHandler Handler, RouteValues Values)? Match(string method, CleanPath path)
    {
        string[] values = new string[path.Segments.Count];
        return Find(root, method, path, 0, values, 0) is { } found ? (found.Handler, new RouteValues(found.Names, values)) : null;
    }

    private static Route? Find(Node node, string method, CleanPath path, int index, string[] values, int depth)
    {
        if (index == path.Segments.Count)
        {
            if (node.Routes.Count > 0) return node.For(method);
            // ".../method/" reaches the rest route with an empty rest; ".../method" does not.
            return path.TrailingSlash ? node.Rest?.For(method) : null;
        }

        string segment = path.Segments[index];
        if (node.Literals.TryGetValue(segment, out Node? literal) && Find(literal, method, path, index + 1, values, depth) is { } exact)
            return exact;
        if (node.Parameter is { } parameter)
        {
            values[depth] = GoEscaping.QueryUnescape(segment);
            if (Find(parameter, method, path, index + 1, values, depth + 1) is { } found) return found;
        }

        if (node.Rest?.For(method) is not { } rest) return null;
        values[depth] = path.From(index);
        return rest;
    }

    private sealed record Route(RouteHandler Handler, string[] Names);

    private sealed class Node
    {
        public Dictionary<string, Node> Literals { get; } = new(StringComparer.Ordinal);

        public Node? Parameter { get; set; }

        public Node? Rest { get; set; }

        public Dictionary<string, Route> Routes { get; } = new(StringComparer.Ordinal);

        public Route? For(string method) => Routes.GetValueOrDefault(method) ?? Routes.GetValueOrDefault("*");
    }
}
