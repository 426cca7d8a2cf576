using Gateway.Actors.Tests.Rig;
using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Storage.Devices;
using Microsoft.Extensions.DependencyInjection;

namespace Gateway.Actors.Tests.OnSidecar;

/// <summary>App and sidecar stop and start again on the same folder.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    private readonly GatewayRig gateway = new();

    [Fact]
    public async Task ArmedReminder_AfterARestart_StillFires()
    {
        const string device = "restart-claim";
        var id = await gateway.EnqueueAsync(device);
        await gateway.ClaimAsync(device, TimeSpan.FromSeconds(2));

        await gateway.StopAsync();
        await gateway.StartAsync();

        var returned = await gateway.History.WaitForAsync(device, e => e.Kind == QueueEventKind.Returned);
        Assert.Equal(id, returned.CommandId);
    }

    [Fact]
    public async Task EventsUnwrittenAtACrash_AfterARestart_AreWrittenByTheWalkOverTheHeads()
    {
        const string device = "restart-history";
        await gateway.Services.GetRequiredService<IDeviceStore>().ProvisionAsync(
            new NewDevice(device, "c", null, null, "hash", TimeProvider.System.GetUtcNow().AddDays(1)),
            TimeProvider.System.GetUtcNow(),
            TestContext.Current.CancellationToken);
        gateway.History.IsDown = true;
        var id = await gateway.EnqueueAsync(device);
        await gateway.ResultAsync(device, await gateway.ClaimAsync(device), "the word");

        await gateway.StopAsync();
        await gateway.StartAsync();

        // Nobody opens the head but the sweep, whose actor and reminder are the real ones.
        var ended = await gateway.History.WaitForAsync(device, e => e.Kind == QueueEventKind.Ended);
        Assert.Equal((id, CommandState.Completed, "the word"), (ended.CommandId, ended.State, ended.Result!.Output!.Text));
        Assert.Equal([1L, 2L, 3L], (await gateway.EventsAsync(device)).Select(e => e.Seq));
    }

    [Fact]
    public async Task Work_AfterARestart_GoesOnWithTheSameTokens()
    {
        const string device = "restart-work";
        await gateway.EnqueueAsync(device);
        var command = await gateway.ClaimAsync(device);

        await gateway.StopAsync();
        await gateway.StartAsync();

        await gateway.ExtendAsync(device, command);
        await gateway.ResultAsync(device, command);
        Assert.Equal(0, (await gateway.FlushAsync(device)).Length);
    }

    public ValueTask InitializeAsync() => gateway.InitializeAsync();

    public ValueTask DisposeAsync() => gateway.DisposeAsync();
}
