using Gateway.Dapr.Tests.Kit;

namespace Gateway.Dapr.Tests.Actors;

/// <summary>What comes when a reminder or timer fires. The bodies are daprd's own or what the official SDK was seen to refuse.</summary>
public class CallbackTests : ActorTest
{
    [Theory]
    [InlineData("""{"data":"ZA==","dueTime":"","period":""}""", "d", -1, -1)]
    [InlineData("""{"dueTime":"","period":""}""", "", -1, -1)]
    [InlineData("""{"data":null,"dueTime":"0h0m1s0ms","period":"0h0m5s250ms"}""", "", 1000, 5250)]
    [InlineData("""{"data":"","dueTime":"26h3m4s5ms","period":"R3/PT5S","ttl":"0h1m0s0ms"}""", "", 93784005, 5000)]
    [InlineData("""{"dueTime":"@every 5s","period":"@every 1h0m0.5s"}""", "", 5000, 3600500)]
    [InlineData("""{"period":"P1DT2H3M4S","unknown":[]}""", "", 0, 93784000)]
    public async Task Reminder_AllowedForms_ReachTheActor(string body, string data, long due, long period)
    {
        Assert.Equal((200, ""), await App.CallAsync("PUT", "/actors/Counter/1/method/remind/check", body));
        Assert.Equal(
            [
                "activate 1", "pre ReminderMethod ReceiveReminderAsync", $"reminder check '{data}' {due} {period}",
                "post ReceiveReminderAsync",
            ],
            Journal.Lines);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("""{"data":{"a":1},"dueTime":"","period":""}""")]
    [InlineData("""{"data":"not base64!","dueTime":"","period":""}""")]
    [InlineData("""{"dueTime":"2026-01-01T00:00:00Z","period":""}""")]
    [InlineData("""{"dueTime":"1h0m5s","period":""}""")]
    [InlineData("""{"dueTime":"PT1S","period":""}""")]
    [InlineData("""{"dueTime":"1s","period":""}""")]
    [InlineData("""{"dueTime":"","period":"1s"}""")]
    [InlineData("""{"dueTime":"","period":"R3/1s"}""")]
    [InlineData("""{"dueTime":"","period":5}""")]
    [InlineData("""{"dueTime":"","period":"","ttl":"1s"}""")]
    public async Task Reminder_OtherForms_Are500AndNoTurn(string body)
    {
        Assert.Equal((500, ""), await App.CallAsync("PUT", "/actors/Counter/1/method/remind/check", body));
        Assert.Empty(Journal.Lines);
    }

    [Theory]
    [InlineData("""{"callback":"TickAsync","data":"ZA==","dueTime":"0h0m1s0ms","period":"0h0m1s0ms"}""", "tick 'd'")]
    [InlineData("""{"callback":"TickAsync","dueTime":"0h0m1s0ms","period":""}""", "tick ''")]
    [InlineData("""{"callback":"TockAsync"}""", "tock")]
    [InlineData("""{"callback":"TockAsync","dueTime":"@every 1s","period":"R3/PT5S"}""", "tock")]
    public async Task Timer_AllowedForms_CallTheMethod(string body, string line)
    {
        using var response = await App.SendAsync("PUT", "/actors/Counter/1/method/timer/t", body);
        Assert.Equal((200, "false"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal(["activate 1", "pre TimerMethod FireTimerAsync", line, "post FireTimerAsync"], Journal.Lines);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"callback":"TockAsync","dueTime":""}""")]
    [InlineData("""{"callback":"TockAsync","dueTime":"1s"}""")]
    [InlineData("""{"callback":"TockAsync","data":{}}""")]
    [InlineData("""{"callback":"Missing","dueTime":"0h0m1s0ms"}""")]
    [InlineData("""{"dueTime":"0h0m1s0ms"}""")]
    public async Task Timer_OtherForms_Are500(string body) =>
        Assert.Equal((500, ""), await App.CallAsync("PUT", "/actors/Counter/1/method/timer/t", body));

    [Fact]
    public async Task Callback_UnknownType_Is500()
    {
        Assert.Equal(500, (await App.CallAsync("PUT", "/actors/Nobody/1/method/remind/x", """{"dueTime":"","period":""}""")).Status);
        Assert.Equal(500, (await App.CallAsync("PUT", "/actors/Nobody/1/method/timer/x", """{"callback":"TockAsync"}""")).Status);
    }
}
