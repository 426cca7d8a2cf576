using Dapr.Actors;
using Dapr.Actors.Communication;
using Dapr.Actors.Runtime;
using Gateway.Dapr.Tests.Kit;
using Gateway.TestKit;

namespace Gateway.Dapr.Tests.Actors;

public class ActorStateTests : ActorTest
{
    private const string Path = "/v1.0/actors/Counter/1/state";
    private readonly ManualTimeProvider time = new();

    [Fact]
    public async Task State_IsReadOnceAndSavedAfterEachTurn()
    {
        State["1/sum"] = ("5", null);
        await Counter("1").AddAsync(1);
        await Counter("1").AddAsync(1);
        await Counter("1").ReadAsync();
        Assert.Equal(
            [
                $"GET {Path}/sum",
                $$$"""PUT {{{Path}}} [{"operation":"upsert","request":{"key":"sum","value":6}}]""",
                $$$"""PUT {{{Path}}} [{"operation":"upsert","request":{"key":"sum","value":7}}]""",
            ],
            StateCalls());
        Assert.All(
            Sidecar.Requests.Where(request => request.Target == Path),
            request => Assert.Equal("text/plain; charset=utf-8", request.Header("Content-Type")));
    }

    [Fact]
    public async Task State_OfAFailedTurn_IsForgotten()
    {
        await Counter("1").AddAsync(5);
        await Assert.ThrowsAsync<ActorMethodInvocationException>(() => Counter("1").FailLateAsync(99));
        Assert.Equal(5, await Counter("1").ReadAsync());
        Assert.DoesNotContain(StateCalls(), call => call.Contains("99", StringComparison.Ordinal));
    }

    [Fact]
    public async Task State_SaveRefused_FailsTheCallAndIsForgotten()
    {
        var answer = Sidecar.Handler!;
        Sidecar.Handler = (request, aborted) => request.Line == "PUT " + Path
            ? Task.FromResult(new SidecarAnswer(500, """{"errorCode":"ERR_ACTOR_STATE_TRANSACTION_SAVE","message":"m"}"""u8.ToArray(), []))
            : answer(request, aborted);
        var exception = await Assert.ThrowsAsync<ActorMethodInvocationException>(() => Counter("1").AddAsync(5));
        Assert.Equal("Dapr.DaprApiException", ((ActorInvokeException)exception.InnerException!).ActualExceptionType);
        Sidecar.Handler = answer;
        Assert.Equal(0, await Counter("1").ReadAsync());
    }

    [Fact]
    public async Task Changes_OfOneTurn_GoInOneTransaction()
    {
        State["1/old"] = ("\"x\"", null);
        var state = Manager();
        await state.SetStateAsync("k", new Part("a", 1));
        await state.SetStateAsync("ttl", 2, TimeSpan.FromSeconds(59.2));
        await state.RemoveStateAsync("old");
        await state.SaveStateAsync();
        Assert.Equal(
            $$$$"""PUT {{{{Path}}}} [{"operation":"upsert","request":{"key":"k","value":{"label":"a","weight":1}}},{"operation":"upsert","request":{"key":"ttl","value":2,"metadata":{"ttlInSeconds":"60"}}},{"operation":"delete","request":{"key":"old"}}]""",
            StateCalls()[^1]);

        var calls = StateCalls().Count;
        await state.SaveStateAsync();
        Assert.Equal(calls, StateCalls().Count);
    }

    [Fact]
    public async Task Add_PresentOrAbsent_TellsWhich()
    {
        State["1/there"] = ("1", null);
        var state = Manager();
        Assert.False(await state.TryAddStateAsync("there", 2));
        Assert.True(await state.TryAddStateAsync("new", 2));
        Assert.False(await state.TryAddStateAsync("new", 3, TimeSpan.FromSeconds(1)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => state.AddStateAsync("there", 2));
        await Assert.ThrowsAsync<InvalidOperationException>(() => state.AddStateAsync("new", 2, TimeSpan.FromSeconds(1)));
        await state.AddStateAsync("newer", 4);
        Assert.Equal((2, 4), (await state.GetStateAsync<int>("new"), await state.GetStateAsync<int>("newer")));
    }

    [Fact]
    public async Task Get_Absent_SaysSo()
    {
        var state = Manager();
        await Assert.ThrowsAsync<KeyNotFoundException>(() => state.GetStateAsync<int>("none"));
        Assert.False((await state.TryGetStateAsync<int>("none")).HasValue);
        Assert.False(await state.ContainsStateAsync("none"));
        Assert.False(await state.TryRemoveStateAsync("none"));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => state.RemoveStateAsync("none"));
    }

    [Fact]
    public async Task Remove_ThenAddAgain_IsAnUpsert()
    {
        State["1/k"] = ("1", null);
        var state = Manager();
        Assert.True(await state.TryRemoveStateAsync("k"));
        Assert.False(await state.ContainsStateAsync("k"));
        Assert.False((await state.TryGetStateAsync<int>("k")).HasValue);
        Assert.False(await state.TryRemoveStateAsync("k"));
        Assert.True(await state.TryAddStateAsync("k", 2));
        await state.SaveStateAsync();
        Assert.Equal($$$"""PUT {{{Path}}} [{"operation":"upsert","request":{"key":"k","value":2}}]""", StateCalls()[^1]);
    }

    [Fact]
    public async Task Remove_OfWhatWasNeverSaved_SavesNothing()
    {
        var state = Manager();
        await state.AddStateAsync("k", 1);
        await state.RemoveStateAsync("k");
        await state.SaveStateAsync();
        Assert.DoesNotContain(StateCalls(), call => call.StartsWith("PUT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task GetOrAdd_AddOrUpdate_ReturnWhatIsThere()
    {
        State["1/k"] = ("10", null);
        var state = Manager();
        Assert.Equal(10, await state.GetOrAddStateAsync("k", 1));
        Assert.Equal(1, await state.GetOrAddStateAsync("n", 1, TimeSpan.FromSeconds(5)));
        Assert.Equal(11, await state.AddOrUpdateStateAsync("k", 1, (_, value) => value + 1));
        Assert.Equal(5, await state.AddOrUpdateStateAsync("m", 5, (_, value) => value + 1, TimeSpan.FromSeconds(5)));
        Assert.Equal(6, await state.AddOrUpdateStateAsync("m", 5, (_, value) => value + 1));
    }

    [Fact]
    public async Task Ttl_OfAValueThatWasRead_EndsIt()
    {
        State["1/k"] = ("1", time.GetUtcNow().AddSeconds(10).ToString("yyyy-MM-ddTHH:mm:ssZ", null));
        var state = Manager();
        Assert.Equal(1, await state.GetStateAsync<int>("k"));
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.False((await state.TryGetStateAsync<int>("k")).HasValue);
        Assert.False(await state.ContainsStateAsync("k"));
        Assert.True(await state.TryAddStateAsync("k", 2));
    }

    [Fact]
    public async Task Ttl_OfAValueThatEndedInTheStore_IsAbsence()
    {
        State["1/k"] = ("1", time.GetUtcNow().AddSeconds(-1).ToString("O"));
        Assert.False(await Manager().ContainsStateAsync("k"));
        Assert.False((await Manager().TryGetStateAsync<int>("k")).HasValue);
    }

    [Fact]
    public async Task Unload_ReadsAgainAndKeepsUnsavedChanges()
    {
        State["1/k"] = ("1", null);
        var state = Manager();
        Assert.Equal(1, await state.GetStateAsync<int>("k"));
        State["1/k"] = ("2", null);
        await state.UnloadStateAsync("k");
        Assert.Equal(2, await state.GetStateAsync<int>("k"));
        await state.SetStateAsync("k", 3);
        await Assert.ThrowsAsync<InvalidOperationException>(() => state.UnloadStateAsync("k"));
        await state.UnloadStateAsync("k", new UnloadStateOptions { AllowUnloadingWhenStateModified = true });
        Assert.Equal(2, await state.GetStateAsync<int>("k"));
    }

    [Fact]
    public async Task State_InATestWithoutReplacement_IsRefused()
    {
        var actor = new CounterActor(ActorHost.CreateForTest<CounterActor>(), Journal, new ScopeProbe(Journal));
        await Assert.ThrowsAsync<InvalidOperationException>(() => actor.ReadAsync());
    }

    /// <summary>The state manager of an actor on virtual time.</summary>
    private IActorStateManager Manager()
    {
        var options = new ActorTestOptions { ActorId = new ActorId("1") };
        var sidecar = new ActorSidecar(Sidecar.Endpoint, null);
        var host = new ActorHost(
            ActorTypeInformation.Get(typeof(CounterActor), null), options.ActorId, options.JsonSerializerOptions,
            options.LoggerFactory, options.ProxyFactory, options.TimerManager)
        {
            StateStore = new ActorStateStore(sidecar, "Counter", options.ActorId, options.JsonSerializerOptions, time),
            TimeProvider = time,
        };
        return new CounterActor(host, Journal, new ScopeProbe(Journal)).StateManager;
    }
}
