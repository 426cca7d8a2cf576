using System.Security.Cryptography;
using System.Text.Json;
using Gateway.Core.History;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Channels;
using Gateway.Queue.Commits;
using Gateway.Queue.Heads;
using Gateway.Queue.History;
using Gateway.Queue.Notices;
using Gateway.Queue.Observers;
using Gateway.Queue.Replicas;
using Gateway.TestKit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>One replica's queues over shared fakes. Dropping it and making another is a crash and a restart.</summary>
internal sealed class QueueReplica : IDeadlineArmer, IHostApplicationLifetime, IDisposable
{
    private readonly DocumentCache documents = new();
    private readonly CancellationTokenSource stopping = new();

    public QueueReplica(
        IHeadStore store,
        ICommandHistory history,
        TimeProvider time,
        string id = "r1",
        Action<QueueOptions>? configure = null,
        IReplicaStore? replicas = null,
        ILogger<Committer>? log = null)
    {
        var settings = new QueueOptions { ReplicaId = id };
        configure?.Invoke(settings);
        var options = Microsoft.Extensions.Options.Options.Create(settings);
        Registry = new ReplicaRegistry(replicas ?? new FakeReplicaStore(), time, options, NullLogger<ReplicaRegistry>.Instance);
        Held = new HeldChannels(Registry);
        Observers = new QueueObservers(
            new(() => [Held, Told]), new(() => [Told]), new(() => [Told]), NullLogger<QueueObservers>.Instance);
        var metrics = new QueueMetrics(Meters, NullLogger<QueueMetrics>.Instance);
        Committer = new Committer(store, documents, new EtagPredictor(), history, this, Registry, Observers, metrics, time, options, log ?? NullLogger<Committer>.Instance);
        Writer = new HistoryWriter(history, Committer, metrics, time, NullLogger<HistoryWriter>.Instance);
        Options = options;
        Queue = new CommandQueue(
            Committer, Writer, Registry, Wakes, Observers, metrics, time, options, this, NullLogger<CommandQueue>.Instance);
    }

    public Committer Committer { get; }

    /// <summary>The meters of this replica.</summary>
    public TestMeters Meters { get; } = new();

    public HistoryWriter Writer { get; }

    public RecordingWakes Wakes { get; } = new();

    public CommandQueue Queue { get; }

    public IOptions<QueueOptions> Options { get; }

    public ReplicaRegistry Registry { get; }

    public HeldChannels Held { get; }

    public QueueObservers Observers { get; }

    /// <summary>What the observers on this replica are told, and what they would send.</summary>
    public RecordingObserver Told { get; } = new();

    /// <summary>Every arming so far.</summary>
    public List<(string DeviceId, DateTimeOffset Due)> Armed { get; } = [];

    /// <summary>How often it was tried to arm.</summary>
    public int Arming { get; private set; }

    /// <summary>What an arming does; an exception is the arming's.</summary>
    public Func<DateTimeOffset, Task>? OnArm { get; set; }

    /// <summary>What an arming waits for.</summary>
    public Task Hang { get; set; } = Task.CompletedTask;

    /// <summary>Asked before every arming; an exception is the arming's.</summary>
    public Action? BeforeArm { get; set; }

    public CancellationToken ApplicationStarted => CancellationToken.None;

    public CancellationToken ApplicationStopping => stopping.Token;

    public CancellationToken ApplicationStopped => CancellationToken.None;

    public static Enqueue Command(string type = "t", string parameters = "{}", string? key = null, string? session = null, int priority = 5) => new()
    {
        Type = type,
        Parameters = parameters,
        By = "customer:c",
        IdempotencyKey = key,
        SessionId = session,
        Priority = priority,
        Entropy = RandomNumberGenerator.GetBytes(10),
    };

    public static ClaimCommands Claim(int limit = 1) => new()
    {
        Tokens = [.. Enumerable.Range(0, limit).Select(_ => Guid.NewGuid().ToString("N"))],
        Visibility = TimeSpan.FromMinutes(5),
        By = "device:d",
    };

    public static SubmitResult Result(ClaimedCommand command, string output = "done") => new()
    {
        CommandId = command.Id,
        Token = command.Token,
        State = Core.Commands.CommandState.Completed,
        Status = "success",
        Output = output,
        ExecutedAt = 1,
        DurationMs = 2,
        By = "device:d",
    };

    public Task<EnqueueOutcome> EnqueueAsync(string device, Enqueue command) => Queue.ExecuteAsync(device, command, TestContext.Current.CancellationToken);

    public async Task<ClaimedCommand> ClaimOneAsync(string device) =>
        Assert.Single((await Queue.ExecuteAsync(device, Claim(), TestContext.Current.CancellationToken)).Commands);

    public Task<ResultOutcome> ResultAsync(string device, ClaimedCommand command, string output = "done") =>
        Queue.ExecuteAsync(device, Result(command, output), TestContext.Current.CancellationToken);

    /// <summary>Enqueue, claim, extend, result, on the device <c>d</c>.</summary>
    public async Task CycleAsync(ManualTimeProvider time)
    {
        await EnqueueAsync("d", Command());
        var command = await ClaimOneAsync("d");
        time.Advance(TimeSpan.FromMilliseconds(10));
        await Queue.ExecuteAsync("d", new ExtendClaim(command.Id, command.Token, TimeSpan.FromMinutes(5)), TestContext.Current.CancellationToken);
        Assert.Equal(ResultStatus.Accepted, (await ResultAsync("d", command)).Status);
    }

    public async Task ArmAsync(string deviceId, DateTimeOffset due, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Arming++;
        await Hang;
        BeforeArm?.Invoke();
        if (OnArm is not null) await OnArm(due);
        lock (Armed) Armed.Add((deviceId, due));
    }

    public void StopApplication() => stopping.Cancel();

    public void Dispose()
    {
        Writer.Dispose();
        Meters.Dispose();
        documents.Dispose();
        stopping.Dispose();
    }

    /// <summary>Takes the notices that another replica has published for this one, as they come over the wire; answers how many.</summary>
    public int Receive(QueueReplica from)
    {
        var receiver = new NoticeReceiver(Queue, Observers);
        var notices = from.Wakes.TakeFor(Registry.Id!);
        foreach (var notice in notices)
            receiver.Receive(JsonSerializer.Deserialize<ReplicaNotice>(JsonSerializer.Serialize(notice, JsonSerializerOptions.Web), JsonSerializerOptions.Web)!);
        return notices.Count;
    }

    /// <summary>Gives a sign of life, and answers who this run is.</summary>
    public async Task<ReplicaBoot> LiveAsync()
    {
        await Registry.RenewAsync(TestContext.Current.CancellationToken);
        return Registry.Self!;
    }

    public async Task<AttachOutcome> AttachAsync(string device, string connection) =>
        await Queue.ExecuteAsync(device, new AttachChannel(Registry.Self ?? await LiveAsync(), connection), TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<ClaimedCommand>> ReadClaimsAsync(string device, string connection) =>
        await Queue.ReadClaimsAsync(device, connection, TestContext.Current.CancellationToken);

    internal sealed class RecordingWakes : IReplicaNotices
    {
        private readonly List<(string Replica, ReplicaNotice Notice)> all = [];

        /// <summary>Devices that a replica was asked to look at.</summary>
        public IReadOnlyList<(string Replica, string DeviceId)> Published
        {
            get { lock (all) return [.. all.Where(item => item.Notice.Kind == ReplicaNoticeKind.Look).Select(item => (item.Replica, item.Notice.DeviceId))]; }
        }

        /// <summary>How many notices nobody has taken yet.</summary>
        public int Count
        {
            get { lock (all) return all.Count; }
        }

        public IReadOnlyList<ReplicaNotice> TakeFor(string replica)
        {
            lock (all)
            {
                var taken = all.Where(item => item.Replica == replica).Select(item => item.Notice).ToList();
                all.RemoveAll(item => item.Replica == replica);
                return taken;
            }
        }

        public void Publish(string replica, ReplicaNotice notice)
        {
            lock (all) all.Add((replica, notice));
        }
    }
}
