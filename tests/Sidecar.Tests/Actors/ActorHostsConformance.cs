using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;
using AppCall = Gateway.Sidecar.Tests.Rig.AppCall;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>
/// Actors of one type on several hosts: https://docs.dapr.io/developing-applications/building-blocks/actors/actors-overview/#actor-placement.
/// </summary>
public abstract class ActorHostsConformance<TGroup> : SeveralConformance<TGroup>
    where TGroup : SeveralSidecars, new()
{
    private static readonly string[] Ids = [.. Enumerable.Range(0, 40).Select(number => $"id{number}")];

    [Fact]
    public async Task ThreeHosts_OfTwoAppIds_ShareTheActors_TheSameAtEverySidecar()
    {
        await Sidecars.OpenAsync("one", "one", "two");
        for (int host = 0; host < 3; host++) await JoinAsHostAsync(host, $"host {host}");
        await EventuallyAsync(() => PlacesAsync(0), places => places.Values.Distinct().Count() == 3);
        Dictionary<string, string> places = await PlacesAsync(0);
        Assert.All(places.Values.CountBy(host => host), host => Assert.InRange(host.Value, 2, 32));
        Assert.Equal(places, await PlacesAsync(1));
        Assert.Equal(places, await PlacesAsync(2));
    }

    [Fact]
    public async Task HostJoins_OnlyItsOwnActorsMove_AndAreDeactivatedFirst()
    {
        await Sidecars.OpenAsync("one", "one");
        ScriptedApp first = await JoinAsHostAsync(0, "first");
        Assert.All((await PlacesAsync(0)).Values, host => Assert.Equal("first", host));
        await JoinAsHostAsync(1, "second");

        Dictionary<string, string> places = await EventuallyAsync(() => PlacesAsync(0), places => places.ContainsValue("second"));
        string[] moved = [.. places.Where(place => place.Value == "second").Select(place => place.Key)];
        Assert.InRange(moved.Length, 5, 35);
        foreach (string id in moved) await first.CallsToAsync($"/actors/{Type}/{id}");
        Assert.Equal(moved.Length, first.Calls.Count(call => call.Method == "DELETE"));
    }

    [Fact]
    public async Task HostIsKilled_ItsActorsGoOnAtTheOther()
    {
        await Sidecars.OpenAsync("one", "one");
        await JoinAsHostAsync(0, "first");
        await JoinAsHostAsync(1, "second");
        await EventuallyAsync(() => PlacesAsync(0), places => places.ContainsValue("second"));
        await Sidecars.LeaveAsync(1);
        Assert.All((await PlacesAsync(0)).Values, host => Assert.Equal("first", host));

        await JoinAsHostAsync(1, "second again");
        Dictionary<string, string> places = await EventuallyAsync(() => PlacesAsync(0), places => places.ContainsValue("second again"));
        Assert.Equal(places, await PlacesAsync(1));
    }

    [Fact]
    public async Task Method_ThroughTheOtherSidecar_SaysSo()
    {
        (ScriptedApp second, string id) = await TwoHostsAsync("two");
        second.On($"/actors/{Type}/{id}/method/bad", new AppReply(500, "boom"));
        Answer answer = await Sidecars[0].SendAsync("PUT", $"/v1.0/actors/{Type}/{id}/method/x", "{}", ("content-type", "application/json"), ("x-mine", "m"));
        Assert.Equal((200, "second"), ((int)answer.Status, answer.Body));
        AppCall call = Assert.Single(await second.CallsToAsync($"/actors/{Type}/{id}/method/x"));
        Assert.Equal(
            ("{}", "application/json", "m", "true", Sidecars.Unique("two"), "default"),
            (call.Body, call.Headers["content-type"], call.Headers["x-mine"], call.Headers["x-dapr-remote"], call.Headers["dapr-caller-app-id"],
                call.Headers["dapr-caller-namespace"]));
        (await Sidecars[0].SendAsync("PUT", $"/v1.0/actors/{Type}/{id}/method/bad")).IsError(
            500,
            "ERR_ACTOR_INVOKE_METHOD",
            "error invoke actor method: rpc error: code = Internal desc = error invoke actor method: error from actor service: (500) boom");
        (await Sidecars[1].SendAsync("PUT", $"/v1.0/actors/{Type}/{id}/method/bad")).IsError(
            500, "ERR_ACTOR_INVOKE_METHOD", "error invoke actor method: error from actor service: (500) boom");
        await Sidecars[1].SendAsync("PUT", $"/v1.0/actors/{Type}/{id}/method/own");
        Assert.DoesNotContain("x-dapr-remote", Assert.Single(await second.CallsToAsync($"/actors/{Type}/{id}/method/own")).Headers.Keys);
    }

    [Fact]
    public async Task State_AtTheOtherSidecar_IsRefusedThereAndOfItsOwnAppId()
    {
        (_, string id) = await TwoHostsAsync("two");
        const string Write = """[{"operation":"upsert","request":{"key":"k","value":1}}]""";
        string state = $"/v1.0/actors/{Type}/{id}/state";
        (await Sidecars[0].PostAsync(state, Write)).IsError(400, "ERR_ACTOR_INSTANCE_MISSING", "actor instance is missing");
        (await Sidecars[0].GetAsync(state + "/k")).IsNoContent();
        (await Sidecars[1].PostAsync(state, Write)).IsNoContent();
        (await Sidecars[1].GetAsync(state + "/k")).IsJson("1");
        (await Sidecars[0].GetAsync(state + "/k")).IsNoContent();
    }

    [Fact]
    public async Task State_OfOneAppId_IsThereAfterAMove()
    {
        (_, string id) = await TwoHostsAsync("one");
        string state = $"/v1.0/actors/{Type}/{id}/state";
        (await Sidecars[1].PostAsync(state, """[{"operation":"upsert","request":{"key":"k","value":1}}]""")).IsNoContent();
        (await Sidecars[0].GetAsync(state + "/k")).IsJson("1");
        await Sidecars.LeaveAsync(1);
        Assert.Equal("first", await HostOfAsync(0, id));
        (await Sidecars[0].PostAsync(state, """[{"operation":"upsert","request":{"key":"k","value":2}}]""")).IsNoContent();
        (await Sidecars[0].GetAsync(state + "/k")).IsJson("2");
    }

    [Fact]
    public async Task Reminder_SetAtTheOtherSidecar_ComesToTheOwner_AndAfterItsEndToTheNext()
    {
        (ScriptedApp second, string id) = await TwoHostsAsync("one", out Func<ScriptedApp> first);
        string callback = $"/actors/{Type}/{id}/method/remind/x";
        (await Sidecars[0].PostAsync($"/v1.0/actors/{Type}/{id}/reminders/x", """{"dueTime":"0s","period":"200ms","data":"d"}""")).IsNoContent();
        Assert.Equal("""{"data":"d","dueTime":"","period":""}""", (await second.CallsToAsync(callback, 2))[0].Body);
        Assert.Equal(0, first().CountCallsTo(callback));
        await Sidecars.LeaveAsync(1);
        await first().CallsToAsync(callback, 2);
        (await Sidecars[0].DeleteAsync($"/v1.0/actors/{Type}/{id}/reminders/x")).IsNoContent();
    }

    [Fact]
    public async Task Timer_SetAtTheOtherSidecar_ComesToTheOwnerWithoutItsCallbacksName()
    {
        (ScriptedApp second, string id) = await TwoHostsAsync("one");
        (await Sidecars[0].PostAsync($"/v1.0/actors/{Type}/{id}/timers/x", """{"dueTime":"100ms","callback":"c"}""")).IsNoContent();
        Assert.Equal(
            """{"callback":"","dueTime":"100ms","period":""}""", Assert.Single(await second.CallsToAsync($"/actors/{Type}/{id}/method/timer/x")).Body);
    }

    [Fact]
    public async Task AppWithoutTheType_CallsItsActors_AndMaySetNoReminder()
    {
        await Sidecars.OpenAsync("one", "client");
        await JoinAsHostAsync(0, "first");
        await Sidecars.JoinAsync(1, """{"entities":["Other"]}""");
        Assert.Equal("first", await HostOfAsync(1, "zz"));
        (await Sidecars[1].GetAsync($"/v1.0/actors/{Type}/zz/state/k")).IsNoContent();
        (await Sidecars[1].PostAsync($"/v1.0/actors/{Type}/zz/reminders/r", """{"dueTime":"1s"}""")).IsError(
            403, "ERR_ACTOR_REMINDER_NON_HOSTED", "operations on actor reminders are only possible on hosted actor types");
        (await Sidecars[1].PostAsync($"/v1.0/actors/{Type}/zz/timers/r", """{"dueTime":"1s"}""")).IsError(
            500, "ERR_ACTOR_TIMER_CREATE", $"error creating actor timer: can't create timer for actor {Type}||zz: actor type not registered");
    }

    /// <summary>Two hosts, and an actor that is active on the second.</summary>
    private Task<(ScriptedApp Second, string Id)> TwoHostsAsync(string secondAppId) => TwoHostsAsync(secondAppId, out _);

    private Task<(ScriptedApp Second, string Id)> TwoHostsAsync(string secondAppId, out Func<ScriptedApp> first)
    {
        ScriptedApp? app = null;
        first = () => app!;
        return StartAsync();

        async Task<(ScriptedApp Second, string Id)> StartAsync()
        {
            await Sidecars.OpenAsync("one", secondAppId);
            app = await JoinAsHostAsync(0, "first");
            ScriptedApp second = await JoinAsHostAsync(1, "second");
            Dictionary<string, string> places = await EventuallyAsync(() => PlacesAsync(0), places => places.ContainsValue("second"));
            return (second, places.First(place => place.Value == "second").Key);
        }
    }

    private async Task<Dictionary<string, string>> PlacesAsync(int sidecar)
    {
        string[] hosts = await Task.WhenAll(Ids.Select(id => HostOfAsync(sidecar, id)));
        return Ids.Zip(hosts).ToDictionary(place => place.First, place => place.Second);
    }
}

public sealed class EmbeddedActorHosts : ActorHostsConformance<EmbeddedGroup>;

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdActorHosts : ActorHostsConformance<DaprdGroup>;
