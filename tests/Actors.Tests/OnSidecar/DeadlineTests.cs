using System.Net;
using Gateway.Actors.Sweeps;
using Gateway.Actors.Tests.Fakes;
using Gateway.Actors.Tests.Rig;
using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Channels;
using Gateway.Storage.Devices;
using Gateway.Storage.History;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Actors.Tests.OnSidecar;

/// <summary>
/// DESIGN, "Deadlines", with real reminders. The devices are in no table of devices and nobody touches their queues, so no sweep
/// finds them within these tests' limits: what happens, a reminder did.
/// </summary>
[Collection(GatewayCollection.Name)]
public sealed class DeadlineTests(GatewayRig gateway)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Claim_EndsWithoutAWord_TheReminderAloneReturnsIt()
    {
        const string device = "deadline-claim";
        var id = await gateway.EnqueueAsync(device);
        var command = await gateway.ClaimAsync(device, Soon);

        var returned = await gateway.History.WaitForAsync(device, e => e.Kind == QueueEventKind.Returned);

        Assert.Equal(id, returned.CommandId);
        Assert.True(returned.At >= command.VisibleUntil);
        Assert.Equal(1, gateway.State.Head(device)!.Waiting);
        var again = await gateway.ClaimAsync(device);
        Assert.Equal((id, 2), (again.Id, again.Attempt));
    }

    [Fact]
    public async Task Command_IsNotStartedInTime_TheReminderAloneExpiresIt()
    {
        const string device = "deadline-expiry";
        var id = await gateway.EnqueueAsync(device, expires: TimeProvider.System.GetUtcNow() + Soon);

        var ended = await gateway.History.WaitForAsync(device, e => e.Kind == QueueEventKind.Ended);

        Assert.Equal((id, CommandState.Expired), (ended.CommandId, ended.State));
    }

    [Fact]
    public async Task Session_IsNotClosed_TheReminderAloneEndsItAndItsCommands()
    {
        const string device = "deadline-session";
        await gateway.Queue.ExecuteAsync(device, new OpenSession("s-1", "c", "diagnostic", null, Soon), TestContext.Current.CancellationToken);
        var id = await gateway.EnqueueAsync(device, session: "s-1");

        var ended = await gateway.History.WaitForAsync(device, e => e.Kind == QueueEventKind.SessionEnded);

        Assert.Equal("expired", ended.Session!.Status);
        Assert.Equal(CommandState.Expired, (await gateway.History.FindAsync(device, id, TestContext.Current.CancellationToken))!.State);
    }

    [Fact]
    public async Task Deadlines_OneAfterAnother_EachIsArmedInTurn()
    {
        const string device = "deadline-several";
        await gateway.EnqueueAsync(device, expires: TimeProvider.System.GetUtcNow() + (2 * Soon));
        await gateway.EnqueueAsync(device);
        await gateway.ClaimAsync(device, Soon);

        await gateway.History.WaitForAsync(device, e => e.Kind == QueueEventKind.Returned);
        await gateway.History.WaitForAsync(device, e => e.State == CommandState.Expired);

        Assert.Equal(1, gateway.State.Head(device)!.Waiting);
    }

    [Fact]
    public async Task Reminder_IsLost_TheSweepFindsTheClaimAndSetsTheReminderAnew()
    {
        const string device = "deadline-lost";
        using var http = new HttpClient();
        var reminder = new Uri(gateway.SidecarAddress, $"/v1.0/actors/DeviceActor/{device}/reminders/deadline");
        await gateway.EnqueueAsync(device);
        await gateway.ClaimAsync(device, Soon);
        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync(reminder, TestContext.Current.CancellationToken)).StatusCode);

        // As if more than the grace had passed; the queue itself goes by the real time.
        var sweeper = new Sweeper(
            gateway.Queue,
            gateway.Services.GetRequiredService<IPresenceStore>(),
            [],
            gateway.Services.GetRequiredService<ISweepQueries>(),
            gateway.Services.GetRequiredService<IDeadChannels>(),
            new LaterTimeProvider(TimeSpan.FromMinutes(1)),
            NullLogger<Sweeper>.Instance);
        await Eventually.UntilAsync(async () =>
        {
            await sweeper.LookAtOverdueAsync();
            return (await gateway.EventsAsync(device)).Any(e => e.Kind == QueueEventKind.Returned);
        });

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(reminder, TestContext.Current.CancellationToken)).StatusCode);
        var overdue = await gateway.Services.GetRequiredService<ISweepQueries>()
            .OverdueAsync(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(15), 100, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(overdue, found => found.DeviceId == device);
    }

    private sealed class LaterTimeProvider(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
