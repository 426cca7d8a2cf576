using System.Security.Cryptography;
using Gateway.Core.History;
using Gateway.Core.Queue.Operations;
using Gateway.Queue.Commits;
using Gateway.Queue.Heads;
using Gateway.Queue.History;
using Gateway.Queue.Wakes;
using Gateway.TestKit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>One replica's queues over shared fakes. Dropping it and making another is a crash and a restart.</summary>
internal sealed class QueueReplica : IDeadlineArmer, IHostApplicationLifetime, IDisposable
{
    private readonly DocumentCache documents = new();
    private readonly CancellationTokenSource stopping = new();

    public QueueReplica(IHeadStore store, ICommandHistory history, TimeProvider time, string id = "r1", Action<QueueOptions>? configure = null)
    {
        var settings = new QueueOptions { ReplicaId = id };
        configure?.Invoke(settings);
        var options = Options.Create(settings);
        Committer = new Committer(store, documents, new EtagPredictor(), history, this, time, options, NullLogger<Committer>.Instance);
        Writer = new HistoryWriter(history, Committer, time, NullLogger<HistoryWriter>.Instance);
        Queue = new CommandQueue(
            Committer, Writer, Wakes, time, options, this, NullLogger<CommandQueue>.Instance);
    }

    public Committer Committer { get; }

    public HistoryWriter Writer { get; }

    public RecordingWakes Wakes { get; } = new();

    public CommandQueue Queue { get; }

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
        documents.Dispose();
        stopping.Dispose();
    }

    internal sealed class RecordingWakes : IWakePublisher
    {
        public List<(string Replica, string DeviceId)> Published { get; } = [];

        public void Publish(string replica, string deviceId)
        {
            lock (Published) Published.Add((replica, deviceId));
        }
    }
}
