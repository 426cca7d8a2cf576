using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Jobs;

public sealed class EmbeddedJobs(JobFixture<EmbeddedSidecar> fixture) : JobConformance<EmbeddedSidecar>(fixture);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdJobs(JobFixture<DaprdInMemory> fixture) : JobConformance<DaprdInMemory>(fixture);

/// <summary>Jobs outlive the sidecar and the app (https://docs.dapr.io/concepts/dapr-services/scheduler/); with time that a test moves.</summary>
public sealed class JobTests
{
    private const string Config = """{"entities":[]}""";

    [Fact]
    public async Task Restart_WhatFellDueMeanwhile_IsDeliveredEachTime()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config, keep: true);
        Assert.Equal(204, (await rig.PostAsync("/v1.0/jobs/once", """{"dueTime":"2s","data":{"n":1}}""")).Status);
        Assert.Equal(204, (await rig.PostAsync("/v1.0/jobs/often", """{"schedule":"@every 1s","repeats":4}""")).Status);
        await rig.StopSidecarAsync();
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        await rig.StartSidecarAsync();
        Assert.Equal("""{"n":1}""", (await rig.App.CallsToAsync("/job/once"))[0].Body);
        await rig.App.CallsToAsync("/job/often", 4);
        await rig.EventuallyAsync("/v1.0/jobs/often", answer => answer.Status == 500);
        Assert.Equal(4, rig.App.CountCallsTo("/job/often"));
    }

    [Fact]
    public async Task Restart_AJobOfCronThatWaits_KeepsItsDefinition()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config, keep: true);
        await rig.PostAsync("/v1.0/jobs/nightly", """{"schedule":"TZ=UTC 0 30 6 * * *","ttl":"48h","data":"<x>","failurePolicy":{"drop":{}}}""");
        string before = (await rig.GetAsync("/v1.0/jobs/nightly")).Body;
        await rig.StopSidecarAsync();
        await rig.StartSidecarAsync();
        Assert.Equal(before, (await rig.GetAsync("/v1.0/jobs/nightly")).Body);
        rig.Time.Advance(TimeSpan.FromHours(7));
        Assert.Equal("\"<x>\"", (await rig.App.CallsToAsync("/job/nightly"))[0].Body);
    }

    [Fact]
    public async Task AppThatIsSlow_GetsTheTicksOneAfterAnother()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        using Hold hold = rig.App.Hold("/job/slow");
        await rig.PostAsync("/v1.0/jobs/slow", """{"schedule":"@every 1s","repeats":3}""");
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        await rig.App.CallsToAsync("/job/slow");
        Assert.Equal(1, rig.App.CountCallsTo("/job/slow"));
        hold.Dispose();
        await rig.App.CallsToAsync("/job/slow", 3);
    }

    [Fact]
    public async Task AppThatFailsOnAPeriodicJob_UsesUpTheAttemptsOfLateTicksAtOnce()
    {
        await using SidecarRig rig = await SidecarRig.StartAsync(Config);
        rig.App.On("/job/p", new AppReply(500));
        await rig.PostAsync("/v1.0/jobs/p", """{"schedule":"@every 1s","repeats":2}""");
        for (int second = 1; second <= 3; second++)
        {
            rig.Time.Advance(TimeSpan.FromSeconds(1));
            await rig.App.CallsToAsync("/job/p", second);
        }

        // The second tick was due two seconds ago: with the last attempt of the first come three of its own.
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.App.CallsToAsync("/job/p", 7);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await rig.App.CallsToAsync("/job/p", 8);
        await rig.EventuallyAsync("/v1.0/jobs/p", answer => answer.Status == 500);
    }

    [Fact]
    public async Task SidecarWithoutAnApp_KeepsTheJobUntilThereIsOne()
    {
        string folder = TestSidecar.NewFolder();
        string kept = TestSidecar.NewFolder();
        await using (TestSidecar alone = await TestSidecar.StartAsync(folder: folder, configure: options => Options(options, kept, null)))
        {
            (await alone.Caller.PostAsync("/v1.0/jobs/x", """{"dueTime":"0s"}""")).IsNoContent();
            Assert.Equal(200, (int)(await alone.Caller.GetAsync("/v1.0/jobs/x")).Status);
        }

        await using TestApp app = await TestApp.StartAsync();
        await using TestSidecar beside = await TestSidecar.StartAsync(configure: options => Options(options, kept, app.Port));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (app.Calls.All(call => call.Target != "/job/x")) await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
    }

    private static Sidecar.Hosting.SidecarOptions Options(Sidecar.Hosting.SidecarOptions options, string kept, int? port) => new()
    {
        AppId = options.AppId,
        AppPort = port,
        HttpPort = 0,
        ResourcesPaths = options.ResourcesPaths,
        DataPath = kept,
    };
}
