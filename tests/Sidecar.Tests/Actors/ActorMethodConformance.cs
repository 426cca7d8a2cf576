using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>
/// Calling actors: https://docs.dapr.io/reference/api/actors_api/#invoke-actor-method and, for what the app sees,
/// https://docs.dapr.io/reference/api/actors_api/#dapr-calling-to-user-service-code.
/// </summary>
public abstract class ActorMethodConformance<TSidecar>(ActorFixture<TSidecar> fixture) : AppConformance<ActorFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Invoke_AnyVerb_ReachesTheAppAsPut(string verb)
    {
        string id = Fixture.NewId();
        Answer answer = await Sidecar.SendAsync(verb, $"/v1.0/actors/M/{id}/method/ok", """{"p":1}""", ("content-type", "application/json"));

        Assert.Equal(200, (int)answer.Status);
        AppCall call = Assert.Single(await App.CallsToAsync($"/actors/M/{id}/method/ok"));
        Assert.Equal("PUT", call.Method);
        Assert.Equal("""{"p":1}""", call.Body);
        Assert.Equal("application/json", call.Headers["content-type"]);
        Assert.Equal("true", call.Headers["dapr-api-call"]);
        Assert.Equal(SidecarUnderTest.AppId, call.Headers["dapr-caller-app-id"]);
        Assert.Equal("default", call.Headers["dapr-caller-namespace"]);
        Assert.Equal("00-00000000000000000000000000000000-0000000000000000-00", call.Headers["traceparent"]);
    }

    [Fact]
    public async Task Invoke_Patch_IsAnUnknownRoute() =>
        (await Sidecar.SendAsync("PATCH", $"/v1.0/actors/M/{Fixture.NewId()}/method/ok", "{}")).IsUnknownRoute();

    [Fact]
    public async Task Invoke_WithoutABody_ReachesTheAppWithout()
    {
        string id = Fixture.NewId();
        Assert.Equal(200, (int)(await PutAsync($"/v1.0/actors/M/{id}/method/ok")).Status);
        AppCall call = Assert.Single(await App.CallsToAsync($"/actors/M/{id}/method/ok"));
        Assert.Empty(call.Bytes);
        Assert.False(call.Headers.ContainsKey("content-type"));
    }

    [Fact]
    public async Task Invoke_QueryAndHeaders_PassThrough()
    {
        string id = Fixture.NewId();
        await Sidecar.SendAsync(
            "PUT",
            $"//v1.0/actors/M/{id}/method/ok?a=1&b=x%20y",
            null,
            ("X-DaprRequestHeader", "remoting"),
            ("dapr-reentrancy-id", "abc"),
            ("authorization", "Bearer t"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

        AppCall call = Assert.Single(await App.CallsToAsync($"/actors/M/{id}/method/ok"));
        Assert.EndsWith("?a=1&b=x%20y", call.Target, StringComparison.Ordinal);
        Assert.Equal("remoting", call.Headers["x-daprrequestheader"]);
        Assert.Equal("abc", call.Headers["dapr-reentrancy-id"]);
        Assert.Equal("Bearer t", call.Headers["authorization"]);
        Assert.Equal("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", call.Headers["traceparent"]);
    }

    [Fact]
    public async Task Invoke_HeadersAndBodyOfTheAnswer_ReachTheCaller()
    {
        string id = Fixture.NewId();
        App.On($"/actors/M/{id}/method/ok", new AppReply(200, "x", null, ("x-custom", "1"), ("X-DaprErrorResponseHeader", "true")));
        Answer answer = await PutAsync($"/v1.0/actors/M/{id}/method/ok");
        Assert.Equal(200, (int)answer.Status);
        Assert.Equal("x", answer.Body);
        Assert.Equal("1", answer.Headers["x-custom"]);
        Assert.Equal("true", answer.Headers["X-DaprErrorResponseHeader"]);
        Assert.Equal("application/json", answer.Headers["content-type"]);
    }

    [Fact]
    public async Task Invoke_BytesThatAreNoText_ReachTheAppAsTheyAre()
    {
        string id = Fixture.NewId();
        await Sidecar.SendBytesAsync("PUT", $"/v1.0/actors/M/{id}/method/ok", [0, 1, 0xff, 0xfe], ("content-type", "application/octet-stream"));
        AppCall call = Assert.Single(await App.CallsToAsync($"/actors/M/{id}/method/ok"));
        Assert.Equal([0, 1, 0xff, 0xfe], call.Bytes);
        Assert.Equal("application/octet-stream", call.Headers["content-type"]);
    }

    [Theory]
    [InlineData(204, "", "error from actor service: (204) ")]
    [InlineData(201, """{"c":1}""", """error from actor service: (201) {"c":1}""")]
    [InlineData(500, """{"error":"boom"}""", """error from actor service: (500) {"error":"boom"}""")]
    [InlineData(400, "x", "error from actor service: (400) x")]
    [InlineData(409, "", "error from actor service: (409) ")]
    [InlineData(302, "", "error from actor service: (302) ")]
    public async Task Invoke_AppAnswersOtherThan200_IsAnError(int status, string body, string message)
    {
        string id = Fixture.NewId();
        App.On($"/actors/M/{id}/method/bad", new AppReply(status, body));
        (await PutAsync($"/v1.0/actors/M/{id}/method/bad", "{}")).IsError(500, "ERR_ACTOR_INVOKE_METHOD", $"error invoke actor method: {message}");
        Assert.Equal(1, App.CountCallsTo($"/actors/M/{id}/method/bad"));
    }

    [Fact]
    public async Task Invoke_MethodThatTheAppLacks_SaysSo()
    {
        string id = Fixture.NewId();
        App.On($"/actors/M/{id}/method/none", new AppReply(404, "x"));
        (await PutAsync($"/v1.0/actors/M/{id}/method/none")).IsError(
            500, "ERR_ACTOR_INVOKE_METHOD", $"error invoke actor method: actor method not found: actors/M/{id}/method/none");
    }

    [Fact]
    public async Task Invoke_AppClosesTheConnection_IsAnErrorAndTheActorGoesOn()
    {
        string id = Fixture.NewId();
        App.On($"/actors/M/{id}/method/bad", AppReply.Close);
        Answer answer = await PutAsync($"/v1.0/actors/M/{id}/method/bad", "{}");
        Assert.Equal((500, "ERR_ACTOR_INVOKE_METHOD"), ((int)answer.Status, answer.ErrorCode));
        Assert.Equal(200, (int)(await PutAsync($"/v1.0/actors/M/{id}/method/ok", "{}")).Status);
    }

    [Fact]
    public async Task Invoke_TypeThatNobodyHosts_IsAnErrorAfterAWhile()
    {
        (await PutAsync("/v1.0/actors/Nope/1/method/x")).IsError(
            500,
            "ERR_ACTOR_INVOKE_METHOD",
            "error invoke actor method: failed to lookup actor: api error: code = FailedPrecondition desc = did not find address for actor 'Nope/1'");
    }

    [Theory]
    [InlineData("a%2Fb", "name contains forbidden character: \"a/b\"")]
    [InlineData("a%3Fb", "name contains forbidden character: \"a?b\"")]
    [InlineData("a%23b", "name contains forbidden character: \"a#b\"")]
    [InlineData("a%0Ab", "name contains control character at position 1: \"a\\nb\"")]
    [InlineData("%2E%2E", "name is a path traversal sequence: \"..\"")]
    public async Task Invoke_ForbiddenId_IsRefused(string id, string message) =>
        (await PutAsync($"/v1.0/actors/M/{id}/method/ok", "{}")).IsError(400, "ERR_BAD_REQUEST", $"invalid request: invalid actorId: {message}");

    [Theory]
    [InlineData("a%20b", "a%20b")]
    [InlineData("a+b", "a%20b")]
    [InlineData("%C3%BC", "%C3%BC")]
    [InlineData("a%7C%7Cb", "a%7C%7Cb")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("%252E%252E", "%2E%2E")]
    [InlineData("a:b", "a:b")]
    [InlineData("a;b@c,d", "a;b@c,d")]
    [InlineData("a%22b", "a%22b")]
    public async Task Invoke_OddId_ReachesTheApp(string sent, string received)
    {
        string method = $"m{Fixture.NewNumber()}";
        Assert.Equal(200, (int)(await PutAsync($"/v1.0/actors/M/{sent}/method/{method}", "{}")).Status);
        await App.CallsToAsync($"/actors/M/{received}/method/{method}");
    }

    [Fact]
    public async Task Invoke_BodyOverTheLimit_IsRefused()
    {
        Answer answer = await PutAsync($"/v1.0/actors/M/{Fixture.NewId()}/method/ok", new string('x', 5 << 20));
        answer.IsError(400, "ERR_BAD_REQUEST", "invalid request: failed to read body: stream too large");
    }

    /// <summary>https://docs.dapr.io/reference/api/metadata_api/.</summary>
    [Fact]
    public async Task Metadata_ActiveActors_AreCounted()
    {
        await PutAsync($"/v1.0/actors/R/{Fixture.NewId()}/method/ok");
        await PutAsync($"/v1.0/actors/R/{Fixture.NewId()}/method/ok");
        Answer answer = await Sidecar.GetAsync("/v1.0/metadata");
        Assert.Contains("""{"type":"R","count":2}""", answer.Body, StringComparison.Ordinal);
        Assert.Contains("""{"runtimeStatus":"RUNNING","activeActors":[""", answer.Body, StringComparison.Ordinal);
        Assert.Contains(""","hostReady":true,"placement":"placement: connected"}""", answer.Body, StringComparison.Ordinal);
    }
}
