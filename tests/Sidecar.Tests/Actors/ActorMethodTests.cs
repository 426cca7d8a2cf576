using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/reference/api/actors_api/#invoke-actor-method
public sealed class ActorMethodTests
{
    private const string Config = """{"entities":["M"]}""";

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Invoke_AnyVerb_ReachesTheAppAsPut(string verb)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Answer answer = await rig.SendAsync(new HttpMethod(verb), "/v1.0/actors/M/1/method/ok", """{"p":1}""", "application/json");

        Assert.Equal(200, answer.Status);
        AppCall call = Assert.Single(await rig.App.CallsToAsync("/actors/M/1/method/ok"));
        Assert.Equal("PUT", call.Method);
        Assert.Equal("""{"p":1}""", call.Body);
        Assert.Equal("application/json", call.Headers["content-type"]);
        Assert.Equal("true", call.Headers["dapr-api-call"]);
        Assert.Equal(SidecarRig.AppId, call.Headers["dapr-caller-app-id"]);
        Assert.Equal("default", call.Headers["dapr-caller-namespace"]);
        Assert.EndsWith("-00", call.Headers["traceparent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_Patch_IsAnUnknownRoute()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Answer answer = await rig.SendAsync(HttpMethod.Patch, "/v1.0/actors/M/1/method/ok", "{}", "application/json");
        Assert.Equal(404, answer.Status);
        Assert.Contains("ERR_DIRECT_INVOKE", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_QueryAndHeaders_PassThrough()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        rig.App.On("/actors/M/1/method/ok", new AppReply(200, "x", null, ("x-custom", "1"), ("X-DaprErrorResponseHeader", "true")));
        Answer answer = await rig.SendAsync(
            HttpMethod.Put,
            "//v1.0/actors/M/1/method/ok?a=1&b=x%20y",
            null,
            null,
            ("X-DaprRequestHeader", "remoting"),
            ("dapr-reentrancy-id", "abc"),
            ("authorization", "Bearer t"),
            ("dapr-api-token", "zzz"),
            ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"));

        AppCall call = Assert.Single(await rig.App.CallsToAsync("/actors/M/1/method/ok"));
        Assert.EndsWith("?a=1&b=x%20y", call.Target, StringComparison.Ordinal);
        Assert.Equal("remoting", call.Headers["x-daprrequestheader"]);
        Assert.Equal("abc", call.Headers["dapr-reentrancy-id"]);
        Assert.Equal("Bearer t", call.Headers["authorization"]);
        Assert.Equal("zzz", call.Headers["dapr-api-token"]);
        Assert.Matches("^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[0-9a-f]{16}-01$", call.Headers["traceparent"]);
        Assert.Equal("1", answer.Header("x-custom"));
        Assert.Equal("true", answer.Header("X-DaprErrorResponseHeader"));
        Assert.Equal("application/json", answer.Header("content-type"));
        Assert.Equal("x", answer.Body);
    }

    [Theory]
    [InlineData(204, "", "error from actor service: (204) ")]
    [InlineData(201, """{"c":1}""", """error from actor service: (201) {\"c\":1}""")]
    [InlineData(404, "x", "actor method not found: actors/M/1/method/ok")]
    [InlineData(500, """{"error":"boom"}""", """error from actor service: (500) {\"error\":\"boom\"}""")]
    [InlineData(302, "", "error from actor service: (302) ")]
    public async Task Invoke_AppAnswersOtherThan200_IsAnError(int status, string body, string message)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        rig.App.On("/actors/M/1/method/ok", new AppReply(status, body));
        Answer answer = await rig.PutAsync("/v1.0/actors/M/1/method/ok", "{}");
        Assert.Equal(500, answer.Status);
        Assert.Equal($$"""{"errorCode":"ERR_ACTOR_INVOKE_METHOD","message":"error invoke actor method: {{message}}"}""", answer.Body);
    }

    [Fact]
    public async Task Invoke_AppClosesTheConnection_IsAnError()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        rig.App.On("/actors/M/1/method/close", AppReply.Close);
        Answer answer = await rig.PutAsync("/v1.0/actors/M/1/method/close", "{}");
        Assert.Equal(500, answer.Status);
        Assert.Contains($"Put \\\"http://127.0.0.1:{rig.App.Port}/actors/M/1/method/close\\\": EOF", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_TypeThatNobodyHosts_IsAnErrorAfterFiveSeconds()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        DateTimeOffset start = rig.Time.GetUtcNow();
        Answer answer = await rig.PassTimeAsync(rig.PutAsync("/v1.0/actors/Nope/1/method/ok", "{}"));
        Assert.Equal(500, answer.Status);
        Assert.Equal(
            """{"errorCode":"ERR_ACTOR_INVOKE_METHOD","message":"error invoke actor method: failed to lookup actor: api error: code = FailedPrecondition desc = did not find address for actor 'Nope/1'"}""",
            answer.Body);
        Assert.True(rig.Time.GetUtcNow() - start >= TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("a%2Fb", "name contains forbidden character: \\\"a/b\\\"")]
    [InlineData("a%3Fb", "name contains forbidden character: \\\"a?b\\\"")]
    [InlineData("a%23b", "name contains forbidden character: \\\"a#b\\\"")]
    [InlineData("a%0Ab", "name contains control character at position 1: \\\"a\\\\nb\\\"")]
    [InlineData("%2E%2E", "name is a path traversal sequence: \\\"..\\\"")]
    public async Task Invoke_ForbiddenId_IsRefused(string id, string message)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Answer answer = await rig.PutAsync($"/v1.0/actors/M/{id}/method/ok", "{}");
        Assert.Equal(400, answer.Status);
        Assert.Equal($$"""{"errorCode":"ERR_BAD_REQUEST","message":"invalid request: invalid actorId: {{message}}"}""", answer.Body);
    }

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
    public async Task Invoke_OddId_ReachesTheAppAsDaprSendsIt(string sent, string received)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Assert.Equal(200, (await rig.PutAsync($"/v1.0/actors/M/{sent}/method/ok", "{}")).Status);
        await rig.App.CallsToAsync($"/actors/M/{received}/method/ok");
    }

    [Fact]
    public async Task Invoke_PercentSignInId_IsAnError()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Answer answer = await rig.PutAsync("/v1.0/actors/M/a%25b/method/ok", "{}");
        Assert.Equal(500, answer.Status);
        Assert.Contains($"parse \\\"http://127.0.0.1:{rig.App.Port}/actors/M/a%b/method/ok\\\": invalid URL escape \\\"%b/\\\"", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_SameActorThreeTimes_RunsOneAfterAnotherInOrder()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        int running = 0;
        int most = 0;
        rig.App.On("/actors/M/1/method/slow", async call =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return new AppReply(200, call.Body);
        });
        using (Hold first = rig.App.Hold("/actors/M/1/method/first"))
        {
            Task<Answer> begun = rig.PutAsync("/v1.0/actors/M/1/method/first");
            await rig.App.CallsToAsync("/actors/M/1/method/first");
            Task<Answer>[] waiting = [.. Enumerable.Range(0, 20).Select(i => rig.PutAsync("/v1.0/actors/M/1/method/slow", $"{i}"))];
            Assert.Equal(200, (await rig.PutAsync("/v1.0/actors/M/2/method/other")).Status);
            Assert.Equal(0, rig.App.CountCallsTo("/actors/M/1/method/slow"));
            first.Dispose();
            await Task.WhenAll(waiting);
            await begun;
        }

        Assert.Equal(1, most);
        Assert.Equal(20, rig.App.CountCallsTo("/actors/M/1/method/slow"));
    }

    [Fact]
    public async Task Invoke_CallerGoesAway_ItsTurnStillKeepsOthersOut()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        using Hold hold = rig.App.Hold("/actors/M/1/method/slow");
        using var giveUp = new CancellationTokenSource();
        Task<Answer> first = rig.SendAsync(HttpMethod.Put, "/v1.0/actors/M/1/method/slow", null, null, giveUp.Token);
        await rig.App.CallsToAsync("/actors/M/1/method/slow");
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        Task<Answer> second = rig.PutAsync("/v1.0/actors/M/1/method/ok");
        Assert.Equal(200, (await rig.PutAsync("/v1.0/actors/M/2/method/ok")).Status);
        Assert.Equal(0, rig.App.CountCallsTo("/actors/M/1/method/ok"));
        hold.Dispose();
        Assert.Equal(200, (await second).Status);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public async Task Invoke_ReentrantActor_NestsUpToItsStackDepth(int depth, bool succeeds)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync("""{"entities":["R"],"reentrancy":{"enabled":true,"maxStackDepth":3}}""");
        rig.App.On("/actors/R/1/method/again", async call =>
        {
            if (call.Body == "0") return new AppReply(200, "bottom");
            Answer inner = await rig.SendAsync(
                HttpMethod.Put, "/v1.0/actors/R/1/method/again", $"{call.Body[0] - '1'}", null, ("Dapr-Reentrancy-Id", call.Headers["dapr-reentrancy-id"]));
            return new AppReply(inner.Status, inner.Body);
        });
        Answer answer = await rig.PutAsync("/v1.0/actors/R/1/method/again", $"{depth}");
        Assert.Equal(succeeds ? 200 : 500, answer.Status);
        Assert.Contains(succeeds ? "bottom" : "ERR_ACTOR_STACK_DEPTH", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_BodyOverTheLimit_IsRefused()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Answer answer = await rig.PutAsync("/v1.0/actors/M/1/method/ok", new string('x', (4 << 20) + 1), "text/plain");
        Assert.Equal(400, answer.Status);
        Assert.Contains("stream too large", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_HostedTypes_AreListedWithTheirActiveActors()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync("""{"entities":["M","N"]}""");
        await rig.PutAsync("/v1.0/actors/M/1/method/ok");
        await rig.PutAsync("/v1.0/actors/M/2/method/ok");
        Answer answer = await rig.GetAsync("/v1.0/metadata");
        Assert.Contains(
            """{"runtimeStatus":"RUNNING","activeActors":[{"type":"M","count":2},{"type":"N"}],"hostReady":true,"placement":"placement: connected"}""",
            answer.Body,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_AsksTheAppAsDaprDoes()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        AppCall call = Assert.Single(await rig.App.CallsToAsync("/dapr/config"));
        Assert.Equal("GET", call.Method);
        Assert.Equal(SidecarRig.AppId, call.Headers["dapr-app-id"]);
    }
}
