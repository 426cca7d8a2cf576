using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Storage.Tests.Kit;
using static Gateway.Storage.Tests.Kit.Samples;

namespace Gateway.Storage.Tests.History;

public abstract class CommandHistoryTests(ITestDatabases databases) : StorageTests(databases)
{
    [Fact]
    public async Task Write_EventsOfManyDevices_FoldToTheirCommands()
    {
        var scripts = Enumerable.Range(1, 20).Select(i => (Id: "pi-" + i, Script: new EventScript("pi-" + i, seed: i).Grow(60))).ToList();

        await Store.History.WriteAsync([.. scripts.Select(device => device.Script.Run(1, 60))], Token);

        foreach (var (id, script) in scripts) await AssertHistoryAsync(id, script);
    }

    [Fact]
    public async Task Write_TheSameAgain_ChangesNothing()
    {
        var script = new EventScript("pi-1", seed: 7).Grow(50);

        await Store.History.WriteAsync([script.Run(1, 50)], Token);
        await Store.History.WriteAsync([script.Run(1, 50), script.Run(10, 30)], Token);
        await Store.History.WriteAsync([script.Run(3, 20)], Token);

        await AssertHistoryAsync("pi-1", script);
    }

    [Fact]
    public async Task Write_EventByEvent_FoldsAsInOneRun()
    {
        var script = new EventScript("pi-1", seed: 8).Grow(50);

        for (var seq = 1; seq <= 50; seq++) await Store.History.WriteAsync([script.Run(seq, seq)], Token);

        await AssertHistoryAsync("pi-1", script);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Write_OverlappingRunsInAnyOrderFromReplicas_EndInTheFold(int seed)
    {
        var random = new Random(seed);
        var replicas = new[] { Store, Replica(), Replica() };
        var scripts = Enumerable.Range(1, 4).Select(i => (Id: "pi-" + i, Script: new EventScript("pi-" + i, seed * 100 + i).Grow(80))).ToList();
        var stored = scripts.ToDictionary(device => device.Id, _ => 0);

        while (stored.Values.Any(last => last < 80))
        {
            // Each batch holds runs that start no later than one past what is stored, as the contract has it; several are written at once.
            var batches = Enumerable.Range(0, 6).Select(_ => scripts.Where(_ => random.Next(3) > 0).Select(device =>
            {
                var from = Math.Clamp(stored[device.Id] + 1 - random.Next(20), 1, 80);
                return device.Script.Run(from, Math.Min(80, from + random.Next(25)));
            }).ToList()).ToList();
            await Task.WhenAll(batches.Select((batch, i) => Task.Run(() => replicas[i % 3].History.WriteAsync(batch, Token))));
            foreach (var run in batches.SelectMany(batch => batch))
                stored[run.DeviceId] = Math.Max(stored[run.DeviceId], (int)run.Events[^1].Seq);
        }

        foreach (var (id, script) in scripts) await AssertHistoryAsync(id, script);
    }

    [Fact]
    public async Task Write_NothingOrEmptyRuns_IsDone()
    {
        await Store.History.WriteAsync([], Token);
        await Store.History.WriteAsync([Run("pi-1")], Token);

        Assert.Empty(await Store.Reader.LastSeqAsync(["pi-1"], Token));
    }

    [Fact]
    public async Task Write_Cancelled_WritesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.History.WriteAsync([Run("pi-1", Enqueued(1, 1))], cancelled.Token));

        Assert.Empty(await Store.Reader.LastSeqAsync(["pi-1"], Token));
    }

    [Fact]
    public async Task Find_OutputOfOneMebibyteOfAnyText_ComesBackAsItWas()
    {
        const string pattern = "line \"quoted\" \\ 'single' \0 \u0001 \u001b[31m äöü 漢字 🍳👩‍👩‍👧 \u2028 \r\n</script>";
        var output = string.Concat(Enumerable.Repeat(pattern, 1024 * 1024 / pattern.Length));
        var result = Result(output) with { Error = Payload.Inline("\0") };

        await Store.History.WriteAsync([Run("pi-1", Enqueued(1, 1), Claimed(2, 1, At), Ended(3, 1, CommandState.Completed, result))], Token);

        Assert.Equal(result, (await Store.History.FindAsync("pi-1", CommandId(1), Token))!.Result);
        Assert.Equal(result, (await Store.Reader.ListEventsAsync("pi-1", 2, 1, Token)).Single().Result);
    }

    [Fact]
    public async Task Find_UnknownCommandOrOtherDevice_IsNull()
    {
        await Store.History.WriteAsync([Run("pi-1", Enqueued(1, 1))], Token);

        Assert.Null(await Store.History.FindAsync("pi-1", CommandId(2), Token));
        Assert.Null(await Store.History.FindAsync("pi-2", CommandId(1), Token));
    }

    [Fact]
    public async Task Write_SameCommandIdOnTwoDevices_AreTwoCommands()
    {
        await Store.History.WriteAsync(
            [Run("pi-1", Enqueued(1, 1, Definition("one"))), Run("pi-2", Enqueued(1, 1, Definition("two")))], Token);

        Assert.Equal("one", (await Store.History.FindAsync("pi-1", CommandId(1), Token))!.Definition!.Digest);
        Assert.Equal("two", (await Store.History.FindAsync("pi-2", CommandId(1), Token))!.Definition!.Digest);
    }

    [Fact]
    public async Task FindByIdempotencyKey_KnownKey_AnswersItsCommandAsItIsNow()
    {
        var key = new string('k', 10_000) + "ü🍳";
        await Store.History.WriteAsync([Run("pi-1", Enqueued(1, 1, Definition("content") with { IdempotencyKey = key }))], Token);
        Assert.Equal(
            new KnownCommand(CommandId(1), "content", CommandState.Queued),
            await Store.History.FindByIdempotencyKeyAsync("pi-1", key, Token));

        await Store.History.WriteAsync([Run("pi-1", Ended(2, 1, CommandState.Cancelled))], Token);

        Assert.Equal(
            new KnownCommand(CommandId(1), "content", CommandState.Cancelled),
            await Store.History.FindByIdempotencyKeyAsync("pi-1", key, Token));
        Assert.Null(await Store.History.FindByIdempotencyKeyAsync("pi-1", "other", Token));
        Assert.Null(await Store.History.FindByIdempotencyKeyAsync("pi-2", key, Token));
    }

    [Fact]
    public async Task FindByIdempotencyKey_PastTheRetention_IsNull()
    {
        await Store.History.WriteAsync([Run("pi-1", Enqueued(1, 1, Definition() with { IdempotencyKey = "key" }))], Token);
        Time.Advance(TimeSpan.FromDays(30));
        Assert.NotNull(await Store.History.FindByIdempotencyKeyAsync("pi-1", "key", Token));

        Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null(await Store.History.FindByIdempotencyKeyAsync("pi-1", "key", Token));
    }

    [Fact]
    public async Task ListEvents_AfterANumber_AreTheNextInTheirOrder()
    {
        var script = new EventScript("pi-1", seed: 9).Grow(30);
        await Store.History.WriteAsync([script.Run(1, 30)], Token);

        var events = await Store.Reader.ListEventsAsync("pi-1", 10, 5, Token);

        Assert.Equal(script.Events.Skip(10).Take(5), events);
        Assert.Empty(await Store.Reader.ListEventsAsync("pi-1", 30, 5, Token));
    }

    [Fact]
    public async Task LastSeq_OfManyDevices_IsOfThoseThatHaveHistory()
    {
        await Store.History.WriteAsync([Run("pi-1", Enqueued(1, 1)), Run("pi-2", Enqueued(1, 1), Claimed(2, 1, At))], Token);

        var last = await Store.Reader.LastSeqAsync(["pi-1", "pi-2", "pi-3"], Token);

        Assert.Equal([("pi-1", 1L), ("pi-2", 2L)], last.Select(device => (device.Key, device.Value)).Order());
        Assert.Empty(await Store.Reader.LastSeqAsync([], Token));
    }

    [Fact]
    public async Task ListDeviceCommands_Pages_AreTheNewestFirst()
    {
        var script = new EventScript("pi-1", seed: 10).Grow(120);
        await Store.History.WriteAsync([script.Run(1, 120), Run("pi-2", Enqueued(1, 1))], Token);

        var listed = new List<CommandRecord>();
        IReadOnlyList<CommandRecord> page;
        do
        {
            page = await Store.Reader.ListDeviceCommandsAsync("pi-1", [], listed.LastOrDefault()?.CommandId, 7, Token);
            listed.AddRange(page);
        }
        while (page.Count > 0);

        Assert.Equal(script.Fold().Values.Reverse(), listed);
        var completed = await Store.Reader.ListDeviceCommandsAsync("pi-1", [CommandState.Completed], null, 100, Token);
        Assert.Equal(listed.Where(command => command.State == CommandState.Completed), completed);
    }

    private async Task AssertHistoryAsync(string deviceId, EventScript script)
    {
        var commands = await Store.Reader.ListDeviceCommandsAsync(deviceId, [], null, 1000, Token);
        Assert.Equal(script.Fold().Values, commands.Reverse());
        Assert.Equal(script.Events, await Store.Reader.ListEventsAsync(deviceId, 0, 1000, Token));
        foreach (var last in script.Events.Where(e => e.Session is not null).GroupBy(e => e.SessionId!).Select(e => e.Last()))
        {
            var session = await Store.Sessions.FindSessionAsync(last.SessionId!, Token);
            Assert.Equal((last.Session!.Status, last.Seq), (session!.Status, session.LastSeq));
        }

        // What people did, each thing once.
        Assert.Equal(
            script.Events.Where(e => e.By is not null && e.By != $"device:{deviceId}").Select(e => (e.At, e.By!, e.CommandId)),
            (await Store.Audit.ListAsync(deviceId, 1000, Token)).Select(entry => (entry.At.ToUnixTimeMilliseconds(), entry.Actor, entry.CommandId)).Order());
    }
}

public sealed class CommandHistoryOnSqlite() : CommandHistoryTests(SqliteDatabases.Instance);

public sealed class CommandHistoryOnPostgres(PostgresDatabases postgres) : CommandHistoryTests(postgres);
