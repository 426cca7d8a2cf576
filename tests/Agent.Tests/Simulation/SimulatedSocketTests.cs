using System.Text.Json.Nodes;
using Gateway.Agent.Simulation;
using Gateway.Agent.Tests.Scripted;

namespace Gateway.Agent.Tests.Simulation;

public sealed class SimulatedSocketTests
{
    /// <summary>It ended the whole simulation as if somebody had interrupted it, with exit code 130.</summary>
    [Fact]
    public async Task Call_SocketIsCutWhileItIsSent_IsUnansweredAndNoCancellation()
    {
        using var peer = new WirePeer();
        var customer = new CustomerAccount("alice", "token");
        var settings = new SimulationSettings
        {
            Server = new Uri(peer.Url + "/"),
            Customers = [customer],
            Devices = 1,
            Rate = 1,
            Duration = TimeSpan.FromSeconds(1),
        };
        var progress = new SimulationProgress();
        using var http = new SimulationHttp(settings.Server, concurrency: 1, progress, TimeProvider.System);
        using var sink = new ObservationSink(null);
        var world = new SimulationWorld(settings, http, sink, progress, TimeProvider.System);
        Task<SimulatedSocket?> opening = SimulatedSocket.OpenAsync(new FleetDevice(0, "sim-1", customer, "secret"), world, "sim-1-1", CancellationToken.None);
        await peer.AcceptAsync();
        using SimulatedSocket? socket = await opening;

        // More than the buffers on the way take.
        var body = new JsonObject { ["output"] = new string('x', 16 * 1024 * 1024) };
        Task<Exchange> call = socket!.CallAsync("command_result", "cmd_1", body, drop: null, CancellationToken.None);
        await peer.FullAsync();
        socket.Cut();

        Exchange exchange = await call.WaitAsync(WirePeer.Limit, TimeProvider.System);
        Assert.Equal((true, null, null), (exchange.Reached, exchange.Answered, exchange.Status));
    }
}
