using System.Text;
using Gateway.Sidecar.Components;
using Gateway.Sidecar.State;
using Gateway.Sidecar.State.Postgres;
using Gateway.Sidecar.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Gateway.Sidecar.Tests.State;

/// <summary>Writes that wait at the same time and share a transaction: each is answered for itself, whatever becomes of the others.</summary>
public sealed class PostgresWriterTests(PostgresFixture postgres) : IAsyncLifetime
{
    private PostgresDatabase database = null!;
    private PostgresStateStore store = null!;

    public async ValueTask InitializeAsync()
    {
        database = await postgres.CreateAsync();
        store = await PostgresStateStore.OpenAsync(
            PostgresSettings.Of(new ComponentSpec
            {
                Name = "store",
                Type = "state.postgresql",
                // Version 1 can refuse a value.
                Version = "v1",
                File = "components.yaml",
                Metadata = new Dictionary<string, string> { ["connectionString"] = database.ForDapr },
            }),
            TimeProvider.System,
            NullLoggerFactory.Instance,
            TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => store?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task WritesThatWait_ShareATransaction()
    {
        Task<StateFailure?>[] writes = await WhileTheWriterIsHeldAsync(
            () => [.. Enumerable.Range(0, 20).Select(i => SaveAsync(Write($"k{i}", "1")))]);
        Assert.All(await Task.WhenAll(writes), Assert.Null);
        Assert.Equal(["1"], await database.QueryAsync("SELECT count(DISTINCT xmin::text) FROM state WHERE key LIKE 'k%'"));
    }

    [Fact]
    public async Task ARefusedSave_LeavesTheOthersOfItsGroup()
    {
        Task<StateFailure?>[] writes = await WhileTheWriterIsHeldAsync(() =>
            [SaveAsync(Write("a", "1")), SaveAsync(Write("held", "2") with { ETag = "1" }), SaveAsync(Write("z", "3"))]);
        StateFailure?[] answers = await Task.WhenAll(writes);
        Assert.Equal([null, StateFailureKind.EtagMismatch, null], answers.Select(answer => answer?.Kind));
        Assert.Equal(["a|1", "held|0", "z|3"], await RowsAsync());
    }

    [Fact]
    public async Task ARefusedTransaction_WritesNothing_AndLeavesTheOthersOfItsGroup()
    {
        Task<StateFailure?>[] writes = await WhileTheWriterIsHeldAsync(() =>
        [
            SaveAsync(Write("a", "1")),
            SaveAsync(Write("b", "1"), Write("held", "2") with { ETag = "1" }, Write("c", "1")),
            SaveAsync(Write("d", "1"), Write("e", "1")),
            SaveAsync(Write("z", "1")),
        ]);
        StateFailure?[] answers = await Task.WhenAll(writes);
        Assert.Equal([null, StateFailureKind.EtagMismatch, null, null], answers.Select(answer => answer?.Kind));
        Assert.Equal(["a|1", "d|1", "e|1", "held|0", "z|1"], await RowsAsync());
    }

    [Fact]
    public async Task AValueThatTheServerRefuses_LeavesTheOthersOfItsGroup()
    {
        Task<StateFailure?>[] writes = await WhileTheWriterIsHeldAsync(() =>
        [
            SaveAsync(Write("a", "1")),
            SaveAsync(Write("b", "\"\\u0000\"")),
            SaveAsync(Write("c", "1"), Write("d", "\"\\u0000\"")),
            SaveAsync(Write("z", "1")),
        ]);
        StateFailure?[] answers = await Task.WhenAll(writes);
        Assert.Equal([null, StateFailureKind.Other, StateFailureKind.Other, null], answers.Select(answer => answer?.Kind));
        Assert.Equal(["a|1", "held|0", "z|1"], await RowsAsync());
    }

    [Fact]
    public async Task OneEtag_UsedTwiceInAGroup_IsGoodOnce()
    {
        Assert.Null(await SaveAsync(Write("k", "0")));
        string? etag = (await store.GetAsync("k", TestContext.Current.CancellationToken))!.ETag;
        Task<StateFailure?>[] writes = await WhileTheWriterIsHeldAsync(() =>
            [SaveAsync(Write("k", "1") with { ETag = etag }), SaveAsync(Write("k", "2") with { ETag = etag })]);
        StateFailure? refused = Assert.Single(await Task.WhenAll(writes), answer => answer is not null);
        Assert.Equal(StateFailureKind.EtagMismatch, refused!.Kind);
    }

    [Fact]
    public async Task Disposing_WaitsForWhatIsQueued()
    {
        Task<StateFailure?>[] writes = await WhileTheWriterIsHeldAsync(() => [SaveAsync(Write("a", "1"))]);
        await store.DisposeAsync();
        store = null!;
        Assert.Null(await writes[0].WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        Assert.Equal(["a|1", "held|0"], await RowsAsync());
    }

    /// <summary>Has the writer wait for a row that the test holds, gives it more to do, and lets it go on.</summary>
    private async Task<Task<StateFailure?>[]> WhileTheWriterIsHeldAsync(Func<Task<StateFailure?>[]> begin)
    {
        Assert.Null(await SaveAsync(Write("held", "0")));
        await using NpgsqlConnection holder = await database.ConnectAsync();
        await using NpgsqlTransaction transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var hold = new NpgsqlCommand("SELECT 1 FROM state WHERE key = 'held' FOR UPDATE", holder, transaction))
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        Task<StateFailure?> first = SaveAsync(Write("held", "0"));
        await database.WaitForAsync("1", "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        Assert.False(first.IsCompleted);
        Task<StateFailure?>[] writes = begin();
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        Assert.Null(await first);
        return writes;
    }

    private static StateWrite Write(string key, string json) => new() { Key = key, Value = Encoding.UTF8.GetBytes(json) };

    private Task<StateFailure?> SaveAsync(params StateWrite[] writes) => store.TransactAsync(writes, TestContext.Current.CancellationToken).AsTask();

    private Task<List<string>> RowsAsync() => database.QueryAsync("SELECT key, value::text FROM state ORDER BY key");
}
