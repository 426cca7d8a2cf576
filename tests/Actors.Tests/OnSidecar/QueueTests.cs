using System.Text.Json;
using Gateway.Actors.Tests.Rig;
using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Queue;

namespace Gateway.Actors.Tests.OnSidecar;

/// <summary>The command queue over Dapr's HTTP API, on the embedded sidecar's durable state store.</summary>
[Collection(GatewayCollection.Name)]
public sealed class QueueTests(GatewayRig gateway)
{
    private const string Device = "queue.device_1";

    [Fact]
    public async Task WholeLife_OfACommand_IsInTheStoreAndThenInHistory()
    {
        var id = await gateway.EnqueueAsync(Device, "{\"host\":\"größe\"}");
        Assert.Equal(1, gateway.State.Head(Device)!.Waiting);

        var command = await gateway.ClaimAsync(Device);
        var claimed = Assert.Single(gateway.State.Head(Device)!.Claimed);
        Assert.Equal((id, command.Token, command.VisibleUntil), (claimed.Id, claimed.Claim!.Token, claimed.Claim.VisibleUntil));
        Assert.Equal("{\"host\":\"größe\"}", command.Parameters);

        await gateway.ExtendAsync(Device, command);
        await gateway.ResultAsync(Device, command, "output");
        var head = await gateway.FlushAsync(Device);

        Assert.Equal(Json(gateway.State.Head(Device)!), Json(head));
        Assert.Equal(0, head.Length);
        var record = (await gateway.History.FindAsync(Device, id, TestContext.Current.CancellationToken))!;
        Assert.Equal((CommandState.Completed, "output"), (record.State, record.Result!.Output!.Text));
        Assert.Equal(
            [QueueEventKind.Enqueued, QueueEventKind.Claimed, QueueEventKind.Extended, QueueEventKind.Ended],
            (await gateway.EventsAsync(Device)).Select(e => e.Kind));
    }

    [Fact]
    public async Task ManyAtOnce_TwoReplicas_LoseAndDoubleNothing()
    {
        const string device = "queue-two";
        ICommandQueue[] queues = [gateway.Queue, await gateway.StartReplicaAsync("queue-other")];

        var accepted = await Task.WhenAll(Enumerable.Range(0, 120).Select(i =>
            queues[i % 2].ExecuteAsync(device, GatewayRig.NewCommand(), TestContext.Current.CancellationToken)));
        var claimed = await Task.WhenAll(Enumerable.Range(0, 60).Select(i =>
            queues[i % 2].ExecuteAsync(device, GatewayRig.NewClaim(), TestContext.Current.CancellationToken)));
        var commands = claimed.SelectMany(outcome => outcome.Commands).ToList();
        await Task.WhenAll(commands.Select((command, i) =>
            queues[(i + 1) % 2].ExecuteAsync(device, GatewayRig.NewResult(command, $"{i}"), TestContext.Current.CancellationToken)));

        Assert.Equal(60, commands.Select(command => command.Id).Distinct().Count());
        var head = await gateway.FlushAsync(device);
        Assert.Equal((60, 0), (head.Waiting, head.Claimed.Length));
        var events = await gateway.EventsAsync(device);
        Assert.Equal(Enumerable.Range(1, 240).Select(n => (long)n), events.Select(e => e.Seq));
        Assert.Equal(120, accepted.Select(outcome => outcome.CommandId).Distinct().Count());
    }

    private static string Json(QueueHead head) => JsonSerializer.Serialize(head, QueueJson.Default.QueueHead);
}
