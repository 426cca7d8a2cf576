using Dapr.Actors;
using Dapr.Actors.Runtime;
using Gateway.Dapr.Tests.Kit;

namespace Gateway.Dapr.Tests.Actors;

/// <summary>Activation, turns and deactivation, with a sidecar that does nothing about turns.</summary>
public class ActorTurnTests : ActorTest
{
    [Fact]
    public async Task Turn_RunsBetweenItsHooks()
    {
        await Counter("1").AddAsync(1);
        await Counter("1").AddAsync(1);
        Assert.Equal(
            [
                "activate 1", "pre ActorInterfaceMethod AddAsync", "post AddAsync",
                "pre ActorInterfaceMethod AddAsync", "post AddAsync",
            ],
            Journal.Lines);
    }

    [Fact]
    public async Task Turn_Failed_RunsTheFailureHook()
    {
        await Assert.ThrowsAsync<ActorMethodInvocationException>(() => Counter("1").FailAsync("x"));
        Assert.Equal(["activate 1", "pre ActorInterfaceMethod FailAsync", "failed FailAsync InvalidOperationException"], Journal.Lines);
    }

    [Fact]
    public async Task Turns_OfOneActor_RunOneAtATime()
    {
        var (running, most) = (0, 0);
        Journal.OnTurn = async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            await Task.Yield();
            Interlocked.Decrement(ref running);
        };
        await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Counter("1").AddAsync(1)));

        Assert.Equal(1, most);
        Assert.Equal(32, await Counter("1").ReadAsync());
        Assert.Single(Journal.Lines, line => line == "activate 1");
    }

    [Fact]
    public async Task Turns_OfTwoActors_RunTogether()
    {
        using var both = new CountdownEvent(2);
        var met = new TaskCompletionSource();
        Journal.OnTurn = turn =>
        {
            if (turn == "activate") return Task.CompletedTask;
            if (both.Signal()) met.SetResult();
            return met.Task;
        };
        await Task.WhenAll(Counter("1").AddAsync(1), Counter("2").AddAsync(1)).WaitAsync(Eventually.Limit);
    }

    [Fact]
    public async Task Activation_Failed_FailsTheCallAndIsTriedAgain()
    {
        Journal.OnTurn = _ => throw new InvalidOperationException("not now");
        await Assert.ThrowsAsync<ActorMethodInvocationException>(() => Counter("1").ReadAsync());
        Journal.OnTurn = _ => Task.CompletedTask;
        await Counter("1").ReadAsync();
        Assert.Equal(
            ["activate 1", "scope ended", "activate 1", "pre ActorInterfaceMethod ReadAsync", "post ReadAsync"], Journal.Lines);
    }

    [Fact]
    public async Task Deactivation_EndsTheActorAndItsScope()
    {
        await Counter("1").AddAsync(5);
        Assert.Equal((200, ""), await App.CallAsync("DELETE", "/actors/Counter/1"));
        Assert.Equal(["deactivate 1", "scope ended"], Journal.Lines.TakeLast(2));

        Assert.Equal(5, await Counter("1").ReadAsync());
        Assert.Equal(2, Journal.Lines.Count(line => line == "activate 1"));
    }

    [Fact]
    public async Task Deactivation_UnknownId_Is200() =>
        Assert.Equal((200, ""), await App.CallAsync("DELETE", "/actors/Counter/never"));

    [Fact]
    public async Task Deactivation_UnknownType_Is500() =>
        Assert.Equal(500, (await App.CallAsync("DELETE", "/actors/Nobody/1")).Status);

    [Fact]
    public async Task Deactivation_DuringATurn_WaitsForItsEnd()
    {
        var (started, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        Journal.OnTurn = turn =>
        {
            if (turn == "activate") return Task.CompletedTask;
            started.TrySetResult();
            return goOn.Task;
        };
        var call = Counter("1").AddAsync(1);
        await started.Task.WaitAsync(Eventually.Limit);
        var deactivation = App.CallAsync("DELETE", "/actors/Counter/1");
        var next = Counter("1").AddAsync(1);

        Assert.DoesNotContain("deactivate 1", Journal.Lines);
        goOn.SetResult();

        Assert.Equal(1, await call.WaitAsync(Eventually.Limit));
        Assert.Equal(200, (await deactivation.WaitAsync(Eventually.Limit)).Status);
        Assert.Equal(2, await next.WaitAsync(Eventually.Limit));
    }

    [Fact]
    public async Task Reentrancy_CallOfTheSameChain_EntersAndSeesNoUnsavedState()
    {
        using var response = await TypedCallAsync("1", "BackAsync", """{"value":{"otherId":"1"}}""", ("Dapr-Reentrancy-Id", "chain-1"))
            .WaitAsync(Eventually.Limit);

        Assert.False(response.Headers.Contains("X-DaprErrorResponseHeader"));
        Assert.Equal("chain-1", Sidecar.Requests.Single(request => request.Target.EndsWith("/AddAsync", StringComparison.Ordinal)).Header("Dapr-Reentrancy-Id"));
        Assert.Equal(
            [
                """PUT /v1.0/actors/Counter/1/state [{"operation":"upsert","request":{"key":"sum","value":1}}]""",
                """PUT /v1.0/actors/Counter/1/state [{"operation":"upsert","request":{"key":"sum","value":100}}]""",
            ],
            StateCalls().Where(call => call.StartsWith("PUT", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Reentrancy_CallOfAnotherChain_Waits()
    {
        var slot = new ActorSlot();
        Assert.True(await slot.EnterAsync("a", CancellationToken.None));
        Assert.True(await slot.EnterAsync("a", CancellationToken.None));
        var other = slot.EnterAsync("b", CancellationToken.None);
        slot.Leave();
        Assert.False(other.IsCompleted);
        slot.Leave();
        Assert.True(await other.WaitAsync(Eventually.Limit));
        slot.Leave();
    }

    [Fact]
    public async Task Slot_ClosedWhileOthersWait_LetsNobodyIn()
    {
        var slot = new ActorSlot();
        Assert.True(await slot.EnterAsync(null, CancellationToken.None));
        var others = new[] { slot.EnterAsync(null, CancellationToken.None), slot.EnterAsync("x", CancellationToken.None) };
        slot.Close();
        slot.Leave();
        Assert.All(await Task.WhenAll(others).WaitAsync(Eventually.Limit), Assert.False);
    }

    [Fact]
    public async Task Slot_WaitCancelled_LeavesTheTurnToOthers()
    {
        var slot = new ActorSlot();
        Assert.True(await slot.EnterAsync(null, CancellationToken.None));
        using var cancelled = new CancellationTokenSource();
        var waiting = slot.EnterAsync(null, cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        slot.Leave();
        Assert.True(await slot.EnterAsync(null, CancellationToken.None).WaitAsync(Eventually.Limit));
    }
}
