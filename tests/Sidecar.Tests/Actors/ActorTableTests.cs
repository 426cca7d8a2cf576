using Gateway.Sidecar.Actors.Hosting;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Rig;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>Moments of a move that calls from outside cannot hit for certain.</summary>
public sealed class ActorTableTests
{
    /// <summary>Who moves actors sees no place of this one yet, so the turn itself must look again.</summary>
    [Fact]
    public async Task Call_HostThatJoinsWhileTheTurnBegins_GetsIt()
    {
        await using ScriptedApp first = await ScriptedApp.StartAsync();
        await using ScriptedApp second = await ScriptedApp.StartAsync();
        using AppChannel firstChannel = Channel(first), secondChannel = Channel(second);
        ActorHost firstHost = Host(firstChannel), secondHost = Host(secondChannel);
        var time = new InterruptedTime();
        var hosts = new ActorHosts(time);
        hosts.Add(firstHost);
        using var table = new ActorTable(hosts, time, NullLogger.Instance);
        ActorKey actor = OfTheSecond(firstHost, secondHost);

        time.Meanwhile = () => hosts.Add(secondHost);
        using ActorReply? reply = await table.CallAsync(actor, ActorCall.Callback("method/x", default), TestContext.Current.CancellationToken);
        Assert.Null(time.Meanwhile);
        Assert.True(reply is { Succeeded: true });
        Assert.Equal(0, first.CountCallsTo($"/actors/M/{actor.Id}/method/x"));
        Assert.Equal(1, second.CountCallsTo($"/actors/M/{actor.Id}/method/x"));
        Assert.Equal((false, true), (table.IsActive(actor, firstHost), table.IsActive(actor, secondHost)));
        table.Stop();
    }

    [Fact]
    public async Task Call_LastHostThatLeavesWhileTheTurnBegins_IsNotActiveThere()
    {
        await using ScriptedApp app = await ScriptedApp.StartAsync();
        using AppChannel channel = Channel(app);
        ActorHost host = Host(channel);
        var time = new InterruptedTime();
        var hosts = new ActorHosts(time);
        hosts.Add(host);
        using var table = new ActorTable(hosts, time, NullLogger.Instance);
        var actor = new ActorKey("M", "1");

        time.Meanwhile = () => hosts.Remove(host);
        Task<ActorReply?> call = table.CallAsync(actor, ActorCall.Callback("method/x", default), TestContext.Current.CancellationToken);
        Assert.False(table.IsActive(actor, host));
        Assert.Empty(app.Calls);
        hosts.Add(host);
        using ActorReply? reply = await call;
        Assert.True(reply is { Succeeded: true });
        Assert.True(table.IsActive(actor, host));
        table.Stop();
    }

    private static AppChannel Channel(ScriptedApp app) => new(new SidecarOptions { AppId = "a" }, app.Port, NullLogger.Instance);

    private static ActorHost Host(AppChannel channel) => new([new ActorTypeOptions("M")], channel, NullLogger.Instance);

    private static ActorKey OfTheSecond(ActorHost first, ActorHost second)
    {
        var both = new ActorHosts(TimeProvider.System);
        both.Add(first);
        both.Add(second);
        return Enumerable.Range(0, 1000).Select(number => new ActorKey("M", $"{number}")).First(actor => both.Find(actor) == second);
    }

    /// <summary>Something happens just when the time is asked for, once.</summary>
    private sealed class InterruptedTime : TimeProvider
    {
        private Action? meanwhile;

        public Action? Meanwhile
        {
            get => meanwhile;
            set => meanwhile = value;
        }

        public override DateTimeOffset GetUtcNow()
        {
            Interlocked.Exchange(ref meanwhile, null)?.Invoke();
            return base.GetUtcNow();
        }
    }
}
