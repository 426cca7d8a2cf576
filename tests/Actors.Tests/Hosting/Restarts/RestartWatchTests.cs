using Gateway.Actors.Hosting;
using Gateway.Actors.Hosting.Restarts;
using Gateway.Actors.Tests.Fakes;
using Gateway.Queue;
using Gateway.Storage;
using Gateway.Storage.Emergencies;
using Gateway.TestKit;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Actors.Tests.Hosting.Restarts;

public sealed class RestartWatchTests : IAsyncDisposable
{
    private readonly ManualTimeProvider time = new();
    private readonly FakeServiceResets resets = new();
    private readonly ApplicationLifetime lifetime = new(NullLogger<ApplicationLifetime>.Instance);
    private readonly IOptions<GatewayOptions> options = Options.Create(new GatewayOptions { Roles = "actors" });
    private readonly RestartRequest request;
    private readonly RestartWatch watch;

    public RestartWatchTests()
    {
        request = new RestartRequest(options);
        watch = new RestartWatch(
            resets, request, Options.Create(new QueueOptions { ReplicaName = "actors-1" }), options, lifetime, time, NullLogger<RestartWatch>.Instance);
    }

    [Fact]
    public async Task Watch_ProgramIsUp_SaysSoOnce_AndNotBefore()
    {
        await watch.StartAsync(TestContext.Current.CancellationToken);
        Assert.Empty(resets.Calls);

        lifetime.NotifyStarted();

        await FirstLookAsync();
        await LooksAsync(1);
        Assert.Equal(["restarted actors-1", "find actors-1", "find actors-1"], resets.Calls);
        Assert.False(request.IsAsked);
    }

    [Fact]
    public async Task Watch_ServiceReset_IsNotedAtOnce_AndStopsTheProgramWhenItIsDue()
    {
        await StartAsync();
        resets.Reset = new ServiceReset("emg_1", IsDue: false);
        await LooksAsync(2);
        Assert.Single(resets.Calls, call => call == "seen emg_1 actors-1 gateway-actors");
        Assert.False(lifetime.ApplicationStopping.IsCancellationRequested);

        resets.Reset = new ServiceReset("emg_1", IsDue: true);
        await LooksAsync(1);

        await Eventually.UntilAsync(() => lifetime.ApplicationStopping.IsCancellationRequested);
        Assert.True(request.IsReexecution);
    }

    [Fact]
    public async Task Watch_StoreAway_GoesOnWhenItIsBack()
    {
        await StartAsync();
        resets.IsAway = true;
        await LooksAsync(2);
        resets.IsAway = false;
        resets.Reset = new ServiceReset("emg_1", IsDue: true);
        await LooksAsync(1);
        await Eventually.UntilAsync(() => lifetime.ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public void Request_Withdrawn_OrLeftToTheSupervisor_IsNoReexecution()
    {
        request.Ask();
        Assert.True(request.IsReexecution);
        options.Value.Restart = "exit";
        Assert.False(request.IsReexecution);
        options.Value.Restart = "reexecute";
        request.Withdraw();
        Assert.False(request.IsReexecution);
        Assert.True(new GatewayOptionsValidator().Validate(null, new GatewayOptions { Restart = "never" }).Failed);
        Assert.False(new GatewayOptionsValidator().Validate(null, new GatewayOptions { Restart = "spawn" }).Failed);
    }

    public async ValueTask DisposeAsync()
    {
        await watch.StopAsync(CancellationToken.None);
        watch.Dispose();
    }

    private async Task StartAsync()
    {
        lifetime.NotifyStarted();
        await watch.StartAsync(TestContext.Current.CancellationToken);
        await FirstLookAsync();
    }

    private Task FirstLookAsync() => Eventually.UntilAsync(() => resets.Looks == 1 && time.ArmedTimers == 1);

    /// <summary>Lets it look so often, each time after the last one is done.</summary>
    private async Task LooksAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var looks = resets.Looks;
            time.Advance(RestartWatch.Interval);
            await Eventually.UntilAsync(() => resets.Looks > looks && time.ArmedTimers == 1);
        }
    }

    /// <summary>What a store would answer, and what it was asked.</summary>
    private sealed class FakeServiceResets : IServiceResets
    {
        private readonly List<string> calls = [];

        public ServiceReset? Reset { get; set; }

        public bool IsAway { get; set; }

        public int Looks { get; private set; }

        public IReadOnlyList<string> Calls
        {
            get { lock (calls) return [.. calls]; }
        }

        public Task NoteRestartedAsync(string replica, DateTimeOffset now, CancellationToken cancellationToken) => Note($"restarted {replica}");

        public Task<ServiceReset?> FindAsync(string replica, DateTimeOffset startedAt, DateTimeOffset now, CancellationToken cancellationToken)
        {
            Note($"find {replica}");
            Looks++;
            return IsAway ? throw new StorageUnavailableException("away") : Task.FromResult(Reset);
        }

        public Task NoteSeenAsync(string id, string replica, string app, DateTimeOffset now, CancellationToken cancellationToken) => Note($"seen {id} {replica} {app}");

        private Task Note(string call)
        {
            lock (calls) calls.Add(call);
            return Task.CompletedTask;
        }
    }
}
