using Gateway.Portal.Api;
using Gateway.Portal.Nodes;
using Gateway.Portal.Nodes.Desk;

namespace Gateway.Portal.Tests.Nodes;

public sealed class NodesQueryTests
{
    private static readonly FarmView Farm = new(
        [new NodeItem("node-1", "Seoul", "online", 2, null, null, null), new NodeItem("node-2", "Busan", "offline", 1, null, null, null), new NodeItem("node-3", "Jeju", "online", 0, null, null, null)],
        new[]
        {
            new FrontedDevice("device-1", "R58", "active", "node-1", "task-77", null),
            new FrontedDevice("device-2", "R59", "idle", "node-1", null, null),
            new FrontedDevice("device-3", "X01", "offline", "node-2", null, null),
        }.ToDictionary(device => device.Id));

    [Theory]
    [InlineData(null, null, "/nodes")]
    [InlineData("idle", " a&b ", "/nodes?status=idle&search=a%26b")]
    [InlineData("nonsense", "", "/nodes")]
    public void Query_FromAnAddress_MakesTheSameAddress(string? status, string? search, string address) =>
        Assert.Equal(address, NodesQuery.Of(status, search).Address());

    [Theory]
    [InlineData("", "", "node-1:device-1,device-2 node-2:device-3 node-3:")]
    [InlineData("idle", "", "node-1:device-2")]
    [InlineData("", "seoul", "node-1:device-1,device-2")]
    [InlineData("", "r59", "node-1:device-2")]
    [InlineData("", "task-77", "node-1:device-1")]
    [InlineData("", "jeju", "node-3:")]
    [InlineData("offline", "seoul", "")]
    public void Query_OfAFarm_ShowsWhatMatches(string status, string search, string shown) => Assert.Equal(
        shown,
        string.Join(' ', NodesQuery.Of(status, search).Of(Farm).Select(node => $"{node.Node.Id}:{string.Join(',', node.Devices.Select(device => device.Id))}")));
}
