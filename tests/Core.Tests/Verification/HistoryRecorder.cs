using Gateway.Core.Commands;
using Gateway.Core.Ids;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Core.Tests.Queue;
using Gateway.Core.Verification;

namespace Gateway.Core.Tests.Verification;

/// <summary>
/// Customers and devices at random on real queues, and what they would have seen of it: requests overlap, and of some no answer comes,
/// whether they took effect or not. It ends when everything has ended and was looked at.
/// </summary>
internal sealed class HistoryRecorder(int seed)
{
    /// <summary>Most commands in the hands of a connection.</summary>
    public const int Credit = 3;

    private static readonly QueueLimits Limits = new()
    {
        MaxAttempts = 4,
        MaxClaims = 8,
        ApprovalValidity = TimeSpan.FromHours(1),
        MaxInFlight = Credit,
        PushVisibility = TimeSpan.FromSeconds(3),
        ReconnectGrace = TimeSpan.FromSeconds(1),
    };

    private readonly Random random = new(seed);
    private readonly List<Observation> log = [];
    private readonly Desk[] desks = [new("d1"), new("d2")];
    private long now = 1_000_000;
    private int tokens;
    private int keys;
    private byte entropy;

    /// <summary>The same seed, the same log.</summary>
    public static IReadOnlyList<Observation> Record(int seed, int steps)
    {
        var recorder = new HistoryRecorder(seed);
        for (var i = 0; i < steps; i++) recorder.Step();
        recorder.Drain();
        return recorder.log;
    }

    private void Step()
    {
        now += random.Next(20) == 0 ? random.Next(3_000_000) : random.Next(40_000);
        var desk = desks[random.Next(desks.Length)];
        switch (random.Next(112))
        {
            case >= 106: Release(desk); break;
            case >= 103: Attach(desk); break;
            case >= 100: Lose(desk); break;
            case < 30: Enqueue(desk); break;
            case < 52: Claim(desk); break;
            case < 62: Extend(desk); break;
            case < 82: Result(desk); break;
            case < 86: Cancel(desk, Pick(desk.Known)); break;
            case < 94: Decide(desk, Pick(desk.Pending)); break;
            default: View(desk, Pick(desk.Known)); break;
        }
    }

    private void Enqueue(Desk desk)
    {
        var enqueue = desk.Sent.Count > 0 && random.Next(3) == 0 ? Pick(desk.Sent)! : NewCommand();
        if (random.Next(10) == 0) enqueue = enqueue with { Parameters = "{\"n\":\"other\"}" };
        desk.Sent.Add(enqueue);
        Ask(desk, enqueue, (outcome, sent, answered) => new EnqueueSeen
        {
            By = "customer:c",
            Device = desk.Id,
            Sent = sent,
            Answered = answered,
            Status = outcome?.Status switch { null => null, EnqueueStatus.Accepted => 201, EnqueueStatus.AlreadyAccepted => 200, _ => 409 },
            State = outcome?.State,
            Key = enqueue.IdempotencyKey,
            Content = enqueue.Parameters,
            Priority = enqueue.Priority,
            NeedsApproval = enqueue.RequiresApproval,
            AtMostOnce = enqueue.AtMostOnce,
            Command = outcome?.CommandId,
        }, outcome =>
        {
            if (outcome.CommandId is null) return;
            desk.Known.Add(outcome.CommandId);
            if (outcome.State == CommandState.PendingApproval) desk.Pending.Add(outcome.CommandId);
        });
    }

    private Enqueue NewCommand() => new()
    {
        Type = "work",
        Parameters = $"{{\"n\":{random.Next(3)}}}",
        Priority = random.Next(4, 7),
        By = "customer:c",
        RequiresApproval = random.Next(5) == 0,
        AtMostOnce = random.Next(6) == 0,
        IdempotencyKey = $"key-{keys++}",
        TimeoutMs = random.Next(6) == 0 ? random.Next(500, 4_000) : null,
        Entropy = new byte[SortableId.EntropyBytes - 1].Append(entropy++).ToArray(),
    };

    private void Claim(Desk desk, bool surely = false)
    {
        var claim = new ClaimCommands
        {
            Tokens = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => $"token-{tokens++}")],
            Visibility = TimeSpan.FromMilliseconds(random.Next(500, 4_000)),
            By = "device",
        };
        Ask(desk, claim, (outcome, sent, answered) => new ClaimSeen
        {
            By = "device",
            Device = desk.Id,
            Sent = sent,
            Answered = answered,
            Status = outcome is null ? null : 200,
            VisibilityMs = (long)claim.Visibility.TotalMilliseconds,
            Commands = outcome is null ? [] :
            [
                .. outcome.Commands.Select(command => new GrantSeen
                {
                    Command = command.Id, Token = command.Token, VisibleUntil = command.VisibleUntil, Attempt = command.Attempt,
                    TimeoutMs = command.TimeoutMs,
                }),
            ],
        }, outcome => desk.Claims.AddRange(outcome.Commands.Select(command => (command.Id, command.Token))), surely);
    }

    private void Attach(Desk desk)
    {
        if (desk.Connection is not null && random.Next(2) == 0) Lose(desk);
        desk.Connection = $"conn-{tokens++}";
        desk.AttachedBy = now;
        desk.Shown.Clear();
        desk.Queue.Now = ServerTime();
        desk.Queue.Commit([new AttachChannel(new ReplicaBoot("r", 1), desk.Connection)], (Fault)random.Next(4));
        Deliver(desk);
    }

    /// <summary>The socket dies; the server notices at once, or only when the device has come back or its claims have ended by themselves.</summary>
    private void Lose(Desk desk)
    {
        if (desk.Connection is not { } connection) return;
        log.Add(new LostSeen
        {
            By = "device",
            Device = desk.Id,
            Sent = desk.AttachedBy,
            Answered = now + 1 + random.Next(20_000),
            Connection = connection,
            GraceMs = (long)Limits.ReconnectGrace.TotalMilliseconds,
        });
        desk.Connection = null;
        if (random.Next(3) == 0) return;
        desk.Queue.Now = ServerTime();
        desk.Queue.Commit([new DetachChannel(connection)], (Fault)random.Next(4));
    }

    /// <summary>What the head says that the connection holds goes over it, once; now and then the socket dies instead.</summary>
    private void Deliver(Desk desk)
    {
        if (desk.Connection is not { } connection) return;
        foreach (var entry in desk.Queue.Head.Claimed.Where(entry => entry.Claim!.Connection == connection && desk.Shown.Add(entry.Claim.Token)))
        {
            if (random.Next(12) == 0)
            {
                Lose(desk);
                return;
            }

            log.Add(new PushSeen
            {
                By = "device",
                Device = desk.Id,
                Sent = desk.AttachedBy,
                Answered = now + 1 + random.Next(20_000),
                Status = 200,
                Connection = connection,
                VisibilityMs = (long)Limits.PushVisibility.TotalMilliseconds,
                Commands =
                [
                    new GrantSeen
                    {
                        Command = entry.Id, Token = entry.Claim!.Token, VisibleUntil = entry.Claim.VisibleUntil, Attempt = entry.Attempt,
                        TimeoutMs = entry.Definition.TimeoutMs,
                    },
                ],
            });
            if (!desk.Claims.Contains((entry.Id, entry.Claim.Token))) desk.Claims.Add((entry.Id, entry.Claim.Token));
        }

        desk.AttachedBy = now;
    }

    private void Extend(Desk desk)
    {
        if (desk.Claims.Count == 0) return;
        var (id, token) = Pick(desk.Claims);
        var by = random.Next(200, 4_000);
        Ask(desk, new ExtendClaim(id, token, TimeSpan.FromMilliseconds(by)), (outcome, sent, answered) => new ExtendSeen
        {
            By = "device",
            Device = desk.Id,
            Sent = sent,
            Answered = answered,
            Command = id,
            Token = token,
            ExtensionMs = by,
            Status = outcome?.Status switch { null => null, ClaimStatus.Live => 200, ClaimStatus.NotFound => 404, _ => 403 },
            State = outcome?.Ended,
            VisibleUntil = outcome?.VisibleUntil,
        });
    }

    private void Release(Desk desk)
    {
        if (desk.Claims.Count == 0) return;
        var (id, token) = random.Next(3) == 0 ? Pick(desk.Claims) : desk.Claims[^1];
        Ask(desk, new ReleaseClaim(id, token, "device"), (outcome, sent, answered) => new ReleaseSeen
        {
            By = "device",
            Device = desk.Id,
            Sent = sent,
            Answered = answered,
            Command = id,
            Token = token,
            Status = outcome?.Status switch
            {
                null => null,
                ReleaseStatus.Released or ReleaseStatus.Repeated => 200,
                ReleaseStatus.NotFound => 404,
                _ => 403,
            },
            State = outcome?.State,
        });
    }

    private void Result(Desk desk, bool surely = false)
    {
        if (desk.Claims.Count == 0) return;
        var (id, token) = random.Next(3) == 0 ? Pick(desk.Claims) : desk.Claims[^1];
        Send(desk, desk.Results.GetValueOrDefault(token) is { } sent && random.Next(4) > 0 ? sent : NewResult(id, token), surely);
    }

    private SubmitResult NewResult(string id, string token)
    {
        var (state, status) = random.Next(2) == 0 ? (CommandState.Completed, "success") : (CommandState.Failed, "failure");
        return new SubmitResult
        {
            CommandId = id,
            Token = token,
            State = state,
            Status = status,
            Output = $"{random.Next(3)}",
            ExecutedAt = 1,
            DurationMs = 1,
            By = "device",
        };
    }

    private void Send(Desk desk, SubmitResult result, bool surely)
    {
        desk.Results[result.Token] = result;
        Ask(desk, result, (outcome, sent, answered) => new ResultSeen
        {
            By = "device",
            Device = desk.Id,
            Sent = sent,
            Answered = answered,
            Command = result.CommandId,
            Token = result.Token,
            Status = outcome?.Status switch
            {
                null => null,
                ResultStatus.Accepted or ResultStatus.Repeated => 200,
                ResultStatus.AlreadyEnded => 409,
                ResultStatus.StaleClaim => 403,
                _ => 404,
            },
            State = outcome?.State,
            Outcome = result.State,
            Digest = Digests.OfResult(result.Status, result.Output, result.Error, result.ExecutedAt, result.DurationMs),
        }, surely: surely);
    }

    private void Cancel(Desk desk, string? id, bool surely = false)
    {
        if (id is null) return;
        Ask(desk, new CancelCommand(id, null, "customer:c", null), (outcome, sent, answered) => new CancelSeen
        {
            By = "customer:c",
            Device = desk.Id,
            Sent = sent,
            Answered = answered,
            Command = id,
            State = outcome?.State,
            Status = outcome is null ? null : outcome.State == CommandState.Cancelled ? 200 : 409,
        }, surely: surely);
    }

    private void Decide(Desk desk, string? id)
    {
        if (id is null) return;
        var approved = random.Next(5) > 0;
        Ask(desk, new DecideApproval { CommandId = id, SessionId = null!, Approved = approved, By = "customer:c" }, (outcome, sent, answered) => new DecisionSeen
        {
            By = "customer:c",
            Device = desk.Id,
            Sent = sent,
            Answered = answered,
            Command = id,
            Approved = approved,
            State = outcome?.State,
            Status = outcome?.Status switch { null => null, DecisionStatus.Decided => 200, DecisionStatus.NotFound => 404, _ => 409 },
        });
    }

    private void View(Desk desk, string? id)
    {
        if (id is null) return;
        desk.Queue.Now = ServerTime();
        desk.Queue.Flush();
        var record = desk.Queue.History.Find(id);
        log.Add(new ViewSeen
        {
            By = "customer:c",
            Device = desk.Id,
            Sent = now - random.Next(1_000),
            Answered = now + 1 + random.Next(1_000),
            Command = id,
            Status = record is null ? 404 : 200,
            State = record?.State,
            Attempt = record?.Attempt ?? 0,
            EndedAt = record?.EndedAt,
            Result = record?.Result?.Digest,
            Key = record?.Definition?.IdempotencyKey,
        });
    }

    private void Drain()
    {
        foreach (var desk in desks)
        {
            Lose(desk);
            desk.Queue.Now = ServerTime();
            if (desk.Queue.Head.Channel is { } channel) desk.Queue.Do(new DetachChannel(channel.Connection));
            now += 60_000_000;
            desk.Queue.Now = ServerTime();
            desk.Queue.Do(new LookAtClock(false));
            foreach (var id in desk.Pending.ToList()) Cancel(desk, id, surely: true);
            while (desk.Queue.Head.Waiting > 0)
            {
                now += 10_000;
                var before = desk.Claims.Count;
                Claim(desk, surely: true);
                foreach (var (id, token) in desk.Claims.Skip(before).ToList())
                {
                    now += 10_000;
                    Send(desk, NewResult(id, token), surely: true);
                }
            }

            now += 60_000_000;
            desk.Queue.Now = ServerTime();
            desk.Queue.Do(new LookAtClock(false));
            desk.Queue.Flush();
            // An unanswered request may have made commands that nobody knows; who waits for approval goes with them.
            foreach (var entry in desk.Queue.Head.Pending) Cancel(desk, entry.Id, surely: true);
            desk.Queue.Flush();
            foreach (var id in desk.Queue.History.Events.Select(e => e.CommandId).OfType<string>().Distinct().ToList()) View(desk, id);
        }
    }

    /// <summary>Makes a request: it may be lost on the way there, or its answer on the way back.</summary>
    private void Ask<TOutcome>(
        Desk desk, QueueOperation<TOutcome> operation, Func<TOutcome?, long, long?, Observation> seen, Action<TOutcome>? known = null, bool surely = false)
        where TOutcome : class
    {
        var sent = now - random.Next(20_000);
        var fate = surely ? 99 : random.Next(100);
        if (fate < 6)
        {
            log.Add(seen(null, sent, null));
            return;
        }

        desk.Queue.Now = ServerTime();
        var outcome = (TOutcome)desk.Queue.Commit([operation], (Fault)random.Next(4))[0];
        Deliver(desk);
        if (fate < 12)
        {
            log.Add(seen(null, sent, null));
            return;
        }

        log.Add(seen(outcome, sent, now + 1 + random.Next(20_000)));
        known?.Invoke(outcome);
    }

    private DateTimeOffset ServerTime() => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMilliseconds(now / 1_000);

    private T? Pick<T>(List<T> from) => from.Count == 0 ? default : from[random.Next(from.Count)];

    /// <summary>A device's queue and what its clients know.</summary>
    private sealed class Desk(string id)
    {
        public string Id { get; } = id;

        public StoredQueue Queue { get; } = new(Limits, audited: false);

        public List<Enqueue> Sent { get; } = [];

        public List<string> Known { get; } = [];

        public List<string> Pending { get; } = [];

        public List<(string Id, string Token)> Claims { get; } = [];

        public Dictionary<string, SubmitResult> Results { get; } = [];

        /// <summary>The device's connection; null: it has none.</summary>
        public string? Connection { get; set; }

        /// <summary>When the connection surely was attached, in microseconds.</summary>
        public long AttachedBy { get; set; }

        /// <summary>Tokens of claims that came over the connection.</summary>
        public HashSet<string> Shown { get; } = [];
    }
}
