using System.Security.Claims;
using System.Threading.Channels;
using Gateway.Portal.Live;
using Gateway.Portal.SignIn;
using Gateway.Portal.Tests.Kit;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Portal.Tests.Live;

public sealed class LiveConnectionTests : IAsyncLifetime
{
    private readonly Channel<LiveUpdate> updates = Channel.CreateUnbounded<LiveUpdate>();
    private StubGateway gateway = null!;
    private LiveConnection live = null!;

    public async ValueTask InitializeAsync()
    {
        gateway = await StubGateway.StartAsync();
        var signIns = new SignIns(null!, TimeProvider.System);
        var session = new PortalSession("id", "alice", "alice", "the-token", null, TimeProvider.System.GetUtcNow().AddHours(1));
        live = new LiveConnection(
            new CustomerAccess(new SignedIn(session.ToPrincipal()), signIns),
            Options.Create(new PortalOptions { Gateway = gateway.Address }), TimeProvider.System, NullLogger<LiveConnection>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await live.DisposeAsync();
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task Subscribe_OpensTheSocketWithTheCustomersTokenAndPassesMessagesOn()
    {
        using var subscription = live.Subscribe("pi-1", Take);
        var socket = await gateway.SocketAsync();
        Assert.Equal("Bearer the-token", socket.Authorization);
        Assert.Equal("subscribe pi-1", await socket.ReadAsync());
        Assert.Equal(LiveState.Live, live.State);

        await socket.SendAsync(new { type = "device_status", data = new { id = "pi-1", name = "Door", status = "busy", lifecycle = "active", pendingCommands = 2 } });
        await socket.SendAsync(new { type = "device_status", data = new { id = "pi-2", name = "Other", status = "busy", lifecycle = "active" } });
        await socket.SendAsync(new { type = "something_new", data = new { deviceId = "pi-1" } });
        await socket.SendAsync(new { type = "command_update", data = new { deviceId = "pi-1", seq = 4, command = new { id = "cmd_1" } } });
        await socket.SendAsync(new { type = "output", data = new { deviceId = "pi-1", commandId = "cmd_1", attempt = 1, chunk = 0, offset = 5, text = "hé" } });

        var status = await NextAsync();
        Assert.Equal((LiveKind.Device, "busy", 2), (status.Kind, status.Device!.Status, status.Device.PendingCommands));
        Assert.Equal(LiveKind.Work, (await NextAsync()).Kind);
        Assert.Equal(new LiveOutput("cmd_1", 1, 5, "hé"), (await NextAsync()).Output);
    }

    [Fact]
    public async Task Unsubscribe_OfTheLastReceiver_TellsTheServer()
    {
        var first = live.Subscribe("pi-1", Take);
        var second = live.Subscribe("pi-1", Take);
        var socket = await gateway.SocketAsync();
        Assert.Equal("subscribe pi-1", await socket.ReadAsync());
        first.Dispose();
        first.Dispose();
        using var other = live.Subscribe("pi-2", Take);
        Assert.Equal("subscribe pi-2", await socket.ReadAsync());
        second.Dispose();
        Assert.Equal("unsubscribe pi-1", await socket.ReadAsync());
    }

    [Fact]
    public async Task Socket_ThatIsCut_IsOpenedAgainWithWhatIsStillWanted()
    {
        using var kept = live.Subscribe("pi-1", Take);
        var dropped = live.Subscribe("pi-2", Take);
        var socket = await gateway.SocketAsync();
        await socket.ReadAsync();
        await socket.ReadAsync();
        var polling = StateAsync(LiveState.Polling);
        socket.Cut();
        await polling;
        dropped.Dispose();

        var again = await gateway.SocketAsync();
        Assert.Equal("subscribe pi-1", await again.ReadAsync());
        await again.SendAsync(new { type = "subscribed", data = new { deviceId = "pi-1", seq = 1, device = new { id = "pi-1", name = "Door", status = "online", lifecycle = "active" } } });
        var snapshot = await NextAsync();
        Assert.Equal((LiveKind.Subscribed, "online"), (snapshot.Kind, snapshot.Device!.Status));
    }

    [Fact]
    public async Task Socket_ThatIsRefused_LeavesPagesPollingAndIsTriedAgain()
    {
        gateway.RefusesSockets = true;
        var polling = StateAsync(LiveState.Polling);
        using var subscription = live.Subscribe("pi-1", Take);
        await polling;
        gateway.RefusesSockets = false;
        Assert.Equal("subscribe pi-1", await (await gateway.SocketAsync()).ReadAsync());
    }

    [Theory]
    [InlineData(0, 0, 250)]
    [InlineData(0, 1, 500)]
    [InlineData(3, 0, 2000)]
    [InlineData(50, 1, 15000)]
    public void Delay_BetweenAttempts_GrowsToALimitAndDiffers(int attempt, double random, double milliseconds) =>
        Assert.Equal(milliseconds, LiveConnection.DelayBefore(attempt, random).TotalMilliseconds);

    private void Take(LiveUpdate update) => updates.Writer.TryWrite(update);

    private async Task<LiveUpdate> NextAsync() => await updates.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit.Wait);

    private Task StateAsync(LiveState state)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        live.StateChanged += () =>
        {
            if (live.State == state) reached.TrySetResult();
        };
        return reached.Task.WaitAsync(Limit.Wait);
    }

    private sealed class SignedIn(ClaimsPrincipal principal) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(principal));
    }
}
