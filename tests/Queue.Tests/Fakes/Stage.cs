using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>
/// One replica on which a scene is played by clients that ask again until they are answered. After a crash another replica takes
/// over. At the end every command must be in the state that its clients were promised.
/// </summary>
internal sealed class Stage
{
    private readonly Dictionary<string, (string Key, CommandState State)> promised = [];
    private readonly TortureClient client;
    private ReplicaLink link;
    private QueueReplica replica;

    public Stage(EtagKind etags)
    {
        Torture = new Torture(etags);
        link = new ReplicaLink(Torture.Store, Torture.History, network: Torture.Network);
        replica = Torture.NewReplica(link, "r1");
        client = new TortureClient(Torture, Current, new Random(1));
    }

    public Torture Torture { get; }

    /// <summary>The calls since <see cref="Fresh"/> without those of replicas that took over.</summary>
    public IReadOnlyList<string> Calls => first.Calls;

    private ReplicaLink first = null!;

    /// <summary>A fresh replica, which knows nothing, and to which something happens.</summary>
    public void Fresh(IFaults? faults)
    {
        first = link = new ReplicaLink(Torture.Store, Torture.History, faults, network: Torture.Network);
        replica = Torture.NewReplica(link, "r2");
    }

    /// <summary>Sends a command and answers its id.</summary>
    public async Task<string> SendAsync(string key, Func<Enqueue, Enqueue>? with = null, bool large = false, CommandState end = CommandState.Completed)
    {
        var command = QueueReplica.Command(parameters: $"{{\"k\":\"{key}\",\"x\":\"{new string('p', large ? 200 : 1)}\"}}", key: key);
        await AnsweredAsync(() => client.EnqueueAsync(with?.Invoke(command) ?? command));
        var id = Torture.Known[^1];
        promised[id] = (key, end);
        return id;
    }

    /// <summary>Changes what a command is promised to come to.</summary>
    public void Promise(string id, CommandState end) => promised[id] = (promised[id].Key, end);

    public async Task<IReadOnlyList<(string Id, string Token)>> ClaimAsync(int limit = 1, double seconds = 60)
    {
        var held = Torture.Claims.Count;
        (await client.ClaimAsync(limit, TimeSpan.FromSeconds(seconds)))();
        return [.. Torture.Claims.Skip(held)];
    }

    public Task ExtendAsync((string Id, string Token) claim) => AnsweredAsync(() => client.ExtendAsync(claim));

    public async Task ReleaseAsync((string Id, string Token) claim)
    {
        await AnsweredAsync(() => client.ReleaseAsync(claim));
        Torture.Claims.Remove(claim);
    }

    public async Task ResultAsync((string Id, string Token) claim)
    {
        await AnsweredAsync(() => client.ResultAsync(claim));
        promised[claim.Id] = (promised[claim.Id].Key, Torture.Results[claim.Token].State);
    }

    public async Task CancelAsync(string id)
    {
        await AnsweredAsync(() => client.CancelAsync(id));
        Promise(id, CommandState.Cancelled);
    }

    public Task DecideAsync(string id, bool approved) => AnsweredAsync(() => client.DecideAsync(id, approved));

    public Task<T> AskAsync<T>(QueueOperation<T> operation)
        where T : class => AgainAsync(() => Current().Queue.ExecuteAsync(Torture.Device, operation, TestContext.Current.CancellationToken));

    public Task FlushAsync() => AgainAsync(() => Current().Queue.FlushAsync(Torture.Device, TestContext.Current.CancellationToken));

    public void Pass(TimeSpan time) => Torture.Time.Advance(time);

    public async Task CloseAsync()
    {
        await Torture.CloseAsync();
        QueueVerdict.CheckStores(Torture.Device, Torture.Store, Torture.History);
        QueueVerdict.CheckAnswers(Torture.Log);
        var records = Torture.History.Records(Torture.Device);
        foreach (var (id, (key, state)) in promised)
        {
            // A result that is taken in the end may say success or failure.
            var came = records[id].State is CommandState.Failed ? CommandState.Completed : records[id].State;
            var meant = state is CommandState.Failed ? CommandState.Completed : state;
            Assert.True(came == meant, $"{key} came to {records[id].State}, not {state}.");
        }
    }

    private QueueReplica Current()
    {
        if (!link.IsDead) return replica;
        link = new ReplicaLink(Torture.Store, Torture.History, network: Torture.Network);
        return replica = Torture.NewReplica(link, "r3");
    }

    private async Task AnsweredAsync(Func<Task<Action>> ask)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            (await ask())();
            if (Torture.Log[^1].Answered is not null) return;
        }

        Assert.Fail("Nobody answers.");
    }

    private static async Task<T> AgainAsync<T>(Func<Task<T>> ask)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await ask();
            }
            catch (QueueUnavailableException) when (attempt < 5)
            {
            }
        }
    }
}
