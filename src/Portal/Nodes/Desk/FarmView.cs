using Gateway.Portal.Api;

namespace Gateway.Portal.Nodes.Desk;

/// <summary>All nodes and the devices behind them, as they were seen together.</summary>
/// <param name="Nodes">By id.</param>
/// <param name="Devices">By id.</param>
internal sealed record FarmView(IReadOnlyList<NodeItem> Nodes, IReadOnlyDictionary<string, FrontedDevice> Devices)
{
    /// <summary>Whose devices are whose, by the node's id.</summary>
    public ILookup<string, FrontedDevice> ByNode { get; } =
        Devices.Values.OrderBy(device => device.Id, StringComparer.Ordinal).ToLookup(device => device.NodeId, StringComparer.Ordinal);

    /// <summary>How many devices are in a state.</summary>
    public int Count(string status) => Devices.Values.Count(device => device.Status == status);

    /// <summary>How many requests it takes to see.</summary>
    public static int CostOf(FarmView? view) =>
        Pages(view?.Nodes.Count ?? 0, OrchestratorClient.MostNodes) + Pages(view?.Devices.Count ?? 0, OrchestratorClient.MostDevices);

    /// <summary>Looks at all of it.</summary>
    public static async Task<ApiAnswer<FarmView>> LoadAsync(OrchestratorClient client, CancellationToken cancellationToken)
    {
        var (nodes, nodeProblem) = await AllAsync(client.NodesAsync, static part => part.Nodes, static part => part.Total, cancellationToken);
        if (nodeProblem is not null) return nodeProblem;
        var (devices, deviceProblem) = await AllAsync(client.DevicesAsync, static part => part.Devices, static part => part.Total, cancellationToken);
        if (deviceProblem is not null) return deviceProblem;
        var byId = new Dictionary<string, FrontedDevice>(StringComparer.Ordinal);
        // One that moves while pages are read may come twice.
        foreach (var device in devices) byId[device.Id] = device;
        return new FarmView(nodes, byId);
    }

    private static int Pages(int count, int size) => Math.Max(1, (count + size - 1) / size);

    private static async Task<(List<TItem> Items, ApiProblem? Problem)> AllAsync<TPart, TItem>(
        LoadPart<TPart> load, Func<TPart, IReadOnlyList<TItem>> items, Func<TPart, long> total, CancellationToken cancellationToken)
        where TPart : class
    {
        var all = new List<TItem>();
        while (true)
        {
            var answer = await load(all.Count, cancellationToken);
            if (answer.Value is not { } part) return (all, answer.Problem);
            all.AddRange(items(part));
            if (items(part).Count == 0 || all.Count >= total(part)) return (all, null);
        }
    }

    private delegate Task<ApiAnswer<T>> LoadPart<T>(int offset, CancellationToken cancellationToken)
        where T : class;
}
