using Gateway.Core.Commands;
using Gateway.Core.Queue.Operations;
using Gateway.Core.Verification;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>
/// One device, worked on by several replicas at once, with what goes wrong on the way, all decided by a seed; and what its clients
/// were answered, on one clock.
/// </summary>
internal sealed class Torture(EtagKind etags)
{
    public const string Device = "d";

    private readonly Lock gate = new();
    private readonly List<Observation> log = [];
    private readonly long epoch = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
    private long last;

    public FakeHeadStore Store { get; } = new() { Etags = etags };

    public FakeHistory History { get; } = new();

    public ImpatientTimeProvider Time { get; } = new();

    public ReminderBook Reminders { get; } = new();

    public Network Network { get; } = new();

    /// <summary>What every customer and device has sent, and may send again.</summary>
    public List<Enqueue> Sent { get; } = [];

    public List<string> Known { get; } = [];

    public List<string> Pending { get; } = [];

    public List<(string Id, string Token)> Claims { get; } = [];

    public Dictionary<string, SubmitResult> Results { get; } = [];

    public string? Session { get; set; }

    /// <summary>Whether a reminder may never fire at all.</summary>
    public bool LosesReminders { get; init; }

    /// <summary>Whether minutes may pass while a replica is at work.</summary>
    public bool StopsReplicas { get; init; }

    /// <summary>How many clients wait for an answer.</summary>
    public int UnderWay { get; set; }

    public IReadOnlyList<Observation> Log => log;

    /// <summary>A number that no other has.</summary>
    public int Next { get => ++field; private set; }

    /// <summary>The log's clock: it goes on with every look at it. What a client has under way at once looks at it at once.</summary>
    public long Now()
    {
        lock (gate) return last = Math.Max(last + 1, (Time.GetUtcNow().ToUnixTimeMilliseconds() - epoch) * 1_000);
    }

    public void Add(Observation observation) => log.Add(observation);

    /// <summary>A replica on its own way to the stores.</summary>
    public QueueReplica NewReplica(ReplicaLink link, string id, Func<DateTimeOffset, Task>? arm = null) => new(link, link, Time, id, options =>
    {
        options.Sizes = options.Sizes with { InlineText = 64, InlineEntries = 6, LaneEntries = 3, SegmentEntries = 5 };
        options.MaxAttempts = 3;
        options.ApprovalValidity = TimeSpan.FromMinutes(2);
    })
    {
        OnArm = arm ?? (due =>
        {
            link.Arm(() => Reminders.Set(due));
            return Task.CompletedTask;
        }),
    };

    /// <summary>Ends what has not ended, on a replica of its own that nothing happens to, and looks at everything.</summary>
    public async Task CloseAsync()
    {
        var link = new ReplicaLink(Store, History);
        var replica = NewReplica(link, "last");
        var client = new TortureClient(this, () => replica, new Random(1));
        for (var round = 0; ; round++)
        {
            Assert.True(round < 100, "The queue cannot be worked off.");
            await replica.Queue.FlushAsync(Device, TestContext.Current.CancellationToken);
            var head = Store.Head(Device);
            if (head.Session is { } session) await replica.Queue.ExecuteAsync(Device, new CloseSession(session.Id, "customer:c"), TestContext.Current.CancellationToken);
            foreach (var entry in head.Pending) (await client.CancelAsync(entry.Id))();
            (await client.ClaimAsync(10))();
            while (Claims.Count > 0) (await client.ResultAsync(Claims[^1]))();
            if (Store.Head(Device).Claimed.Length > 0) Time.Advance(TimeSpan.FromMinutes(6));
            if (Store.Head(Device) is { Length: 0, Session: null }) break;
        }

        // The commit after the last one drops what history has, and the documents with it.
        for (var i = 0; i < 2; i++)
        {
            await replica.Queue.FlushAsync(Device, TestContext.Current.CancellationToken);
            (await client.EnqueueAsync(QueueReplica.Command(parameters: "{\"k\":\"last\"}", key: "last")))();
            (await client.ClaimAsync(1))();
            while (Claims.Count > 0) (await client.ResultAsync(Claims[^1]))();
        }

        await replica.Queue.FlushAsync(Device, TestContext.Current.CancellationToken);
        await Store.IdleAsync();
        foreach (var id in History.Records(Device).Keys.Union(Known).ToList()) View(id);
    }

    private void View(string id)
    {
        var record = History.Records(Device).GetValueOrDefault(id);
        var sent = Now();
        Add(new ViewSeen
        {
            By = "customer:c",
            Device = Device,
            Sent = sent,
            Answered = Now(),
            Command = id,
            Status = record is null ? 404 : 200,
            State = record?.State,
            Attempt = record?.Attempt ?? 0,
            EndedAt = record?.EndedAt,
            // Of the texts that were kept, not of the digest that was.
            Result = record?.Result is { } result
                ? Digests.OfResult(result.Status, result.Output?.Text, result.Error?.Text, result.ExecutedAt, result.DurationMs)
                : null,
            Key = record?.Definition?.IdempotencyKey,
        });
    }
}

/// <summary>The reminder of the device, as Dapr's scheduler keeps it: the last one set counts, and it fires once.</summary>
internal sealed class ReminderBook
{
    public DateTimeOffset? Due { get; private set; }

    public void Set(DateTimeOffset due) => Due = due;

    public void Clear() => Due = null;
}
