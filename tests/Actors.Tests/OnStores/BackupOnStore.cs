using System.Text.Json;
using Dapr.Client;
using Gateway.Actors.Tests.Rig;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue;
using Gateway.Queue.Backup;
using Gateway.Queue.Heads;
using Gateway.Queue.Tests.Fakes;
using Gateway.TestKit.Daprd;
using Microsoft.Extensions.Options;
using Eventually = Gateway.Actors.Tests.Fakes.Eventually;

namespace Gateway.Actors.Tests.OnStores;

/// <summary>Queues out of the embedded default's store, into another one and back, through sidecars.</summary>
public abstract class BackupOnStore<TStore>(TStore store) : IClassFixture<TStore>, IAsyncLifetime
    where TStore : Store
{
    /// <summary>So many waiting commands that some are in segments.</summary>
    private const int Deep = 160;

    private readonly EmbeddedStore first = new(), last = new();
    private readonly FakeHistory history = new();
    private readonly string device = $"d-{Guid.NewGuid():N}";
    private readonly List<IDisposable> owned = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Queue_MovedThereAndBack_IsAsItWasAndGoesOn()
    {
        var before = NewReplica(first);
        var claimed = await FillAsync(before);
        var parts = await ReadAsync(first);
        var head = Assert.Single(parts.OfType<HeadPart>()).Head;
        Assert.Equal((Deep, 1, 1, 2), (head.Waiting, head.Pending.Length, head.Claimed.Length, head.Lanes.Length));
        Assert.True(parts.OfType<DocumentPart>().Count() > Deep / 4, "There is too little to move.");

        await MoveAsync(first, store, "first");
        await MoveAsync(store, last, "second");

        Assert.Equal(Texts(parts), Texts(await ReadAsync(last)));
        var (lifetimes, moved) = (Lifetimes(first), Lifetimes(last));
        Assert.Equal(lifetimes.Select(document => document.Key), moved.Select(document => document.Key));
        Assert.All(lifetimes.Zip(moved), pair => Assert.Equal(pair.First.Expires, pair.Second.Expires, TimeSpan.FromSeconds(10)));
        var after = NewReplica(last);
        Assert.Equal(ResultStatus.Accepted, (await after.ResultAsync(device, claimed)).Status);
        var decided = await after.Queue.ExecuteAsync(device, new DecideApproval { CommandId = head.Pending[0].Id, SessionId = head.Session!.Id, Approved = true, By = "customer:c" }, Token);
        Assert.Equal(DecisionStatus.Decided, decided.Status);
        var done = await WorkOffAsync(after);
        Assert.Equal(Deep + 1, done.Count);
        Assert.Equal(done.OrderByDescending(command => command.Priority).ThenBy(command => command.Id, StringComparer.Ordinal), done);
        Assert.Equal(Enumerable.Range(0, Deep).Select(Parameters).Append("{}").Order(), done.Select(command => command.Parameters).Order());
        await after.Queue.FlushAsync(device, Token);
        Assert.Empty(history.Violations);
    }

    [Fact]
    public async Task Import_BrokenOff_RunsAgainAndNoOtherDoes()
    {
        await FillAsync(NewReplica(first));
        var parts = await ReadAsync(first);
        var backup = NewBackup(store);

        await Assert.ThrowsAsync<IOException>(() => backup.WriteAsync("one", BreaksOffAsync(parts), Token));
        var error = await Assert.ThrowsAsync<QueueImportException>(() => backup.CheckTargetAsync("two", Devices(), Token));
        Assert.Contains("An import of another backup was begun in the state store statestore", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<QueueImportException>(() => backup.WriteAsync("two", parts.ToAsyncEnumerable(), Token));

        await backup.CheckTargetAsync("one", Devices(), Token);
        await backup.WriteAsync("one", parts.ToAsyncEnumerable(), Token);
        await backup.CompleteAsync(Token);
        Assert.Equal(Texts(parts), Texts(await ReadAsync(store)));

        static async IAsyncEnumerable<QueuePart> BreaksOffAsync(IReadOnlyList<QueuePart> parts)
        {
            foreach (var part in parts) yield return part;
            await Task.Yield();
            throw new IOException("The file is gone.");
        }
    }

    [Fact]
    public async Task Import_WhereAQueueIs_RefusedBeforeAnythingIsWritten()
    {
        await NewReplica(store).EnqueueAsync(device, QueueReplica.Command());
        var backup = NewBackup(store);

        var error = await Assert.ThrowsAsync<QueueImportException>(() => backup.CheckTargetAsync("one", Devices(), Token));

        Assert.Contains($"is not empty, it has a queue of the device {device}", error.Message, StringComparison.Ordinal);
        Assert.Null(await NewClient(store).GetStateAsync<object?>("statestore", IQueueBackup.UnderWayKey));
    }

    [Fact]
    public async Task Read_WhileTheQueueIsWorkedOn_IsOfOneMoment()
    {
        var replica = NewReplica(store);
        await Task.WhenAll(Enumerable.Range(0, Deep).Select(i => replica.EnqueueAsync(device, QueueReplica.Command(parameters: Parameters(i)))));
        await using var traffic = await Traffic.StartAsync();
        traffic.Target = store.Address;
        var turns = 0;
        traffic.Before = async call =>
        {
            // Each time the documents of a head are asked for, the first of them is worked off just before, four times over.
            if (!call.Contains("/bulk", StringComparison.Ordinal) || ++turns is 1 or > 5) return;
            var name = (await ReadAsync(store)).OfType<HeadPart>().Single().Head.Lanes[0].Front[0].Definition.Parameters.Document!;
            var claimed = (await replica.Queue.ExecuteAsync(device, QueueReplica.Claim(4), Token)).Commands;
            foreach (var command in claimed) await replica.ResultAsync(device, command);
            await replica.Queue.FlushAsync(device, Token);
            await replica.EnqueueAsync(device, QueueReplica.Command());
            await Eventually.UntilAsync(async () => await NewClient(store).GetStateAsync<object?>("statestore", $"queue:{device}:{name}") is null);
        };
        using var client = new DaprClientBuilder().UseHttpEndpoint(traffic.Address.ToString()).Build();

        var parts = await new QueueBackup(client, Options.Create(new QueueOptions()), TimeProvider.System).ReadAsync([device], Token).ToListAsync(Token);

        Assert.True(turns > 5, "It was not read again.");
        Assert.Empty(parts.OfType<LostPart>());
        Assert.Distinct(parts.OfType<DocumentPart>().Select(part => part.Name));
        await NewBackup(last).WriteAsync("one", parts.ToAsyncEnumerable(), Token);
        var head = Assert.Single(parts.OfType<HeadPart>()).Head;
        Assert.Equal(head.Waiting, (await WorkOffAsync(NewReplica(last, isAlone: true))).Count);
    }

    [Fact]
    public async Task Read_DocumentThatIsGone_IsToldAndTheRestRead()
    {
        await FillAsync(NewReplica(store));
        var gone = (await ReadAsync(store)).OfType<DocumentPart>().First(part => part.Document.Text is not null).Name;
        await NewClient(store).DeleteStateAsync("statestore", $"queue:{device}:{gone}");

        var parts = await ReadAsync(store);

        Assert.Equal(gone, Assert.Single(parts.OfType<LostPart>()).Name);
        Assert.Single(parts.OfType<HeadPart>());
    }

    public async ValueTask InitializeAsync()
    {
        if (store is DaprdStore) DaprStack.Require();
        await first.InitializeAsync();
        await last.InitializeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var disposable in owned) disposable.Dispose();
        await first.DisposeAsync();
        await last.DisposeAsync();
    }

    /// <summary>A queue with everything in it: segments, documents, a claim, an approval, a session, ends that history does not have.</summary>
    private async Task<ClaimedCommand> FillAsync(QueueReplica replica)
    {
        await replica.Queue.ExecuteAsync(device, new OpenSession("s", "c", "diagnostic", null, TimeSpan.FromHours(1)), Token);
        for (var i = 0; i < 2; i++)
        {
            await replica.EnqueueAsync(device, QueueReplica.Command(parameters: Parameters(0)));
            if (i == 0) await replica.ResultAsync(device, await replica.ClaimOneAsync(device), new string('o', 5_000));
        }

        var claimed = await replica.ClaimOneAsync(device);
        await replica.EnqueueAsync(device, QueueReplica.Command(session: "s") with { RequiresApproval = true });
        await Task.WhenAll(Enumerable.Range(0, Deep).Select(i => replica.EnqueueAsync(device, QueueReplica.Command(parameters: Parameters(i), priority: i % 2 == 0 ? 5 : 7))));
        return claimed;
    }

    private static string Parameters(int i) => i % 4 == 0 ? $$"""{"i":{{i}},"text":"{{new string('p', 4_000)}}"}""" : $$"""{"i":{{i}}}""";

    private async Task<List<ClaimedCommand>> WorkOffAsync(QueueReplica replica)
    {
        var done = new List<ClaimedCommand>();
        while ((await replica.Queue.ExecuteAsync(device, QueueReplica.Claim(20), Token)).Commands is { Length: > 0 } claimed)
        {
            var results = await Task.WhenAll(claimed.Select(command => replica.ResultAsync(device, command)));
            Assert.All(results, result => Assert.Equal(ResultStatus.Accepted, result.Status));
            done.AddRange(claimed);
            await replica.Queue.FlushAsync(device, Token);
        }

        return done;
    }

    private async Task MoveAsync(Store from, Store to, string id)
    {
        var backup = NewBackup(to);
        await backup.CheckTargetAsync(id, Devices(), Token);
        await backup.WriteAsync(id, NewBackup(from).ReadAsync([device, "nobody"], Token), Token);
        await backup.CompleteAsync(Token);
        Assert.Null(await NewClient(to).GetStateAsync<object?>("statestore", IQueueBackup.UnderWayKey));
    }

    private async Task<IReadOnlyList<QueuePart>> ReadAsync(Store from) => await NewBackup(from).ReadAsync([device], Token).ToListAsync(Token);

    private IAsyncEnumerable<string> Devices() => new[] { "nobody", device }.ToAsyncEnumerable();

    /// <summary>What must survive, in no order: of a head all but what belongs to one deployment.</summary>
    private static IEnumerable<string> Texts(IEnumerable<QueuePart> parts) => parts.Select(part => part switch
    {
        HeadPart head => JsonSerializer.Serialize(head.Head.ForAnotherDeployment(), QueueJson.Default.QueueHead),
        DocumentPart document => $"{document.Name} {document.ExpiresAt:O} {JsonSerializer.Serialize(document.Document, QueueJson.Default.QueueDocument)}",
        _ => part.ToString()!,
    }).Order(StringComparer.Ordinal);

    /// <summary>When the store deletes documents by itself: it counts from when it was told.</summary>
    private List<(string Key, DateTimeOffset Expires)> Lifetimes(EmbeddedStore of) =>
        [.. of.File.Documents(device).Select(document => (document.Key, document.Expires!.Value)).Order()];

    private DaprClient NewClient(Store of)
    {
        var client = new DaprClientBuilder().UseHttpEndpoint(of.Address.ToString()).Build();
        owned.Add(client);
        return client;
    }

    private QueueBackup NewBackup(Store of) => new(NewClient(of), Options.Create(new QueueOptions()), TimeProvider.System);

    private QueueReplica NewReplica(Store of, string id = "r1", bool isAlone = false)
    {
        var replica = new QueueReplica(
            new DaprHeadStore(NewClient(of), Options.Create(new QueueOptions())), isAlone ? new FakeHistory() : history, TimeProvider.System, id);
        owned.Add(replica);
        return replica;
    }
}

public sealed class BackupOnEmbeddedStore(EmbeddedStore store) : BackupOnStore<EmbeddedStore>(store);

public sealed class BackupOnEmbeddedRedis(EmbeddedRedisStore store) : BackupOnStore<EmbeddedRedisStore>(store);

public sealed class BackupOnEmbeddedPostgres(EmbeddedPostgresStore store) : BackupOnStore<EmbeddedPostgresStore>(store);

[Trait("Sidecar", "daprd")]
public sealed class BackupOnDaprdRedis(DaprdRedisStore store) : BackupOnStore<DaprdRedisStore>(store);

[Trait("Sidecar", "daprd")]
public sealed class BackupOnDaprdPostgres(DaprdPostgresStore store) : BackupOnStore<DaprdPostgresStore>(store);
