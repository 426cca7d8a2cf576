using System.Net;
using Gateway.Sidecar.Tests.Hosting;
using Gateway.TestKit;

namespace Gateway.Sidecar.Tests.State;

/// <summary>A Postgres that is away for a while: requests fail as daprd's do, and go on by themselves when it is back.</summary>
public sealed class PostgresOutageTests
{
    private const string Store = "/v1.0/state/store";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Server_KilledAndStartedAgain_IsUsedAgain(string version)
    {
        await using PostgresServer server = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        var time = new ManualTimeProvider();
        var database = new PostgresDatabase(await server.CreateDatabaseAsync(TestContext.Current.CancellationToken));
        await using TestSidecar sidecar = await TestSidecar.StartAsync(database.Component(version), time);
        // Several connections to read with, so that more than one is left to go stale.
        (await SaveAsync(sidecar, "1")).IsNoContent();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => sidecar.Caller.GetAsync($"{Store}/k")));

        await server.KillAsync();
        (await SaveAsync(sidecar, "2")).IsErrorOf(500, "ERR_STATE_SAVE", "failed saving state in state store store: ");
        (await sidecar.Caller.GetAsync($"{Store}/k")).IsErrorOf(500, "ERR_STATE_GET", "fail to get k from state store store: ");
        (await sidecar.Caller.PostAsync($"{Store}/bulk", """{"keys":["k"]}""")).IsErrorOf(500, "ERR_STATE_GET", "");
        (await sidecar.Caller.DeleteAsync($"{Store}/k")).IsErrorOf(500, "ERR_STATE_DELETE", "failed deleting state with key k: ");
        (await sidecar.Caller.PostAsync($"{Store}/transaction", """{"operations":[{"operation":"delete","request":{"key":"k"}}]}"""))
            .IsErrorOf(500, "ERR_STATE_TRANSACTION", "error while executing state transaction: ");

        await server.StartAgainAsync(TestContext.Current.CancellationToken);
        (await sidecar.Caller.GetAsync($"{Store}/k")).IsJson("1");
        (await SaveAsync(sidecar, "3")).IsNoContent();
        (await sidecar.Caller.GetAsync($"{Store}/k")).IsJson("3");
    }

    [Fact]
    public async Task Server_StartedAgainWhileNobodyAsks_FailsNoRequest()
    {
        await using PostgresServer server = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        var time = new ManualTimeProvider();
        var database = new PostgresDatabase(await server.CreateDatabaseAsync(TestContext.Current.CancellationToken));
        await using TestSidecar sidecar = await TestSidecar.StartAsync(database.Component(), time);
        (await SaveAsync(sidecar, "1")).IsNoContent();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => sidecar.Caller.GetAsync($"{Store}/k")));
        await server.KillAsync();
        await server.StartAgainAsync(TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromSeconds(2));
        Answer[] answers = await Task.WhenAll(Enumerable.Range(0, 16).SelectMany(i => (Task<Answer>[])[sidecar.Caller.GetAsync($"{Store}/k"), SaveAsync(sidecar, "2")]));
        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.NoContent, answer.Body));
    }

    [Fact]
    public async Task Server_ThatIsSilent_FailsRequestsAfterTheTimeout_AndIsUsedAgain()
    {
        await using PostgresServer server = await PostgresServer.StartAsync(TestContext.Current.CancellationToken);
        var database = new PostgresDatabase(await server.CreateDatabaseAsync(TestContext.Current.CancellationToken));
        // As short as is safe: connecting, too, has to be done in that time, on a machine that may be busy.
        await using TestSidecar sidecar = await TestSidecar.StartAsync(database.Component("v2", ("timeout", "3")));
        (await SaveAsync(sidecar, "1")).IsNoContent();
        server.Pause();
        Answer[] answers = await Task.WhenAll(SaveAsync(sidecar, "2"), sidecar.Caller.GetAsync($"{Store}/k")).WaitAsync(Limit, TestContext.Current.CancellationToken);
        Assert.All(answers, answer => answer.IsErrorStatus(500));
        server.Resume();
        using var limit = new CancellationTokenSource(Limit);
        while ((await SaveAsync(sidecar, "3")).Status != HttpStatusCode.NoContent) await Task.Delay(Poll, TimeProvider.System, limit.Token);
        (await sidecar.Caller.GetAsync($"{Store}/k")).IsJson("3");
    }

    private static Task<Answer> SaveAsync(TestSidecar sidecar, string value) => sidecar.Caller.PostAsync(Store, $$"""[{"key":"k","value":{{value}}}]""");
}
