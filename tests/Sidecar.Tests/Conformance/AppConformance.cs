using Gateway.Sidecar.Tests.Hosting;
using Gateway.Sidecar.Tests.Rig;
using Answer = Gateway.Sidecar.Tests.Hosting.Answer;

namespace Gateway.Sidecar.Tests.Conformance;

/// <summary>What the suites share that watch an app beside a sidecar. They run in real time, whatever the sidecar is.</summary>
public abstract class AppConformance<TFixture, TSidecar> : IClassFixture<TFixture>
    where TFixture : AppFixture<TSidecar>
    where TSidecar : SidecarUnderTest, new()
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    protected AppConformance(TFixture fixture)
    {
        Assert.SkipWhen(fixture.Subject.Missing is not null, fixture.Subject.Missing ?? "");
        Fixture = fixture;
    }

    protected TFixture Fixture { get; }

    protected TSidecar Subject => Fixture.Subject;

    private protected ScriptedApp App => Fixture.App;

    protected SidecarCaller Sidecar => Fixture.Sidecar;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The window in which something must not happen; no longer than that needs.</summary>
    protected static Task ObserveAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, Cancelled);

    protected Task<Answer> PutAsync(string path, string? body = null) => Sidecar.SendAsync("PUT", path, body);

    protected Task<Answer> PostJsonAsync(string path, string body) => Sidecar.PostAsync(path, body, ("content-type", "application/json"));

    /// <summary>Asks again until the answer is as wanted, for what follows from a call that the app has answered.</summary>
    protected async Task<Answer> EventuallyAsync(string path, Func<Answer, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            Answer answer = await Sidecar.GetAsync(path);
            if (wanted(answer)) return answer;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }
}
