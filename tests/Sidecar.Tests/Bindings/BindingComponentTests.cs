using Gateway.Sidecar.Hosting;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.Bindings;

/// <summary>What is the embedded sidecar's own: components that cannot be used, and time that a test moves.</summary>
public sealed class BindingComponentTests
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    [Theory]
    [InlineData("bindings.http", "responseTimeout", "10s", "url is missing")]
    [InlineData("bindings.http", "url", "ftp://x", "url 'ftp://x' is not an address with http:// or https://")]
    [InlineData("bindings.http", "MTLSRootCA", "x", "MTLSRootCA is not supported")]
    [InlineData("bindings.cron", "route", "/x", "schedule not set")]
    [InlineData("bindings.cron", "schedule", "soon", "invalid schedule format 'soon': expected 5 to 6 fields, found 1: [soon]")]
    [InlineData("bindings.cron", "schedule", "@every soon", "invalid schedule format '@every soon': failed to parse duration soon")]
    [InlineData("bindings.cron", "schedule", "@every 0s", "invalid schedule format '@every 0s': the interval must be positive")]
    [InlineData("bindings.kafka", "x", "y", "couldn't find binding bindings.kafka/v1")]
    public async Task Component_ThatIsWrong_IsOneClearLine(string type, string name, string value, string reason)
    {
        var error = await Assert.ThrowsAsync<SidecarStartException>(() => TestSidecar.StartAsync(TestSidecar.Component("b", type, "", (name, value))));
        Assert.EndsWith($"component 'b' ({type}/v1): {reason}", error.Message);
    }

    [Fact]
    public async Task Cron_OfAScheduleWeeksAhead_WaitsAsLongAndLeavesOutWhatNobodyCouldBeCalledFor()
    {
        var time = new ManualTimeProvider();
        await using TestApp app = await TestApp.StartAsync();
        await using TestSidecar sidecar = await TestSidecar.StartAsync(
            TestSidecar.Component("clock", "bindings.cron", "", ("schedule", "TZ=UTC 30 6 1 * *")),
            time,
            options => new SidecarOptions { AppId = options.AppId, AppPort = app.Port, HttpPort = 0, ResourcesPaths = options.ResourcesPaths });
        await sidecar.Host.Ready;
        for (int day = 0; day < 59; day++)
        {
            time.Advance(TimeSpan.FromDays(1));
            await WaitUntilAsync(() => time.ArmedTimers > 0);
        }

        // The first of January at 6:30 and the first of February.
        await WaitUntilAsync(() => app.Calls.Count(call => call is { Method: "POST", Target: "/clock" }) == 2);
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!condition()) await Task.Delay(Poll, TimeProvider.System, limit.Token);
    }
}
