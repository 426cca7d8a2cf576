using System.Text;
using Dapr;
using Dapr.Actors;
using Dapr.Actors.Communication;
using Dapr.Actors.Runtime;
using Gateway.Dapr.Tests.Kit;

namespace Gateway.Dapr.Tests.Actors;

/// <summary>What registering reminders and timers puts on the wire.</summary>
public class RegistrationTests : SidecarTest
{
    private static readonly byte[] Data = "d+/"u8.ToArray();

    private Registrar Actor => new(ActorHost.CreateForTest<Registrar>("T", new ActorTestOptions
    {
        ActorId = new ActorId("7"),
        TimerManager = new SidecarTimerManager(new ActorSidecar(Sidecar.Endpoint, "tok")),
    }));

    [Fact]
    public async Task Reminder_Plain_IsRegistered()
    {
        var reminder = await Actor.RemindAsync("check", Data, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.Equal("PUT /v1.0/actors/T/7/reminders/check", Sidecar.Request.Line);
        Assert.Equal("application/json; charset=utf-8", Sidecar.Request.Header("Content-Type"));
        Assert.Equal("tok", Sidecar.Request.Header("dapr-api-token"));
        Assert.Equal("""{"dueTime":"0h0m1s0ms","period":"0h0m5s0ms","data":"ZCsv"}""", Sidecar.Request.Body);
        Assert.Equal(("check", TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), Data), (reminder.Name, reminder.DueTime, reminder.Period, reminder.State));
    }

    [Fact]
    public async Task Reminder_NoDataOncePerTtl_HasEmptyTexts()
    {
        await Actor.RemindAsync("once", null, TimeSpan.FromMilliseconds(1500), TimeSpan.FromMilliseconds(-1));
        await Actor.RemindAsync("ttl", null, TimeSpan.Zero, TimeSpan.FromHours(25), TimeSpan.FromMinutes(2));
        Assert.Equal(
            [
                """{"dueTime":"0h0m1s500ms","period":"","data":""}""",
                """{"dueTime":"0h0m0s0ms","period":"25h0m0s0ms","data":"","ttl":"0h2m0s0ms"}""",
            ],
            Sidecar.Requests.Select(request => request.Body));
    }

    [Fact]
    public async Task Reminder_Repetitions_MakeAnIsoPeriod()
    {
        await Actor.RemindAsync("r", null, TimeSpan.Zero, TimeSpan.FromSeconds(5), 3);
        await Actor.RemindAsync("r", null, TimeSpan.Zero, new TimeSpan(1, 2, 3, 4), 2, TimeSpan.FromDays(9));
        Assert.Equal(
            [
                """{"dueTime":"0h0m0s0ms","period":"R3/PT5S","data":""}""",
                """{"dueTime":"0h0m0s0ms","period":"R2/P1DT2H3M4S","data":"","ttl":"216h0m0s0ms"}""",
            ],
            Sidecar.Requests.Select(request => request.Body));
    }

    [Fact]
    public async Task Reminder_OutOfRange_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Actor.RemindAsync("r", null, TimeSpan.FromSeconds(-1), TimeSpan.Zero));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Actor.RemindAsync("r", null, TimeSpan.Zero, TimeSpan.FromSeconds(-1)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Actor.RemindAsync("r", null, TimeSpan.FromSeconds(2), TimeSpan.Zero, TimeSpan.FromSeconds(1)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Actor.RemindAsync("r", null, TimeSpan.Zero, TimeSpan.FromSeconds(1), 0));
        await Assert.ThrowsAsync<ArgumentException>(() => Actor.RemindAsync("r", null, TimeSpan.Zero, TimeSpan.FromMilliseconds(1500), 2));
        Assert.Empty(Sidecar.Requests);
    }

    [Fact]
    public async Task Reminder_Get_ReadsDaprsForm()
    {
        Sidecar.Answer(200, """{"actorID":"7","actorType":"T","data":"ZCsv","dueTime":"0h0m1s0ms","period":"@every 1h0m5s"}""" + "\n");
        var reminder = await Actor.FindAsync("check");
        Assert.Equal("GET /v1.0/actors/T/7/reminders/check", Sidecar.Request.Line);
        Assert.Equal(("check", TimeSpan.FromSeconds(1), new TimeSpan(1, 0, 5)), (reminder!.Name, reminder.DueTime, reminder.Period));
        Assert.Equal(Data, reminder.State);
    }

    [Fact]
    public async Task Reminder_GetMissing_ThrowsTheSidecarsError()
    {
        Sidecar.Answer(404, """{"errorCode":"ERR_ACTOR_REMINDER_NOT_FOUND","message":"actor reminder not found: x"}""");
        var exception = await Assert.ThrowsAsync<DaprApiException>(() => Actor.FindAsync("x"));
        Assert.Equal("ERR_ACTOR_REMINDER_NOT_FOUND", exception.ErrorCode);
    }

    [Fact]
    public async Task Unregister_NamesTheCallback()
    {
        await Actor.ForgetReminderAsync("a b");
        await Actor.ForgetTimerAsync("t");
        Assert.Equal(
            ["DELETE /v1.0/actors/T/7/reminders/a%20b", "DELETE /v1.0/actors/T/7/timers/t"],
            Sidecar.Requests.Select(request => request.Line));
        Assert.All(Sidecar.Requests, request => Assert.Empty(request.Bytes));
    }

    [Fact]
    public async Task Timer_Forms_AreRegistered()
    {
        var actor = Actor;
        await actor.RegisterTimerAsync("t", "Tick", Data, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        await actor.RegisterTimerAsync("u", nameof(Registrar.TickWithData), null, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(-1), TimeSpan.FromSeconds(9));
        Assert.Equal(["PUT /v1.0/actors/T/7/timers/t", "PUT /v1.0/actors/T/7/timers/u"], Sidecar.Requests.Select(request => request.Line));
        Assert.Equal(
            [
                """{"dueTime":"0h0m1s0ms","period":"0h0m5s0ms","data":"ZCsv","callback":"Tick"}""",
                """{"dueTime":"0h0m1s0ms","callback":"TickWithData","ttl":"0h0m9s0ms"}""",
            ],
            Sidecar.Requests.Select(request => request.Body));
    }

    [Fact]
    public async Task Timer_WithoutName_GetsOne()
    {
        var timer = await Actor.RegisterTimerAsync(null, "Tick", null, TimeSpan.Zero, TimeSpan.Zero);
        Assert.StartsWith("7_Timer_", timer.Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Missing")]
    [InlineData(nameof(Registrar.Overloaded))]
    [InlineData(nameof(Registrar.TwoParameters))]
    [InlineData(nameof(Registrar.ReturnsValue))]
    public async Task Timer_CallbackThatCannotBeCalled_IsRefused(string callback) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Actor.RegisterTimerAsync("t", callback, null, TimeSpan.Zero, TimeSpan.Zero));

    [Fact]
    public async Task Register_Refused_ThrowsTheSidecarsError()
    {
        Sidecar.Answer(500, """{"errorCode":"ERR_ACTOR_REMINDER_CREATE","message":"m"}""");
        var exception = await Assert.ThrowsAsync<DaprApiException>(() => Actor.RemindAsync("r", null, TimeSpan.Zero, TimeSpan.Zero));
        Assert.Equal("ERR_ACTOR_REMINDER_CREATE", exception.ErrorCode);
    }

    [Fact]
    public async Task CreateForTest_WithoutReplacements_RefusesProxiesAndTimers()
    {
        var actor = new Registrar(ActorHost.CreateForTest<Registrar>());
        Assert.Throws<NotImplementedException>(() => actor.ProxyFactory.Create(new ActorId("1"), "T"));
        await Assert.ThrowsAsync<NotImplementedException>(() => actor.RemindAsync("r", null, TimeSpan.Zero, TimeSpan.Zero));
        Assert.Equal("Registrar", actor.Host.ActorTypeInfo.ActorTypeName);
    }

    public interface IRegistrar : IActor;

#pragma warning disable CA1822 // Timer callbacks are found by name, on the instance.
    internal sealed class Registrar(ActorHost host) : Actor(host), IRegistrar
    {
        public Task<IActorReminder> RemindAsync(string name, byte[]? data, TimeSpan due, TimeSpan period) =>
            RegisterReminderAsync(name, data, due, period);

        public Task<IActorReminder> RemindAsync(string name, byte[]? data, TimeSpan due, TimeSpan period, TimeSpan ttl) =>
            RegisterReminderAsync(name, data, due, period, ttl);

        public Task<IActorReminder> RemindAsync(string name, byte[]? data, TimeSpan due, TimeSpan period, int repetitions) =>
            RegisterReminderAsync(name, data, due, period, repetitions);

        public Task<IActorReminder> RemindAsync(string name, byte[]? data, TimeSpan due, TimeSpan period, int repetitions, TimeSpan ttl) =>
            RegisterReminderAsync(name, data, due, period, repetitions, ttl);

        public Task<IActorReminder?> FindAsync(string name) => GetReminderAsync(name);

        public Task ForgetReminderAsync(string name) => UnregisterReminderAsync(name);

        public Task ForgetTimerAsync(string name) => UnregisterTimerAsync(name);

        public Task TickWithData(byte[] data) => Task.CompletedTask;

        public Task Overloaded() => Task.CompletedTask;

        public Task Overloaded(byte[] data) => Task.FromResult(data);

        public Task TwoParameters(byte[] data, int more) => Task.FromResult((data, more));

        public Task<int> ReturnsValue() => Task.FromResult(Encoding.UTF8.CodePage);

        internal Task Tick() => Task.CompletedTask;
    }
#pragma warning restore CA1822
}
