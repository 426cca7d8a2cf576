using Gateway.Core.Commands;
using Gateway.Core.Ids;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue;

/// <summary>A device's queue for examples: operations in one line, the rest as usual.</summary>
internal sealed class TestDevice(QueueLimits? limits = null, bool audited = true)
{
    public const string Customer = "customer:c";
    public static readonly TimeSpan Visibility = TimeSpan.FromSeconds(30);

    /// <summary>A queue that spills from the fourth command on.</summary>
    public static readonly QueueLimits Small = new() { InlineText = 16, InlineEntries = 4, LaneEntries = 2, SegmentEntries = 5 };

    private int entropy;
    private int tokens;

    public StoredQueue Queue { get; } = new(limits ?? QueueLimits.Default, audited);

    public QueueHead Head => Queue.Head;

    public void Pass(TimeSpan time) => Queue.Now += time;

    public Enqueue NewCommand(string parameters = "{}", int priority = 5, string type = "run")
    {
        var bytes = new byte[SortableId.EntropyBytes];
        BitConverter.TryWriteBytes(bytes, entropy++);
        return new Enqueue { Type = type, Parameters = parameters, Priority = priority, By = Customer, Entropy = bytes };
    }

    /// <summary>Accepts a command and answers its id.</summary>
    public string Accept(Enqueue? command = null)
    {
        var outcome = Queue.Do(command ?? NewCommand());
        Assert.Equal(EnqueueStatus.Accepted, outcome.Status);
        return outcome.CommandId!;
    }

    public string[] AcceptMany(int count, Func<Enqueue>? make = null) => [.. Enumerable.Range(0, count).Select(_ => Accept(make?.Invoke()))];

    public string Open(TimeSpan? lifetime = null)
    {
        var id = $"session-{tokens++}";
        Assert.True(Queue.Do(new OpenSession(id, "c", "remediation", null, lifetime ?? TimeSpan.FromHours(2))).Opened);
        return id;
    }

    /// <summary>Accepts a command that waits for approval in a session.</summary>
    public string AcceptPending(string session, string parameters = "{}") =>
        Accept(NewCommand(parameters) with { SessionId = session, RequiresApproval = true });

    public DecisionOutcome Decide(string id, string session, bool approved = true, string? digest = null) =>
        Queue.Do(new DecideApproval { CommandId = id, SessionId = session, Approved = approved, Digest = digest, By = Customer });

    public ClaimCommands NewClaim(int count = 1, TimeSpan? visibility = null) => new()
    {
        Tokens = [.. Enumerable.Range(0, count).Select(_ => $"token-{tokens++}")],
        Visibility = visibility ?? Visibility,
        By = "device:d",
    };

    public IReadOnlyList<ClaimedCommand> Claim(int count = 1, TimeSpan? visibility = null) => Queue.Do(NewClaim(count, visibility)).Commands;

    public ClaimedCommand ClaimOne(TimeSpan? visibility = null) => Assert.Single(Claim(1, visibility));

    public static SubmitResult ResultOf(ClaimedCommand command, CommandState state = CommandState.Completed, string? output = "done") => new()
    {
        CommandId = command.Id,
        Token = command.Token,
        State = state,
        Status = state switch { CommandState.Completed => "success", CommandState.Failed => "failure", _ => "timeout" },
        Output = output,
        ExecutedAt = 1_767_225_600_000,
        DurationMs = 1.5,
        By = "device:d",
    };

    public ResultOutcome Finish(ClaimedCommand command, CommandState state = CommandState.Completed) => Queue.Do(ResultOf(command, state));

    /// <summary>Attaches a socket that replica <c>r1</c> holds.</summary>
    public AttachOutcome Attach(string connection, ReplicaBoot? holder = null) => Queue.Do(new AttachChannel(holder ?? new ReplicaBoot("r1", 1), connection));

    public DetachOutcome Detach(string connection, TimeSpan? grace = null) => Queue.Do(new DetachChannel(connection, grace));

    /// <summary>Gives a claim back.</summary>
    public ReleaseOutcome Release(string id, string token) => Queue.Do(new ReleaseClaim(id, token, "device:d"));

    public ReleaseOutcome Release(ClaimedCommand command) => Release(command.Id, command.Token);

    public ReleaseOutcome Release(QueueEntry entry) => Release(entry.Id, entry.Claim!.Token);

    /// <summary>What a connection holds, in the order in which it was pushed.</summary>
    public IReadOnlyList<QueueEntry> HeldBy(string connection) => [.. Head.Claimed.Where(entry => entry.Claim!.Connection == connection)];

    public CancelOutcome Cancel(string id, string? session = null) => Queue.Do(new CancelCommand(id, session, Customer, null));

    public Explanation Explain(string id, DateTimeOffset? offlineSince = null, bool neverSeen = false) =>
        Queue.Do(new ExplainCommand(id, offlineSince, neverSeen));

    /// <summary>A command's state by the queue itself.</summary>
    public CommandState? StateOf(string id) => Explain(id).State;

    /// <summary>Looks at the clock until there is nothing left to do.</summary>
    public void LookAtClock()
    {
        do Queue.Do(new LookAtClock(false));
        while (Head.Deadline() <= Queue.NowMs);
    }
}
