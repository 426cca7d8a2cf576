namespace Gateway.Sidecar.Routing;

/// <summary>The values of a matched path by their names in the pattern, decoded as daprd decodes them (<c>+</c> is a space).</summary>
internal readonly struct RouteValues(string[] names, string[] values)
{
    /// <summary>The value of a parameter of the pattern.</summary>
    public string this[string name] => values[Array.IndexOf(names, name)] ?? "";
}
