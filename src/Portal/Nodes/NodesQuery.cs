using Gateway.Portal.Api;
using Gateway.Portal.Nodes.Desk;
using Gateway.Portal.SignIn;

namespace Gateway.Portal.Nodes;

/// <summary>Which nodes and devices are shown; it lives in the page's address, so that it can be kept and passed on.</summary>
/// <param name="Status">One of <see cref="FrontedStates"/>; empty: any.</param>
/// <param name="Search">A part of the id, serial or task of a device, or of the id or name of its node; empty: any.</param>
internal sealed record NodesQuery(string Status = "", string Search = "")
{
    private const int MaxSearch = 128;

    /// <summary>Whether everything is shown.</summary>
    public bool IsAll => Status.Length == 0 && Search.Length == 0;

    /// <summary>Reads an address's parameters; what makes no sense counts as absent.</summary>
    public static NodesQuery Of(string? status, string? search) => new(
        status is not null && FrontedStates.All.Contains(status) ? status : "",
        search?.Trim() is { } text ? text[..Math.Min(text.Length, MaxSearch)] : "");

    /// <summary>The address.</summary>
    public string Address()
    {
        var parts = new List<string>();
        if (Status.Length > 0) parts.Add($"status={Status}");
        if (Search.Length > 0) parts.Add($"search={Uri.EscapeDataString(Search)}");
        return SignInAddress.OperatorPages + (parts.Count == 0 ? "" : "?" + string.Join('&', parts));
    }

    /// <summary>What is shown: each node with the devices that match, and none that has no match unless everything is shown.</summary>
    public IReadOnlyList<(NodeItem Node, IReadOnlyList<FrontedDevice> Devices)> Of(FarmView farm) =>
    [
        .. farm.Nodes
            .Select(node => (Node: node, Devices: (IReadOnlyList<FrontedDevice>)[.. farm.ByNode[node.Id].Where(device => Matches(node, device))]))
            .Where(shown => IsAll || shown.Devices.Count > 0 || (Status.Length == 0 && Matches(shown.Node))),
    ];

    private bool Matches(NodeItem node, FrontedDevice device) =>
        (Status.Length == 0 || device.Status == Status)
        && (Search.Length == 0 || Matches(node) || Has(device.Id) || Has(device.Serial) || (device.CurrentTask is { } task && Has(task)));

    private bool Matches(NodeItem node) => Has(node.Id) || Has(node.Name);

    private bool Has(string text) => text.Contains(Search, StringComparison.OrdinalIgnoreCase);
}
