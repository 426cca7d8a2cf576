using System.Globalization;
using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;
using AppCall = Gateway.Sidecar.Tests.Rig.AppCall;

namespace Gateway.Sidecar.Tests.Invoke;

/// <summary>Invocation of other apps, by name: https://docs.dapr.io/developing-applications/building-blocks/service-invocation/service-invocation-overview/.</summary>
public abstract class OtherAppsConformance<TGroup> : SeveralConformance<TGroup>
    where TGroup : SeveralSidecars, new()
{
    private string Other => Sidecars.Unique("other");

    [Fact]
    public async Task Invoke_AnotherApp_ReachesItAndSaysWhoCalls()
    {
        ScriptedApp other = await StartAsync();
        other.On("/x", _ => new AppReply(201, """{"ok":1}""", "application/json", ("x-custom", "1")));
        Answer answer = await Sidecars[0].PostAsync(
            $"/v1.0/invoke/{Other}/method/x?a=1&b=x%20y", """{"a":1}""",
            ("content-type", "application/json"), ("authorization", "Bearer t"), ("x-forwarded-for", "9.9.9.9"), ("forwarded", "for=1"),
            ("dapr-caller-app-id", "fake"));
        Assert.Equal((201, """{"ok":1}""", "1"), ((int)answer.Status, answer.Body, answer.Headers["x-custom"]));

        AppCall call = Assert.Single(await other.CallsToAsync("/x"));
        Assert.Equal(("POST", "/x?a=1&b=x%20y", """{"a":1}"""), (call.Method, call.Target, call.Body));
        Assert.Equal(
            ("Bearer t", Other, "default"),
            (call.Headers["authorization"], call.Headers["dapr-callee-app-id"], call.Headers["dapr-caller-namespace"]));
        Assert.Equal([Sidecars.Unique("app"), "fake"], Values("dapr-caller-app-id"));
        // daprd names the machine's own address, and this sidecar the one that is called.
        Assert.Equal(2, Values("x-forwarded-for").Length);
        Assert.Contains("9.9.9.9", Values("x-forwarded-for"));
        Assert.Equal("for=1", Values("forwarded")[0]);
        Assert.Matches("^for=[0-9.]+;by=[0-9.]+;host=.+$", Values("forwarded")[1]);

        // On one line or on two (RFC 9110, section 5.3), and with daprd in any order.
        string[] Values(string name) => [.. call.Headers[name].Split(',', StringSplitOptions.TrimEntries).Order(StringComparer.Ordinal)];
    }

    [Theory]
    [InlineData("{other}")]
    [InlineData("{other}.default")]
    public async Task Invoke_ByHeader_ReachesAnotherApp(string id)
    {
        ScriptedApp other = await StartAsync();
        Answer answer = await Sidecars[0].GetAsync("/a/b?c=d", ("dapr-app-id", id.Replace("{other}", Other, StringComparison.Ordinal)));
        Assert.Equal(200, (int)answer.Status);
        Assert.Equal("/a/b?c=d", Assert.Single(await other.CallsToAsync("/a/b")).Target);
    }

    [Fact]
    public async Task Invoke_AppThatClosesTheConnection_IsToldAsTheOtherSidecarsWord()
    {
        ScriptedApp other = await StartAsync();
        other.On("/close", AppReply.Close);
        Answer answer = await Sidecars[0].GetAsync($"/v1.0/invoke/{Other}/method/close");
        Assert.Equal((500, "ERR_DIRECT_INVOKE"), ((int)answer.Status, answer.ErrorCode));
        string url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{other.Port}/close");
        Assert.StartsWith(
            $"failed to invoke, id: {Other}, err: rpc error: code = Internal desc = error invoking app channel: Get \"{url}\": ",
            answer.Message,
            StringComparison.Ordinal);
        Assert.Single(await other.CallsToAsync("/close"));
    }

    [Fact]
    public async Task Invoke_SeveralProcessesOfAnId_TakeTurns_AndOneThatIsKilledIsLeftOut()
    {
        await Sidecars.OpenAsync("app", "other", "other");
        await Sidecars.JoinAsync(0);
        ScriptedApp one = await Sidecars.JoinAsync(1);
        ScriptedApp two = await Sidecars.JoinAsync(2);
        await EventuallyAsync(CallAsync, _ => one.CountCallsTo("/x") > 0 && two.CountCallsTo("/x") > 0);

        await Sidecars.LeaveAsync(1);
        int before = two.CountCallsTo("/x");
        await EventuallyAsync(CallAsync, answer => (int)answer.Status == 200 && two.CountCallsTo("/x") >= before + 6);

        Task<Answer> CallAsync() => Sidecars[0].GetAsync($"/v1.0/invoke/{Other}/method/x");
    }

    [Fact]
    public async Task Invoke_OwnId_IsTheOwnProcess_WhoeverElseHasTheId()
    {
        await Sidecars.OpenAsync("app", "app");
        ScriptedApp own = await Sidecars.JoinAsync(0);
        ScriptedApp twin = await Sidecars.JoinAsync(1);
        for (int i = 0; i < 4; i++) await Sidecars[0].GetAsync($"/v1.0/invoke/{Sidecars.Unique("app")}/method/x");
        Assert.Equal((4, 0), (own.CountCallsTo("/x"), twin.CountCallsTo("/x")));
        Assert.DoesNotContain("dapr-caller-app-id", own.Calls[^1].Headers.Keys);
    }

    [Fact]
    public async Task Invoke_AppWhoseLastProcessIsKilled_IsAbsent()
    {
        await StartAsync();
        await Sidecars.LeaveAsync(1);
        (await EventuallyAsync(
            () => Sidecars[0].GetAsync($"/v1.0/invoke/{Other}/method/x"),
            answer => answer.Body.Contains("no host found", StringComparison.Ordinal))).IsError(
            500, "ERR_DIRECT_INVOKE", $"failed to invoke, id: {Other}, err: no host found with the given ID");
    }

    private async Task<ScriptedApp> StartAsync()
    {
        await Sidecars.OpenAsync("app", "other");
        await Sidecars.JoinAsync(0);
        return await Sidecars.JoinAsync(1);
    }
}

public sealed class EmbeddedOtherApps : OtherAppsConformance<EmbeddedGroup>;

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdOtherApps : OtherAppsConformance<DaprdGroup>;
