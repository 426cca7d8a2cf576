using System.Net;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.Hosting;

/// <summary>The stand-alone sidecar: https://docs.dapr.io/reference/arguments-annotations-overview/.</summary>
public sealed class SidecarCommandTests
{
    [Theory]
    [InlineData("Option '--app-id' is required.")]
    [InlineData("Unrecognized command or argument '--nope'.", "--app-id", "a", "--nope")]
    [InlineData("--app-protocol supports only http", "--app-id", "a", "--app-protocol", "grpc")]
    [InlineData("--app-port must be from 1 to 65535", "--app-id", "a", "--app-port", "0")]
    [InlineData("--max-body-size 'x' is no size; write for example 4Mi", "--app-id", "a", "--max-body-size", "x")]
    [InlineData("--app 'a:1' is not id:app-port:http-port", "--app", "a:1")]
    [InlineData("--app 'a:0:1' is not id:app-port:http-port", "--app", "a:0:1", "--app", "b:1:1")]
    [InlineData("--app stands in place of --app-id, --app-port and --dapr-http-port", "--app", "a:1:1", "--app-id", "a")]
    [InlineData("--app stands in place of --app-id, --app-port and --dapr-http-port", "--app", "a:1:1", "--dapr-http-port", "1")]
    [InlineData("--log-level 'x' is not one of debug, info, warn, error, fatal", "--app-id", "a", "--log-level", "x")]
    public async Task Flags_ThatAreWrong_AreOneLineAndExitCode1(string line, params string[] arguments) =>
        Assert.Equal((1, line + Environment.NewLine), await SidecarProcess.RunToEndAsync(arguments));

    [Fact]
    public async Task Component_ThatIsWrong_IsOneLineAndExitCode1()
    {
        string folder = TestSidecar.NewFolder();
        TestSidecar.WriteComponents(folder, TestSidecar.Component("x", "state.nope"));
        (int exitCode, string error) = await SidecarProcess.RunToEndAsync("--app-id", "a", "--dapr-http-port", "0", "--resources-path", TestSidecar.ResourcesOf(folder));
        Assert.Equal(1, exitCode);
        Assert.EndsWith("components.yaml: component 'x' (state.nope/v1): couldn't find state store state.nope/v1", Assert.Single(error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task Shutdown_IsAnsweredAndThenEndsTheProcessWithCode0()
    {
        await using SidecarProcess sidecar = await SidecarProcess.StartAsync("--app-id", "a");
        (await sidecar.Caller.PostAsync("/v1.0/shutdown", null)).IsNoContent();
        Assert.Equal(0, await sidecar.ExitCodeAsync());
    }

    [Fact]
    public async Task Apps_HaveASidecarEach_AndTheLastShutdownEndsTheProcess()
    {
        int[] ports = [FreePort.Next(), FreePort.Next()];
        await using SidecarProcess sidecar = await SidecarProcess.StartAsync(
            "--app", $"a:{FreePort.Next()}:{ports[0]}", "--app", $"b:{FreePort.Next()}:{ports[1]}");
        using var second = new SidecarCaller(new Uri($"http://127.0.0.1:{ports[1]}/"));
        while (!await ListensAsync(second)) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Contains("\"id\":\"a\"", (await sidecar.Caller.GetAsync("/v1.0/metadata")).Body, StringComparison.Ordinal);
        Assert.Contains("\"id\":\"b\"", (await second.GetAsync("/v1.0/metadata")).Body, StringComparison.Ordinal);

        (await second.PostAsync("/v1.0/shutdown", null)).IsNoContent();
        while (await ListensAsync(second)) await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        (await sidecar.Caller.PostAsync("/v1.0/shutdown", null)).IsNoContent();
        Assert.Equal(0, await sidecar.ExitCodeAsync());

        static async Task<bool> ListensAsync(SidecarCaller caller)
        {
            try
            {
                await caller.GetAsync("/v1.0/healthz");
                return true;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Kill_AfterAnsweredSaves_LosesNone()
    {
        string folder = TestSidecar.NewFolder();
        TestSidecar.WriteComponents(folder, TestSidecar.Component("store", "state.sqlite", "", ("connectionString", "state.db")));
        string[] arguments = ["--app-id", "a", "--resources-path", TestSidecar.ResourcesOf(folder), "--data-path", folder];
        int[] answered = new int[8];
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (SidecarProcess first = await SidecarProcess.StartAsync(arguments))
        {
            // Killed while eight callers are saving: each counts only what was answered.
            Task[] callers = [.. Enumerable.Range(0, answered.Length).Select(caller => SaveUntilGoneAsync(first, caller, answered, enough))];
            await enough.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);
            await first.KillAsync();
            await Task.WhenAll(callers);
        }

        await using SidecarProcess second = await SidecarProcess.StartAsync(arguments);
        for (int caller = 0; caller < answered.Length; caller++)
        {
            // One more may be on disk whose answer got lost.
            int kept = int.Parse((await second.Caller.GetAsync($"/v1.0/state/store/k{caller}")).Body, System.Globalization.CultureInfo.InvariantCulture);
            Assert.InRange(kept, answered[caller], answered[caller] + 1);
        }
    }

    private static async Task SaveUntilGoneAsync(SidecarProcess sidecar, int caller, int[] answered, TaskCompletionSource enough)
    {
        try
        {
            for (int value = 1; ; value++)
            {
                Answer answer = await sidecar.Caller.PostAsync("/v1.0/state/store", $$"""[{"key":"k{{caller}}","value":{{value}}}]""");
                Assert.Equal(HttpStatusCode.NoContent, answer.Status);
                Volatile.Write(ref answered[caller], value);
                if (value == 50) enough.TrySetResult();
            }
        }
        catch (HttpRequestException)
        {
            // The sidecar is gone.
        }
    }
}
