using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.Actors;

/// <summary>
/// Reminders: https://docs.dapr.io/reference/api/actors_api/#create-actor-reminder, #get-actor-reminder, #delete-actor-reminder,
/// and https://docs.dapr.io/developing-applications/building-blocks/actors/actors-timers-reminders/#actor-reminders.
/// </summary>
public abstract class ReminderConformance<TSidecar>(ActorFixture<TSidecar> fixture) : AppConformance<ActorFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    private string Id => field ??= Fixture.NewId();

    private string Path => $"/v1.0/actors/M/{Id}/reminders/x";

    private string Callback => $"/actors/M/{Id}/method/remind/x";

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task Register_OneShot_IsDeliveredOnceAndGone(string verb)
    {
        (await Sidecar.SendAsync(verb, Path, """{"dueTime":"0h0m0s300ms","data":"d"}""", ("content-type", "application/json"))).IsNoContent();
        AppCall call = Assert.Single(await App.CallsToAsync(Callback));
        Assert.Equal("PUT", call.Method);
        Assert.Equal("application/json", call.Headers["content-type"]);
        Assert.Equal("""{"data":"d","dueTime":"","period":""}""", call.Body);
        await IsGoneAsync();
        await ObserveAsync(600);
        Assert.Equal(1, App.CountCallsTo(Callback));
    }

    [Theory]
    [InlineData("0h0m1s0ms")]
    [InlineData("1s")]
    [InlineData("PT1S")]
    [InlineData("P0Y0M0DT0H0M1S")]
    public async Task Register_DueTime_IsHeeded(string dueTime)
    {
        long begun = TimeProvider.System.GetTimestamp();
        await RegisterAsync($$"""{"dueTime":"{{dueTime}}"}""");
        await App.CallsToAsync(Callback);
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun).TotalSeconds, 0.9, 6);
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("-1s")]
    [InlineData("2020-01-01T00:00:00Z")]
    public async Task Register_DueNowOrEarlier_IsDeliveredAtOnce(string dueTime)
    {
        await RegisterAsync($$"""{"dueTime":"{{dueTime}}"}""");
        await App.CallsToAsync(Callback);
        await IsGoneAsync();
    }

    [Fact]
    public async Task Register_AbsoluteDueTime_IsHeeded()
    {
        DateTimeOffset due = TimeProvider.System.GetUtcNow().AddSeconds(1);
        await RegisterAsync($$"""{"dueTime":"{{due:yyyy-MM-ddTHH:mm:ssZ}}"}""");
        await App.CallsToAsync(Callback);
        await IsGoneAsync();
    }

    [Theory]
    [InlineData("0h0m0s300ms")]
    [InlineData("300ms")]
    public async Task Register_Period_FiresAgainAndAgain(string period)
    {
        await RegisterAsync($$"""{"dueTime":"100ms","period":"{{period}}"}""");
        await App.CallsToAsync(Callback, 4);
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
    }

    [Fact]
    public async Task Register_PeriodWithoutADueTime_FiresFirstAfterAPeriod()
    {
        long begun = TimeProvider.System.GetTimestamp();
        await RegisterAsync("""{"period":"R1/PT1S"}""");
        await App.CallsToAsync(Callback);
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun).TotalSeconds, 0.9, 6);
    }

    [Theory]
    [InlineData("R1/PT1S", 1)]
    [InlineData("R2/PT1S", 2)]
    [InlineData("R3", 3)]
    public async Task Register_Repetitions_FiresThatOftenAndIsGone(string period, int times)
    {
        await RegisterAsync($$"""{"dueTime":"0s","period":"{{period}}"}""");
        await App.CallsToAsync(Callback, times);
        await IsGoneAsync();
        await ObserveAsync(1300);
        Assert.Equal(times, App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task Register_NoRepetitions_FiresAgainAndAgain()
    {
        await RegisterAsync("""{"dueTime":"0s","period":"R0/PT1S"}""");
        await App.CallsToAsync(Callback, 2);
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
    }

    [Fact]
    public async Task Register_Ttl_EndsThePeriod()
    {
        await RegisterAsync("""{"dueTime":"300ms","period":"300ms","ttl":"750ms"}""");
        await App.CallsToAsync(Callback, 3);
        await IsGoneAsync();
        await ObserveAsync(700);
        Assert.Equal(3, App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task Get_Reminder_IsShown()
    {
        await RegisterAsync("""{"dueTime":"1h","period":"R5/PT1H","ttl":"10h","data":{"a":1}}""");
        (await Sidecar.GetAsync(Path)).IsJson(
            $$"""{"actorID":"{{Id}}","actorType":"M","data":{"a":1},"dueTime":"1h","period":"@every 1h0m0s"}""" + "\n");
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
    }

    [Fact]
    public async Task Get_Missing_IsNotFound() =>
        (await Sidecar.GetAsync(Path)).IsError(404, "ERR_ACTOR_REMINDER_NOT_FOUND", "actor reminder not found: x");

    [Fact]
    public async Task Delete_Reminder_EndsIt()
    {
        await RegisterAsync("""{"dueTime":"1s","period":"1s"}""");
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
        (await Sidecar.GetAsync(Path)).IsErrorStatus(404);
        await ObserveAsync(1300);
        Assert.Equal(0, App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task Delete_Missing_IsNoContent() => (await Sidecar.DeleteAsync(Path)).IsNoContent();

    [Fact]
    public async Task Register_SameName_Overwrites()
    {
        await RegisterAsync("""{"dueTime":"1s","data":"first"}""");
        await RegisterAsync("""{"dueTime":"1500ms","data":"second"}""");
        Assert.Equal("""{"data":"second","dueTime":"","period":""}""", Assert.Single(await App.CallsToAsync(Callback)).Body);
        await IsGoneAsync();
        Assert.Equal(1, App.CountCallsTo(Callback));
    }

    [Fact]
    public async Task Register_OverwriteFalse_IsAConflictAndTheOldOneStays()
    {
        await RegisterAsync("""{"dueTime":"1h","data":"first"}""");
        (await PostJsonAsync(Path, """{"dueTime":"2h","overwrite":false}""")).IsError(409, "ERR_ACTOR_REMINDER_ALREADY_EXISTS", "actor reminder already exists: x");
        Assert.Contains("\"data\":\"first\",\"dueTime\":\"1h\"", (await Sidecar.GetAsync(Path)).Body, StringComparison.Ordinal);
        (await Sidecar.DeleteAsync(Path)).IsNoContent();
    }

    [Fact]
    public async Task Register_SameNameOfTwoActors_AreTwoReminders()
    {
        string other = Fixture.NewId();
        await RegisterAsync("""{"dueTime":"0s","data":1}""");
        (await PostJsonAsync($"/v1.0/actors/M/{other}/reminders/x", """{"dueTime":"0s","data":2}""")).IsNoContent();
        Assert.Contains("\"data\":1", (await App.CallsToAsync(Callback))[0].Body, StringComparison.Ordinal);
        Assert.Contains("\"data\":2", (await App.CallsToAsync($"/actors/M/{other}/method/remind/x"))[0].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"dueTime":1}""", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: json: cannot unmarshal number into Go struct field .createReminderAlias.dueTime of type string")]
    [InlineData("", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: EOF")]
    [InlineData("""{"dueTime":""", 400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: unexpected EOF")]
    [InlineData("[]", 400, "ERR_MALFORMED_REQUEST", """failed deserializing HTTP body: json: cannot unmarshal array into Go value of type struct { Data json.RawMessage "json:\"data\""; FailurePolicy *common.JobFailurePolicy "json:\"failure_policy,omitempty\""; *api.createReminderAlias }""")]
    [InlineData("{}", 500, "ERR_ACTOR_REMINDER_CREATE", "error creating actor reminder: rpc error: code = Unknown desc = job failed validation: job must have either a due time or a schedule")]
    [InlineData("""{"dueTime":"abc"}""", 500, "ERR_ACTOR_REMINDER_CREATE", "error creating actor reminder: rpc error: code = Unknown desc = job failed validation: due time format not recognized")]
    [InlineData("""{"dueTime":"PT1.5S"}""", 500, "ERR_ACTOR_REMINDER_CREATE", "error creating actor reminder: rpc error: code = Unknown desc = job failed validation: due time format not recognized")]
    [InlineData("""{"dueTime":"1s","period":"@every 1s"}""", 500, "ERR_ACTOR_REMINDER_CREATE", "error creating actor reminder: unsupported period format: @every 1s")]
    [InlineData("""{"dueTime":"1s","period":"R3/1s"}""", 500, "ERR_ACTOR_REMINDER_CREATE", "error creating actor reminder: unsupported period format: R3/1s")]
    [InlineData("""{"dueTime":"3s","ttl":"1s"}""", 500, "ERR_ACTOR_REMINDER_CREATE", "error creating actor reminder: rpc error: code = Unknown desc = job failed validation: job must have a schedule to have a ttl")]
    public async Task Register_Unusable_IsRefused(string body, int status, string code, string message) =>
        (await PostJsonAsync(Path, body)).IsError(status, code, message);

    [Theory]
    [InlineData("POST")]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Reminder_TypeThatNobodyHosts_IsForbidden(string verb) =>
        (await Sidecar.SendAsync(verb, "/v1.0/actors/Nope/1/reminders/x", """{"dueTime":"1s"}""")).IsError(
            403, "ERR_ACTOR_REMINDER_NON_HOSTED", "operations on actor reminders are only possible on hosted actor types");

    [Fact]
    public async Task Register_NameWithASlash_IsRefused() =>
        (await PostJsonAsync("/v1.0/actors/M/odd%20id/reminders/a%20b%2Fc", """{"dueTime":"1s"}""")).IsError(
            400, "ERR_BAD_REQUEST", "invalid request: name contains forbidden character: \"a b/c\"");

    [Fact]
    public async Task Register_OddName_ReachesTheApp()
    {
        (await PostJsonAsync($"/v1.0/actors/M/{Id}/reminders/a%20b||c", """{"dueTime":"0s"}""")).IsNoContent();
        await App.CallsToAsync($"/actors/M/{Id}/method/remind/a%20b%7C%7Cc");
    }

    [Theory]
    [InlineData("GET", "/v1.0/actors/M/1/reminders")]
    [InlineData("PATCH", "/v1.0/actors/M/1/reminders/x")]
    public async Task Reminder_ListOrRename_AreUnknownRoutes(string verb, string path) => (await Sidecar.SendAsync(verb, path)).IsUnknownRoute();

    private async Task RegisterAsync(string body) => (await PostJsonAsync(Path, body)).IsNoContent();

    private Task<Answer> IsGoneAsync() => EventuallyAsync(Path, answer => (int)answer.Status == 404);
}
