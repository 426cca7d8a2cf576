using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Actors;

// https://docs.dapr.io/concepts/dapr-services/scheduler/: reminders outlive the sidecar and the app.
public sealed class ReminderRestartTests
{
    private const string Config = """{"entities":["Rs"],"actorIdleTimeout":"1h"}""";

    [Fact]
    public async Task Restart_Repetitions_AreCountedOverIt()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config, keep: true);
        await rig.PostAsync("/v1.0/actors/Rs/n/reminders/cnt", """{"dueTime":"1s","period":"R4/PT2S"}""");
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.App.CallsToAsync("/actors/Rs/n/method/remind/cnt", 1);
        await AfterTheTurnAsync(rig, "n");
        await rig.StopSidecarAsync();
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        await rig.StartSidecarAsync();
        await rig.App.CallsToAsync("/actors/Rs/n/method/remind/cnt", 4);
        await rig.EventuallyAsync("/v1.0/actors/Rs/n/reminders/cnt", answer => answer.Status == 404);
        Assert.Equal(4, rig.App.CountCallsTo("/actors/Rs/n/method/remind/cnt"));
    }

    [Fact]
    public async Task Restart_CallbackThatTheStopCut_ComesAgain()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config, keep: true);
        using Hold hold = rig.App.Hold("/actors/Rs/c/method/remind/x");
        await rig.PostAsync("/v1.0/actors/Rs/c/reminders/x", """{"dueTime":"0s"}""");
        await rig.App.CallsToAsync("/actors/Rs/c/method/remind/x", 1);
        await rig.StopSidecarAsync();
        hold.Dispose();
        await rig.StartSidecarAsync();
        await rig.App.CallsToAsync("/actors/Rs/c/method/remind/x", 2);
        await rig.EventuallyAsync("/v1.0/actors/Rs/c/reminders/x", answer => answer.Status == 404);
    }

    [Fact]
    public async Task Restart_WithoutADataFolder_ForgetsReminders()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        await rig.PostAsync("/v1.0/actors/Rs/a/reminders/x", """{"dueTime":"1h"}""");
        await rig.StopSidecarAsync();
        await rig.StartSidecarAsync();
        Assert.Equal(404, (await rig.GetAsync("/v1.0/actors/Rs/a/reminders/x")).Status);
    }

    // A stop in the middle of a callback would cut it, and it would come again.
    private static Task<Answer> AfterTheTurnAsync(SidecarRig rig, string id) => rig.PutAsync($"/v1.0/actors/Rs/{id}/method/after");

    [Fact]
    public async Task Start_DataFolderWithABrokenFile_SaysWhich()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config, keep: true);
        await rig.StopSidecarAsync();
        foreach (string file in Directory.GetFiles(rig.DataPath, "scheduler.db*")) File.Delete(file);
        await File.WriteAllTextAsync(Path.Combine(rig.DataPath, "scheduler.db"), new string('x', 4096));
        SidecarStartException error = await Assert.ThrowsAsync<SidecarStartException>(rig.StartSidecarAsync);
        Assert.Contains("scheduler.db", error.Message, StringComparison.Ordinal);
    }
}
