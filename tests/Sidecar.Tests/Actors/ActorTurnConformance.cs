using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>
/// One turn at a time for each actor: https://docs.dapr.io/developing-applications/building-blocks/actors/actors-features-concepts/#turn-based-access,
/// and reentrancy: https://docs.dapr.io/developing-applications/building-blocks/actors/actor-reentrancy/.
/// </summary>
public abstract class ActorTurnConformance<TSidecar>(ActorFixture<TSidecar> fixture) : AppConformance<ActorFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    [Fact]
    public async Task Turns_CallsAtOnceToOneActor_NeverOverlap()
    {
        string path = $"M/{Fixture.NewId()}/method/slow";
        int running = 0;
        int most = 0;
        App.On($"/actors/{path}", async _ =>
        {
            int now = Interlocked.Increment(ref running);
            most = Math.Max(most, now);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
            Interlocked.Decrement(ref running);
            return AppReply.Ok;
        });
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PutAsync($"/v1.0/actors/{path}")));
        Assert.All(answers, answer => Assert.Equal(200, (int)answer.Status));
        Assert.Equal(20, App.CountCallsTo($"/actors/{path}"));
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Turns_CallsThatWait_RunInTheOrderOfTheirArrival()
    {
        string id = Fixture.NewId();
        using Hold hold = App.Hold($"/actors/M/{id}/method/first");
        Task<Answer> first = PutAsync($"/v1.0/actors/M/{id}/method/first");
        await App.CallsToAsync($"/actors/M/{id}/method/first");
        List<Task<Answer>> waiting = [];
        for (int i = 0; i < 5; i++)
        {
            waiting.Add(PutAsync($"/v1.0/actors/M/{id}/method/next", $"{i}"));
            // The sidecar has no word for a call that waits. Each is surely there before the next is sent.
            await ObserveAsync(30);
        }

        Assert.Equal(0, App.CountCallsTo($"/actors/M/{id}/method/next"));
        hold.Dispose();
        await Task.WhenAll([first, .. waiting]);
        Assert.Equal("0,1,2,3,4", string.Join(',', (await App.CallsToAsync($"/actors/M/{id}/method/next", 5)).Select(call => call.Body)));
    }

    [Fact]
    public async Task Turns_OfTwoActors_RunAtOnce()
    {
        string slow = Fixture.NewId();
        using Hold hold = App.Hold($"/actors/M/{slow}/method/slow");
        Task<Answer> held = PutAsync($"/v1.0/actors/M/{slow}/method/slow");
        await App.CallsToAsync($"/actors/M/{slow}/method/slow");
        Assert.Equal(200, (int)(await PutAsync($"/v1.0/actors/M/{Fixture.NewId()}/method/ok")).Status);
        hold.Dispose();
        await held;
    }

    [Fact]
    public async Task Turns_MethodThatFails_LetsTheNextOneRun()
    {
        string id = Fixture.NewId();
        App.On($"/actors/M/{id}/method/bad", new AppReply(500, "boom"));
        Assert.Equal(500, (int)(await PutAsync($"/v1.0/actors/M/{id}/method/bad")).Status);
        Assert.Equal(200, (int)(await PutAsync($"/v1.0/actors/M/{id}/method/ok")).Status);
        Assert.Equal(500, (int)(await PutAsync($"/v1.0/actors/M/{id}/method/bad")).Status);
        Assert.Equal(0, App.CountCallsTo($"/actors/M/{id}"));
    }

    [Fact]
    public async Task Turns_ReminderAndTimer_WaitForTheRunningMethod()
    {
        string id = Fixture.NewId();
        using Hold hold = App.Hold($"/actors/M/{id}/method/slow");
        Task<Answer> turn = PutAsync($"/v1.0/actors/M/{id}/method/slow");
        await App.CallsToAsync($"/actors/M/{id}/method/slow");
        (await PostJsonAsync($"/v1.0/actors/M/{id}/reminders/r", """{"dueTime":"0s"}""")).IsNoContent();
        (await PostJsonAsync($"/v1.0/actors/M/{id}/timers/t", "{}")).IsNoContent();
        await ObserveAsync(300);
        Assert.Equal(0, App.CountCallsTo($"/actors/M/{id}/method/remind/r") + App.CountCallsTo($"/actors/M/{id}/method/timer/t"));
        hold.Dispose();
        await App.CallsToAsync($"/actors/M/{id}/method/remind/r");
        await App.CallsToAsync($"/actors/M/{id}/method/timer/t");
        await turn;
    }

    [Fact]
    public async Task Turns_StateRequest_DoesNotWaitForTheRunningMethod()
    {
        string id = Fixture.NewId();
        using Hold hold = App.Hold($"/actors/M/{id}/method/slow");
        Task<Answer> turn = PutAsync($"/v1.0/actors/M/{id}/method/slow");
        await App.CallsToAsync($"/actors/M/{id}/method/slow");
        (await PostJsonAsync($"/v1.0/actors/M/{id}/state", """[{"operation":"upsert","request":{"key":"k","value":7}}]""")).IsNoContent();
        Assert.Equal("7", (await Sidecar.GetAsync($"/v1.0/actors/M/{id}/state/k")).Body);
        hold.Dispose();
        await turn;
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public async Task Turns_ReentrantActor_NestsUpToItsStackDepth(int depth, bool succeeds)
    {
        string path = $"R/{Fixture.NewId()}/method/again";
        App.On($"/actors/{path}", async call =>
        {
            if (call.Body == "0") return new AppReply(200, "bottom");
            Answer inner = await Sidecar.SendAsync(
                "PUT", $"/v1.0/actors/{path}", $"{call.Body[0] - '1'}", ("Dapr-Reentrancy-Id", call.Headers["dapr-reentrancy-id"]));
            return new AppReply((int)inner.Status, inner.Body);
        });
        Answer answer = await PutAsync($"/v1.0/actors/{path}", $"{depth}");
        Assert.Equal(succeeds ? 200 : 500, (int)answer.Status);
        Assert.Contains(succeeds ? "bottom" : "ERR_ACTOR_STACK_DEPTH", answer.Body, StringComparison.Ordinal);
    }
}
