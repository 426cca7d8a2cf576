using System.Collections.Concurrent;
using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>How actors move when a host comes or goes, and what becomes of the turns that run.</summary>
public sealed class ActorMovesTests : IAsyncDisposable
{
    private const string Draining = """{"entities":["M"],"drainOngoingCallTimeout":"20s","drainRebalancedActors":true}""";
    private const string Cutting = """{"entities":["M"]}""";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly string[] Ids = [.. Enumerable.Range(0, 24).Select(number => $"id{number}")];
    private readonly ConcurrentQueue<string> journal = [];
    private EmbeddedGroup group = new();

    [Fact]
    public async Task HostJoins_TurnsThatRun_AreWaitedForAndThenTheActorMoves()
    {
        await group.OpenAsync("a", "a");
        ScriptedApp first = await JoinAsync(0, Draining);
        Hold[] holds = [.. Ids.Select(id => first.Hold($"/actors/M/{id}/method/slow"))];
        Task<Answer>[] slow = [.. Ids.Select(id => CallAsync(0, id, "slow"))];
        foreach (string id in Ids) await first.CallsToAsync($"/actors/M/{id}/method/slow");
        ScriptedApp second = await JoinAsync(1, Draining);
        Task<Answer>[] next = [.. Ids.Select(id => CallAsync(1, id, "next"))];
        // The window in which something must not happen.
        await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(second.Calls, call => call.Target.EndsWith("/next", StringComparison.Ordinal));
        Assert.DoesNotContain(first.Calls, call => call.Method == "DELETE");

        foreach (Hold hold in holds) hold.Dispose();
        Assert.All(await Task.WhenAll([.. slow, .. next]).WaitAsync(Limit), answer => Assert.Equal(200, (int)answer.Status));
        string[] moved = [.. Ids.Where(id => second.CountCallsTo($"/actors/M/{id}/method/next") == 1)];
        Assert.InRange(moved.Length, 1, Ids.Length - 1);
        foreach (string id in moved)
        {
            string[] expected = [$"0 DELETE /actors/M/{id}", $"1 PUT /actors/M/{id}/method/next"];
            Assert.Equal(expected, journal.Where(expected.Contains));
        }
    }

    [Fact]
    public async Task HostJoins_WithoutDraining_TurnsThatRunAreCut()
    {
        await group.OpenAsync("a", "a");
        ScriptedApp first = await JoinAsync(0, Cutting);
        Hold[] holds = [.. Ids.Select(id => first.Hold($"/actors/M/{id}/method/slow"))];
        Task<Answer>[] slow = [.. Ids.Select(id => CallAsync(0, id, "slow"))];
        foreach (string id in Ids) await first.CallsToAsync($"/actors/M/{id}/method/slow");
        ScriptedApp second = await JoinAsync(1, Cutting);
        Answer cut = await (await Task.WhenAny(slow)).WaitAsync(Limit);
        cut.IsError(500, "ERR_ACTOR_INVOKE_METHOD", "error invoke actor method: context canceled");
        int moved = Ids.Length - slow.Count(call => !call.IsCompleted);
        foreach (Hold hold in holds) hold.Dispose();
        await Task.WhenAll(slow).WaitAsync(Limit);
        Assert.InRange(moved, 1, Ids.Length - 1);
        await Task.WhenAll(Ids.Select(id => CallAsync(0, id, "next")));
        Assert.Contains(second.Calls, call => call.Target.EndsWith("/next", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HostJoins_CallNestedInARunningTurn_StaysWithIt()
    {
        const string Reentrant = """{"entities":["M"],"drainOngoingCallTimeout":"20s","drainRebalancedActors":true,"reentrancy":{"enabled":true}}""";
        await group.OpenAsync("a", "a");
        ScriptedApp first = await JoinAsync(0, Reentrant);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (string id in Ids)
        {
            first.On($"/actors/M/{id}/method/outer", async call =>
            {
                await go.Task;
                Answer inner = await group[0].SendAsync("PUT", $"/v1.0/actors/M/{id}/method/inner", "", ("Dapr-Reentrancy-Id", call.Headers["dapr-reentrancy-id"]));
                return new AppReply((int)inner.Status, inner.Body);
            });
        }

        Task<Answer>[] outer = [.. Ids.Select(id => CallAsync(0, id, "outer"))];
        foreach (string id in Ids) await first.CallsToAsync($"/actors/M/{id}/method/outer");
        ScriptedApp second = await JoinAsync(1, Reentrant);
        go.SetResult();
        Assert.All(await Task.WhenAll(outer).WaitAsync(Limit), answer => Assert.Equal(200, (int)answer.Status));
        Assert.All(Ids, id => Assert.Equal(1, first.CountCallsTo($"/actors/M/{id}/method/inner")));
        await Task.WhenAll(Ids.Select(id => CallAsync(0, id, "next")));
        Assert.Contains(second.Calls, call => call.Target.EndsWith("/next", StringComparison.Ordinal));
    }

    [Fact]
    public async Task HostIsKilledInATurn_ItsCallerIsTold_AndTheNextCallRunsElsewhere()
    {
        (ScriptedApp first, ScriptedApp second, string id) = await TwoHostsAsync();
        second.On($"/actors/M/{id}/method/slow", async _ =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, TestContext.Current.CancellationToken);
            return AppReply.Ok;
        });
        Task<Answer> slow = CallAsync(0, id, "slow");
        await second.CallsToAsync($"/actors/M/{id}/method/slow");
        Task<Answer> next = CallAsync(0, id, "next");
        await group.LeaveAsync(1);
        Answer told = await slow.WaitAsync(Limit);
        Assert.Equal((500, "ERR_ACTOR_INVOKE_METHOD"), ((int)told.Status, told.ErrorCode));
        Assert.EndsWith(": EOF", told.Message, StringComparison.Ordinal);
        Assert.Equal(200, (int)(await next.WaitAsync(Limit)).Status);
        Assert.Equal(1, first.CountCallsTo($"/actors/M/{id}/method/next"));
    }

    /// <summary>The call that finds out that a host is gone is not lost by it.</summary>
    [Fact]
    public async Task HostIsKilled_CallInTheSameMoment_RunsElsewhere()
    {
        (ScriptedApp first, ScriptedApp second, string id) = await TwoHostsAsync();
        await second.DisposeAsync();
        Assert.Equal(200, (int)(await CallAsync(0, id, "next").WaitAsync(Limit)).Status);
        Assert.Equal(1, first.CountCallsTo($"/actors/M/{id}/method/next"));
    }

    [Fact]
    public async Task LastHostIsKilled_CallWaitsForItToComeBack()
    {
        await group.OpenAsync("a", "client");
        await JoinAsync(0, Draining);
        await group.JoinAsync(1);
        await CallAsync(1, "1", "x");
        await group.LeaveAsync(0);
        Task<Answer> call = CallAsync(1, "1", "y");
        ScriptedApp back = await JoinAsync(0, Draining);
        Assert.Equal(200, (int)(await call.WaitAsync(Limit)).Status);
        Assert.Equal(1, back.CountCallsTo("/actors/M/1/method/y"));
        Assert.DoesNotContain(back.Calls, made => made.Method == "DELETE");
    }

    [Fact]
    public async Task HostIsKilled_ItsTimersEnd_AndThoseOfTheOtherGoOn()
    {
        (ScriptedApp first, ScriptedApp second, string id) = await TwoHostsAsync();
        await group[0].PostAsync($"/v1.0/actors/M/{id}/timers/others", """{"dueTime":"0s","period":"100ms"}""");
        await group[1].PostAsync($"/v1.0/actors/M/{id}/timers/own", """{"dueTime":"0s","period":"100ms"}""");
        await second.CallsToAsync($"/actors/M/{id}/method/timer/own", 2);
        await group.LeaveAsync(1);
        await first.CallsToAsync($"/actors/M/{id}/method/timer/others", 4);
        Assert.Equal(0, first.CountCallsTo($"/actors/M/{id}/method/timer/own"));
    }

    // https://docs.dapr.io/developing-applications/building-blocks/observability/app-health/
    [Fact]
    public async Task HostIsNotHealthy_ItsActorsMove_AndComeBackWithIt()
    {
        await group.DisposeAsync();
        group = new EmbeddedGroup
        {
            Health = new AppHealthOptions { Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromSeconds(5), Threshold = 1 },
        };
        (ScriptedApp first, ScriptedApp second, string id) = await TwoHostsAsync();
        second.On("/healthz", new AppReply(500));
        await second.CallsToAsync($"/actors/M/{id}");
        Assert.Equal(200, (int)(await CallAsync(0, id, "next")).Status);
        Assert.Equal(1, first.CountCallsTo($"/actors/M/{id}/method/next"));

        second.On("/healthz", AppReply.Ok);
        await first.CallsToAsync($"/actors/M/{id}");
        Assert.Equal(200, (int)(await CallAsync(0, id, "again")).Status);
        Assert.Equal(1, second.CountCallsTo($"/actors/M/{id}/method/again"));
    }

    [Fact]
    public async Task SidecarIsStopped_ItsActorsAreDeactivatedAfterTheirTurns_AndGoOnElsewhere()
    {
        (ScriptedApp first, ScriptedApp second, string id) = await TwoHostsAsync();
        using Hold hold = second.Hold($"/actors/M/{id}/method/slow");
        Task<Answer> slow = CallAsync(0, id, "slow");
        await second.CallsToAsync($"/actors/M/{id}/method/slow");
        string free = Ids.Last(other => second.CountCallsTo($"/actors/M/{other}/method/which") == 1);
        Assert.NotEqual(id, free);
        Task stop = group.Sidecars[1].StopAsync(CancellationToken.None);
        // One that has no turn is away at once, which tells that the stop has begun.
        while (first.CountCallsTo($"/actors/M/{free}/method/moved") == 0) await CallAsync(0, free, "moved");
        Task<Answer> next = CallAsync(0, id, "next");
        hold.Dispose();
        Assert.Equal(200, (int)(await slow.WaitAsync(Limit)).Status);
        Assert.Equal(200, (int)(await next.WaitAsync(Limit)).Status);
        await stop.WaitAsync(Limit);
        Assert.Equal(1, second.CountCallsTo($"/actors/M/{id}"));
        // It may still have come in time for the sidecar that stops.
        Assert.Equal(1, first.CountCallsTo($"/actors/M/{id}/method/next") + second.CountCallsTo($"/actors/M/{id}/method/next"));
        Assert.Equal(200, (int)(await CallAsync(0, id, "later")).Status);
        Assert.Equal(1, first.CountCallsTo($"/actors/M/{id}/method/later"));
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    private Task<ScriptedApp> JoinAsync(int index, string config) => group.JoinAsync(index, config, script: app => app.Otherwise = call =>
    {
        journal.Enqueue($"{index} {call.Method} {call.Target}");
        return Task.FromResult(AppReply.Ok);
    });

    /// <summary>Two hosts, and an actor that is active on the second.</summary>
    private async Task<(ScriptedApp First, ScriptedApp Second, string Id)> TwoHostsAsync()
    {
        await group.OpenAsync("a", "a");
        ScriptedApp first = await JoinAsync(0, Draining);
        ScriptedApp second = await JoinAsync(1, Draining);
        foreach (string id in Ids) await CallAsync(0, id, "which");
        return (first, second, Ids.First(id => second.CountCallsTo($"/actors/M/{id}/method/which") == 1));
    }

    private Task<Answer> CallAsync(int sidecar, string id, string method) => group[sidecar].SendAsync("PUT", $"/v1.0/actors/M/{id}/method/{method}");
}
