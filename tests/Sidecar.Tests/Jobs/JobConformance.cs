using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;
using AppCall = Gateway.Sidecar.Tests.Rig.AppCall;

namespace Gateway.Sidecar.Tests.Jobs;

/// <summary>An app that takes jobs.</summary>
public sealed class JobFixture<TSidecar>() : AppFixture<TSidecar>(new SidecarSetup())
    where TSidecar : SidecarUnderTest, new();

/// <summary>Jobs: https://docs.dapr.io/reference/api/jobs_api/.</summary>
public abstract class JobConformance<TSidecar>(JobFixture<TSidecar> fixture) : AppConformance<JobFixture<TSidecar>, TSidecar>(fixture)
    where TSidecar : SidecarUnderTest, new()
{
    private const string Validation = "failed to schedule job due to: rpc error: code = Unknown desc = job failed validation: ";

    [Theory]
    [InlineData("v1.0-alpha1", "0s")]
    [InlineData("v1.0", "0s")]
    [InlineData("v1.0-alpha1", "100ms")]
    [InlineData("v1.0-alpha1", "-1s")]
    [InlineData("v1.0-alpha1", "0h0m0s100ms")]
    [InlineData("v1.0-alpha1", "2020-01-01T00:00:00Z")]
    [InlineData("v1.0-alpha1", "PT1S")]
    public async Task DueTime_InEachForm_CallsTheAppOnceAndForgetsTheJob(string version, string dueTime)
    {
        string name = NewName();
        (await PostJsonAsync($"/{version}/jobs/{name}", $$$"""{"dueTime":"{{{dueTime}}}","data":{"a":1}}""")).IsNoContent();
        AppCall call = (await App.CallsToAsync("/job/" + name))[0];
        Assert.Equal(("POST", "application/json"), (call.Method, call.Headers["content-type"]));
        Same("""{"a":1}""", call.Body);
        await EventuallyAsync($"/{version}/jobs/{name}", answer => (int)answer.Status == 500);
        Assert.Equal(1, App.CountCallsTo("/job/" + name));
    }

    [Theory]
    [InlineData("null", "null")]
    [InlineData("\"plain\"", "\"plain\"")]
    [InlineData("42", "42")]
    [InlineData("[1]", "[1]")]
    [InlineData("""{ "b" : 1 ,"a":"<&>" }""", """{"a":"<&>","b":1}""")]
    [InlineData("""{"@type":"x/y","value":1}""", """{"@type":"x/y","value":1}""")]
    public async Task Data_OfAnyKind_ReachTheAppAsTheyAre(string data, string sent)
    {
        string name = NewName();
        (await ScheduleAsync(name, $$"""{"dueTime":"0s","data":{{data}}}""")).IsNoContent();
        Same(sent, (await App.CallsToAsync("/job/" + name))[0].Body);
    }

    [Fact]
    public async Task Data_LeftOut_ReachTheAppAsNothing()
    {
        string name = NewName();
        (await ScheduleAsync(name, """{"dueTime":"0s","foo":1}""")).IsNoContent();
        Assert.Equal("", (await App.CallsToAsync("/job/" + name))[0].Body);
    }

    [Theory]
    [InlineData("\"repeats\":3")]
    [InlineData("\"repeats\":\"3\"")]
    [InlineData("\"ttl\":\"3500ms\"")]
    public async Task Schedule_WithAnEnd_CallsThreeTimesASecondApart(string end)
    {
        string name = NewName();
        (await ScheduleAsync(name, $$"""{"schedule":"@every 1s",{{end}}}""")).IsNoContent();
        await App.CallsToAsync("/job/" + name, 3);
        await EventuallyAsync(Path(name), answer => (int)answer.Status == 500);
        Assert.Equal(3, App.CountCallsTo("/job/" + name));
    }

    [Fact]
    public async Task Schedule_WithADueTime_BeginsThere()
    {
        string name = NewName();
        (await ScheduleAsync(name, """{"schedule":"@every 1s","dueTime":"0s","repeats":2}""")).IsNoContent();
        await App.CallsToAsync("/job/" + name, 2);
    }

    [Fact]
    public async Task Schedule_OfCronWithSeconds_CallsBySchedule()
    {
        string name = NewName();
        (await ScheduleAsync(name, """{"schedule":"* * * * * *","repeats":2}""")).IsNoContent();
        await App.CallsToAsync("/job/" + name, 2);
    }

    [Theory]
    [InlineData("@yearly")]
    [InlineData("@hourly")]
    public async Task Schedule_ByName_IsAccepted(string schedule) => (await ScheduleAsync(NewName(), $$"""{"schedule":"{{schedule}}"}""")).IsNoContent();

    [Fact]
    public async Task Ttl_InThePast_IsOverBeforeItBegins()
    {
        string name = NewName();
        (await ScheduleAsync(name, """{"schedule":"@every 1s","ttl":"2020-01-01T00:00:00Z"}""")).IsNoContent();
        await ObserveAsync(1200);
        Assert.Equal(0, App.CountCallsTo("/job/" + name));
    }

    [Theory]
    [InlineData("""{"dueTime":""}""", "due time format not recognized")]
    [InlineData("""{"dueTime":"abc"}""", "due time format not recognized")]
    [InlineData("""{"dueTime":"@every 1s"}""", "due time format not recognized")]
    [InlineData("""{"schedule":"*/1 * * * *"}""", "expected exactly 6 fields, found 5: [*/1 * * * *]")]
    [InlineData("""{"schedule":"PT1S"}""", "expected exactly 6 fields, found 1: [PT1S]")]
    [InlineData("""{"schedule":"R3/PT1S"}""", "expected exactly 6 fields, found 1: [R3/PT1S]")]
    [InlineData("""{"schedule":"@every 1s","repeats":0}""", "defined repeats must be greater than 0")]
    [InlineData("""{"dueTime":"1s","repeats":3}""", "job must have a schedule to repeat")]
    [InlineData("""{"dueTime":"3s","ttl":"1s"}""", "job must have a schedule to have a ttl")]
    [InlineData("""{"schedule":"@every 1s","dueTime":"3s","ttl":"2020-01-01T00:00:00Z"}""", "ttl must be greater than due time")]
    [InlineData("""{"schedule":"@every 1s","ttl":"abc"}""", "ttl format not recognized")]
    public async Task Job_ThatTheSchedulerRefuses_Is500WithTheReason(string body, string reason)
    {
        Answer answer = await ScheduleAsync(NewName(), body);
        answer.IsError(500, "DAPR_SCHEDULER_SCHEDULE_JOB", Validation + reason);
        Assert.Contains("\"metadata\":{\"appID\":\"gold\",\"namespace\":\"default\"},\"reason\":\"DAPR_SCHEDULER_SCHEDULE_JOB\"", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("""{"repeats":3}""")]
    public async Task Job_WithoutATime_Is400(string body) => (await ScheduleAsync(NewName(), body)).IsError(400, "DAPR_SCHEDULER_SCHEDULE_EMPTY", "Schedule is empty");

    [Theory]
    [InlineData("""{"dueTime":""", "proto: unexpected EOF")]
    [InlineData("[]", "proto: syntax error (line 1:1): unexpected token [")]
    [InlineData("""{"dueTime":1}""", "proto: (line 1:12): invalid value for string field dueTime: 1")]
    [InlineData("""{"schedule":"@every 1s","repeats":-1}""", "proto: (line 1:35): invalid value for uint32 field repeats: -1")]
    [InlineData("""{"dueTime":"2h","overwrite":"true"}""", "proto: (line 1:29): invalid value for bool field overwrite: \"true\"")]
    [InlineData("""{"dueTime":"1s","failurePolicy":{"constant":{"interval":"500ms","maxRetries":2}}}""", "proto: (line 1:57): invalid google.protobuf.Duration value \"500ms\"")]
    public async Task Body_ThatIsNone_Is400WithTheReason(string body, string reason) =>
        (await ScheduleAsync(NewName(), body)).IsError(400, "ERR_MALFORMED_REQUEST", "failed deserializing HTTP body: " + reason);

    [Theory]
    [InlineData("", 4)]
    [InlineData(",\"failurePolicy\":{\"foo\":{}}", 4)]
    [InlineData(",\"failurePolicy\":{\"drop\":{}}", 1)]
    [InlineData(",\"failurePolicy\":{\"constant\":{\"interval\":\"0.2s\",\"maxRetries\":2}}", 3)]
    public async Task AppThatFails_IsCalledAgainAsThePolicySays(string policy, int calls)
    {
        string name = NewName();
        App.On("/job/" + name, new AppReply(500, "boom"));
        (await ScheduleAsync(name, $$"""{"dueTime":"0s"{{policy}}}""")).IsNoContent();
        await App.CallsToAsync("/job/" + name, calls);
        await EventuallyAsync(Path(name), answer => (int)answer.Status == 500);
        Assert.Equal(calls, App.CountCallsTo("/job/" + name));
    }

    [Theory]
    [InlineData(204)]
    [InlineData(404)]
    public async Task AppThatAnswersSo_IsNotCalledAgain(int status)
    {
        string name = NewName();
        App.On("/job/" + name, new AppReply(status));
        (await ScheduleAsync(name, """{"dueTime":"0s"}""")).IsNoContent();
        await EventuallyAsync(Path(name), answer => (int)answer.Status == 500);
        Assert.Equal(1, App.CountCallsTo("/job/" + name));
    }

    [Fact]
    public async Task Get_AJob_TellsItAsItWasRegistered()
    {
        string name = NewName();
        (await ScheduleAsync(name, """{"dueTime":"1h","schedule":"@every 2h","repeats":5,"ttl":"10h","data":"x"}""")).IsNoContent();
        string described = $$$$"""
            {"name":"{{{{name}}}}","schedule":"@every 2h","repeats":5,"dueTime":"1h","ttl":"10h",
             "data":{"@type":"type.googleapis.com/google.protobuf.Value","value":"x"},"failurePolicy":{"constant":{"interval":"1s","maxRetries":3}}}
            """;
        foreach (string version in (string[])["v1.0-alpha1", "v1.0"])
        {
            Answer answer = await Sidecar.GetAsync($"/{version}/jobs/{name}");
            Assert.Equal("application/json", answer.Headers["Content-Type"]);
            Same(described, answer.Body);
        }
    }

    [Theory]
    [InlineData("""{"drop":{}}""", """{"drop":{}}""")]
    [InlineData("""{"constant":{"interval":"0.5s","maxRetries":2}}""", """{"constant":{"interval":"0.500s","maxRetries":2}}""")]
    [InlineData("""{"constant":{"interval":"90s"}}""", """{"constant":{"interval":"90s"}}""")]
    public async Task Get_AJob_TellsItsPolicy(string policy, string told)
    {
        string name = NewName();
        (await ScheduleAsync(name, $$"""{"dueTime":"1h","failurePolicy":{{policy}}}""")).IsNoContent();
        Same($$$"""{"name":"{{{name}}}","dueTime":"1h","failurePolicy":{{{told}}}}""", (await Sidecar.GetAsync(Path(name))).Body);
    }

    [Fact]
    public async Task Schedule_ANameThatIsTaken_Is409UnlessItOverwrites()
    {
        string name = NewName();
        (await ScheduleAsync(name, """{"dueTime":"1h"}""")).IsNoContent();
        (await ScheduleAsync(name, """{"dueTime":"2h"}""")).IsError(
            409, "DAPR_SCHEDULER_SCHEDULE_JOB",
            $"failed to schedule job due to: rpc error: code = AlreadyExists desc = job already exists: 'app||default||gold||{name}'");
        (await ScheduleAsync(name, """{"dueTime":"2h","overwrite":true}""")).IsNoContent();
        Assert.Equal("2h", (string?)JsonNode.Parse((await Sidecar.GetAsync(Path(name))).Body)!["dueTime"]);
    }

    [Fact]
    public async Task Delete_AJob_EndsItsCalls()
    {
        string name = NewName();
        (await ScheduleAsync(name, """{"schedule":"@every 1s","dueTime":"0s"}""")).IsNoContent();
        await App.CallsToAsync("/job/" + name);
        (await Sidecar.DeleteAsync(Path(name))).IsNoContent();
        (await Sidecar.GetAsync(Path(name))).IsError(
            500, "DAPR_SCHEDULER_GET_JOB", $"failed to get job due to: rpc error: code = NotFound desc = job not found: {name}");
        (await Sidecar.DeleteAsync(Path(name))).IsNoContent();
    }

    [Theory]
    [InlineData("odd%20name", "/job/odd%20name")]
    [InlineData("dot.name-x_y", "/job/dot.name-x_y")]
    [InlineData("pipe||name", "/job/pipe%7C%7Cname")]
    public async Task Name_OfOddCharacters_IsEscaped(string name, string path)
    {
        (await ScheduleAsync(name, """{"dueTime":"0s","overwrite":true}""")).IsNoContent();
        await App.CallsToAsync(path);
    }

    [Theory]
    [InlineData("a%2Fb", "a/b")]
    [InlineData("%C3%BC", "ü")]
    public async Task Name_ThatIsNoSubdomain_Is500(string name, string shown)
    {
        Answer answer = await ScheduleAsync(name, """{"dueTime":"1s"}""");
        Assert.Equal((500, "DAPR_SCHEDULER_SCHEDULE_JOB"), ((int)answer.Status, answer.ErrorCode));
        Assert.StartsWith(
            $"failed to schedule job due to: rpc error: code = Unknown desc = job name is invalid \"app||default||gold||{shown}\": a lowercase RFC 1123 subdomain must",
            answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/v1.0-alpha1/jobs/x")]
    [InlineData("POST", "/v1.0-alpha1/jobs/")]
    [InlineData("POST", "/v1.0-alpha1/jobs")]
    [InlineData("GET", "/v1.0-alpha1/jobs")]
    public async Task OtherVerbsAndPaths_AreUnknownRoutes(string method, string path) =>
        (await Sidecar.SendAsync(method, path, method == "GET" ? null : """{"dueTime":"1s"}""")).IsUnknownRoute();

    private static string Path(string name) => "/v1.0-alpha1/jobs/" + name;

    private string NewName() => "j" + Fixture.NewNumber().ToString(CultureInfo.InvariantCulture);

    private Task<Answer> ScheduleAsync(string name, string body) => PostJsonAsync(Path(name), body);

    // protobuf's JSON has blanks in places of its own choice.
    private static void Same(string expected, string body) => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(body)), body);
}
