using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/reference/api/actors_api/#create-actor-reminder
public sealed class ReminderTests
{
    private const string Config = """{"entities":["Rem"],"actorIdleTimeout":"1h"}""";
    private const string Path = "/v1.0/actors/Rem/1/reminders/x";
    private const string Callback = "/actors/Rem/1/method/remind/x";

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task Register_DueReminder_IsDeliveredOnce(string verb)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Assert.Equal(204, (await rig.SendAsync(new HttpMethod(verb), Path, """{"dueTime":"0h0m1s0ms","data":"d"}""", "application/json")).Status);
        rig.Time.Advance(TimeSpan.FromSeconds(1));

        AppCall call = Assert.Single(await rig.App.CallsToAsync(Callback));
        Assert.Equal("PUT", call.Method);
        Assert.Equal("application/json", call.Headers["content-type"]);
        Assert.Equal("""{"data":"d","dueTime":"","period":""}""", call.Body);
        await rig.EventuallyAsync(Path, answer => answer.Status == 404);
        rig.Time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, rig.App.CountCallsTo(Callback));
    }

    [Theory]
    [InlineData("""{"dueTime":"0s","data":{ "b" : 1 ,  "a":"<&>" }}""", """{"data":{"b":1,"a":"\u003c\u0026\u003e"},"dueTime":"","period":""}""")]
    [InlineData("""{"dueTime":"0s","data":null}""", """{"data":null,"dueTime":"","period":""}""")]
    [InlineData("""{"dueTime":"0s","data":12345678901234567890}""", """{"data":12345678901234567890,"dueTime":"","period":""}""")]
    [InlineData("""{"dueTime":"0s","foo":1}""", """{"dueTime":"","period":""}""")]
    public async Task Callback_Data_IsTheJsonThatWasRegistered(string registered, string body)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PostAsync(Path, registered);
        Assert.Equal(body, (await rig.App.CallsToAsync(Callback))[0].Body);
    }

    [Fact]
    public async Task Register_Repetitions_FiresThatOftenAndIsGone()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PostAsync(Path, """{"dueTime":"1s","period":"R2/PT1S"}""");
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.App.CallsToAsync(Callback, 1);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.App.CallsToAsync(Callback, 2);
        await rig.EventuallyAsync(Path, answer => answer.Status == 404);
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(2, rig.App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task Register_Period_CatchesUpWithTicksMissedByASlowCallback()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        using Hold hold = rig.App.Hold(Callback);
        await rig.PostAsync(Path, """{"dueTime":"1s","period":"1s"}""");
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.App.CallsToAsync(Callback);
        rig.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(1, rig.App.CountCallsTo(Callback));
        hold.Dispose();
        await rig.App.CallsToAsync(Callback, 5);
    }

    [Fact]
    public async Task Get_Reminder_ShowsItsPeriodAsDaprDoes()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PostAsync(Path, """{"dueTime":"1h","period":"R5/PT1H","ttl":"10h","data":{"a":1}}""");
        Answer answer = await rig.GetAsync(Path);
        Assert.Equal(200, answer.Status);
        Assert.Equal("""{"actorID":"1","actorType":"Rem","data":{"a":1},"dueTime":"1h","period":"@every 1h0m0s"}""" + "\n", answer.Body);
    }

    [Fact]
    public async Task Get_Missing_Is404()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Answer answer = await rig.GetAsync("/v1.0/actors/Rem/1/reminders/nope");
        Assert.Equal(404, answer.Status);
        Assert.Equal("""{"errorCode":"ERR_ACTOR_REMINDER_NOT_FOUND","message":"actor reminder not found: nope"}""", answer.Body);
    }

    [Fact]
    public async Task Delete_Reminder_EndsIt()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PostAsync(Path, """{"dueTime":"1s","period":"1s"}""");
        Assert.Equal(204, (await rig.DeleteAsync(Path)).Status);
        Assert.Equal(404, (await rig.GetAsync(Path)).Status);
        Assert.Equal(204, (await rig.DeleteAsync(Path)).Status);
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        await rig.PostAsync("/v1.0/actors/Rem/1/reminders/y", """{"dueTime":"0s"}""");
        await rig.App.CallsToAsync("/actors/Rem/1/method/remind/y");
        Assert.Equal(0, rig.App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task Register_SameName_Overwrites()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PostAsync(Path, """{"dueTime":"1s","data":"first"}""");
        await rig.PostAsync(Path, """{"dueTime":"2s","data":"second"}""");
        rig.Time.Advance(TimeSpan.FromSeconds(3));
        Assert.Contains("second", Assert.Single(await rig.App.CallsToAsync(Callback)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_OverwriteFalse_Is409()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PostAsync(Path, """{"dueTime":"1h"}""");
        Answer answer = await rig.PostAsync(Path, """{"dueTime":"2s","overwrite":false}""");
        Assert.Equal(409, answer.Status);
        Assert.Equal("""{"errorCode":"ERR_ACTOR_REMINDER_ALREADY_EXISTS","message":"actor reminder already exists: x"}""", answer.Body);
    }

    [Theory]
    [InlineData("""{"dueTime":1}""", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: json: cannot unmarshal number into Go struct field .createReminderAlias.dueTime of type string")]
    [InlineData("", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: EOF")]
    [InlineData("""{"dueTime":""", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: unexpected EOF")]
    [InlineData("[]", 400, "ERR_MALFORMED_REQUEST", """failed deserializing HTTP body: json: cannot unmarshal array into Go value of type struct { Data json.RawMessage \"json:\\\"data\\\"\"; FailurePolicy *common.JobFailurePolicy \"json:\\\"failure_policy,omitempty\\\"\"; *api.createReminderAlias }""")]
    [InlineData("{}", 500, "ERR_ACTOR_REMINDER_CREATE", "error creating actor reminder: rpc error: code = Unknown desc = job failed validation: job must have either a due time or a schedule")]
    [InlineData("""{"dueTime":"1s","period":"@every 1s"}""", 500, "ERR_ACTOR_REMINDER_CREATE", "error creating actor reminder: unsupported period format: @every 1s")]
    public async Task Register_Unusable_IsRefused(string body, int status, string code, string message)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Answer answer = await rig.PostAsync(Path, body);
        Assert.Equal(status, answer.Status);
        Assert.Equal($$"""{"errorCode":"{{code}}","message":"{{message}}"}""", answer.Body);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Reminder_TypeThatNobodyHosts_Is403(string verb)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Answer answer = await rig.SendAsync(new HttpMethod(verb), "/v1.0/actors/Nope/1/reminders/x", """{"dueTime":"1s"}""", "application/json");
        Assert.Equal(403, answer.Status);
        Assert.Contains("ERR_ACTOR_REMINDER_NON_HOSTED", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_NameWithASlash_IsRefused()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Answer answer = await rig.PostAsync("/v1.0/actors/Rem/odd%20id/reminders/a%20b%2Fc", """{"dueTime":"1s"}""");
        Assert.Equal(400, answer.Status);
        Assert.Equal("""{"errorCode":"ERR_BAD_REQUEST","message":"invalid request: name contains forbidden character: \"a b/c\""}""", answer.Body);
    }

    [Theory]
    [InlineData("GET", "/v1.0/actors/Rem/1/reminders")]
    [InlineData("PATCH", Path)]
    [InlineData("GET", "/v1.0/actors/Rem/1/timers/x")]
    public async Task Reminder_ListOrRename_AreUnknownRoutes(string verb, string path)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        Answer answer = await rig.SendAsync(new HttpMethod(verb), path, null, null);
        Assert.Equal(404, answer.Status);
        Assert.Contains("ERR_DIRECT_INVOKE", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    [InlineData(400)]
    [InlineData(-1)]
    public async Task Callback_NotAnswered200_IsTriedThreeMoreTimesASecondApart(int status)
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        rig.App.On(Callback, status < 0 ? AppReply.Close : new AppReply(status, "boom"));
        await rig.PostAsync(Path, """{"dueTime":"1s"}""");
        for (int attempt = 1; attempt <= 4; attempt++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(attempt, (await rig.App.CallsToAsync(Callback, attempt)).Count);
        }

        await rig.EventuallyAsync(Path, answer => answer.Status == 404);
        rig.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(4, rig.App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task Callback_FailsOnce_IsNotSentAgainAfterItsRetrySucceeds()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        int calls = 0;
        rig.App.On(Callback, _ => new AppReply(Interlocked.Increment(ref calls) == 1 ? 500 : 200));
        await rig.PostAsync(Path, """{"dueTime":"0s"}""");
        await rig.App.CallsToAsync(Callback, 1);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.App.CallsToAsync(Callback, 2);
        await rig.EventuallyAsync(Path, answer => answer.Status == 404);
        rig.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task Callback_WhileATurnRuns_WaitsForIt()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        using Hold hold = rig.App.Hold("/actors/Rem/1/method/slow");
        Task<Answer> turn = rig.PutAsync("/v1.0/actors/Rem/1/method/slow");
        await rig.App.CallsToAsync("/actors/Rem/1/method/slow");
        await rig.PostAsync(Path, """{"dueTime":"0s"}""");
        await rig.PostAsync("/v1.0/actors/Rem/2/reminders/x", """{"dueTime":"0s"}""");
        await rig.App.CallsToAsync("/actors/Rem/2/method/remind/x");
        Assert.Equal(0, rig.App.CountCallsTo(Callback));
        hold.Dispose();
        await rig.App.CallsToAsync(Callback);
        await turn;
    }

    [Fact]
    public async Task Register_Thousands_AreAllDeliveredOnce()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config, keep: true);
        await Parallel.ForAsync(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, _) =>
            Assert.Equal(204, (await rig.PostAsync($"/v1.0/actors/Rem/{i}/reminders/x", """{"dueTime":"1s"}""")).Status));
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        for (int i = 0; i < 2000; i++) Assert.Single(await rig.App.CallsToAsync($"/actors/Rem/{i}/method/remind/x"));
    }
}
