using Gateway.Sidecar.Tests.Rig;

namespace Gateway.Sidecar.Tests.Conformance;

/// <summary>What the suites share that have several apps beside each other. They run in real time, whatever the sidecars are.</summary>
public abstract class SeveralConformance<TGroup> : IAsyncDisposable
    where TGroup : SeveralSidecars, new()
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    protected SeveralConformance() => Assert.SkipWhen(Sidecars.Missing is not null, Sidecars.Missing ?? "");

    protected TGroup Sidecars { get; } = new();

    /// <summary>The type of the actors.</summary>
    protected string Type => field ??= Sidecars.Unique("Two");

    /// <summary>An app's answer to <c>/dapr/config</c> that hosts the type.</summary>
    protected string HostsTheType =>
        $$"""{"entities":["{{Type}}"],"actorIdleTimeout":"1h","drainOngoingCallTimeout":"5s","drainRebalancedActors":true}""";

    public async ValueTask DisposeAsync()
    {
        await Sidecars.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Asks again until the answer is as wanted, for what follows a moment after.</summary>
    protected static async Task<T> EventuallyAsync<T>(Func<Task<T>> ask, Func<T, bool> wanted)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            T answer = await ask();
            if (wanted(answer)) return answer;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, limit.Token);
        }
    }

    /// <summary>Starts an app that hosts the type and answers its name.</summary>
    private protected Task<ScriptedApp> JoinAsHostAsync(int index, string name) =>
        Sidecars.JoinAsync(index, HostsTheType, script: app => app.Otherwise = _ => Task.FromResult(new AppReply(200, name)));

    /// <summary>Which app an actor is on, asked at a sidecar.</summary>
    protected async Task<string> HostOfAsync(int sidecar, string id)
    {
        Hosting.Answer answer = await Sidecars[sidecar].SendAsync("PUT", $"/v1.0/actors/{Type}/{id}/method/name");
        Assert.Equal((200, ""), ((int)answer.Status, answer.Status == System.Net.HttpStatusCode.OK ? "" : answer.Body));
        return answer.Body;
    }
}
