using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;
using Gateway.Core.Verification;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>
/// A customer and a device at random: they send, claim, extend, report, cancel, approve, and repeat what was not answered; and
/// time passes, reminders fire, sweeps come by. Every operation answers an action that notes what was seen: many may be under way
/// at once, and are noted in their order.
/// </summary>
internal sealed partial class TortureClient(Torture torture, Func<QueueReplica> replica, Random random, TurnScheduler? turns = null, Func<Task>? remind = null)
{
    private const string Device = Torture.Device;

    public async Task WorkAsync(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            Pass();
            torture.UnderWay++;
            if (random.Next(5) > 0) (await StepAsync())();
            else await BurstAsync();
            torture.UnderWay--;
        }
    }

    public Task<Action> EnqueueAsync(Enqueue command) => AskAsync(command, (outcome, sent, answered) =>
    {
        torture.Add(new EnqueueSeen
        {
            By = command.By,
            Device = Device,
            Sent = sent,
            Answered = answered,
            Status = outcome?.Status switch { null => null, EnqueueStatus.Accepted => 201, EnqueueStatus.AlreadyAccepted => 200, _ => 409 },
            State = outcome?.State,
            Key = command.IdempotencyKey,
            Content = command.Parameters,
            Priority = command.Priority,
            NeedsApproval = command.RequiresApproval,
            AtMostOnce = command.AtMostOnce,
            Command = outcome?.CommandId,
        });
        if (outcome?.Status is not (EnqueueStatus.Accepted or EnqueueStatus.AlreadyAccepted)) return;
        torture.Known.Add(outcome.CommandId!);
        if (outcome.State == CommandState.PendingApproval) torture.Pending.Add(outcome.CommandId!);
    });

    public async Task<Action> ClaimAsync(int limit, TimeSpan? visible = null)
    {
        var (request, visibility, notes) = ($"r{torture.Next}", visible ?? TimeSpan.FromMilliseconds(random.Next(500, 60_000)), new List<Action>());
        var interest = random.Next(4) == 0 ? "elsewhere" : null;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            // Tokens are fresh for every attempt; the request is the same until it is answered.
            var (claim, isAnswered) = (QueueReplica.Claim(limit) with { Visibility = visibility, RequestId = request, Interest = interest }, false);
            notes.Add(await AskAsync(() => SendAsync(claim), (outcome, sent, answered) => Note(claim, outcome, sent, answered), _ => isAnswered = true));
            if (isAnswered) break;
        }

        return () => notes.ForEach(note => note());
    }

    public async Task<Action> ResultAsync((string Id, string Token) claim)
    {
        torture.Claims.Remove(claim);
        var result = torture.Results.GetValueOrDefault(claim.Token) is { } same && random.Next(4) > 0 ? same : NewResult(claim);
        torture.Results[claim.Token] = result;
        return await AskAsync(result, (outcome, sent, answered) =>
        {
            if (outcome is null && random.Next(4) > 0) torture.Claims.Add(claim);
            torture.Add(new ResultSeen
            {
                By = result.By,
                Device = Device,
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
            });
        });
    }

    public Task<Action> CancelAsync(string id) => AskAsync(new CancelCommand(id, null, "customer:c", null), (outcome, sent, answered) =>
        torture.Add(new CancelSeen
        {
            By = "customer:c",
            Device = Device,
            Sent = sent,
            Answered = answered,
            Command = id,
            State = outcome?.State,
            Status = outcome?.Status switch { null => null, CancelStatus.NotFound => 404, _ => outcome.State == CommandState.Cancelled ? 200 : 409 },
        }));

    /// <summary>Some at once: one begins, the others come while it is under way and are committed together.</summary>
    private async Task BurstAsync()
    {
        var under = new List<Task<Action>>();
        if (turns is null) under.Add(StepAsync());
        else
        {
            await turns.BurstAsync(
                () =>
                {
                    under.Add(EnqueueAsync(NewCommand()));
                    return under[0];
                },
                () =>
                {
                    for (var i = random.Next(1, 5); i > 0; i--) under.Add(StepAsync());
                });
        }

        foreach (var note in await Task.WhenAll(under)) note();
    }

    private Task<Action> StepAsync() => random.Next(100) switch
    {
        < 28 => EnqueueAsync(torture.Sent.Count > 0 && random.Next(4) == 0 ? Pick(torture.Sent) : NewCommand()),
        < 48 => ClaimAsync(random.Next(1, 5)),
        < 56 when torture.Claims.Count > 0 => ExtendAsync(Pick(torture.Claims)),
        < 60 when torture.Claims.Count > 0 => ReleaseAsync(Pick(torture.Claims)),
        < 74 when torture.Claims.Count > 0 => ResultAsync(Pick(torture.Claims)),
        < 77 when torture.Results.Count > 0 => RepeatAsync(Pick([.. torture.Results.Values])),
        < 80 when torture.Known.Count > 0 => CancelAsync(Pick(torture.Known)),
        < 86 when torture.Pending.Count > 0 => DecideAsync(Pick(torture.Pending), approved: random.Next(5) > 0),
        < 89 => SessionAsync(),
        < 95 => RemindAsync(),
        _ => QuietlyAsync(() => replica().Queue.FlushAsync(Device, TestContext.Current.CancellationToken)),
    };

    /// <summary>
    /// Mostly little time, seldom much. While a call is under way much time means that its replica was stopped meanwhile, which is one
    /// of the things that go wrong.
    /// </summary>
    private void Pass() => torture.Time.Advance(TimeSpan.FromMilliseconds(random.Next(40) switch
    {
        0 when torture.StopsReplicas || torture.UnderWay == 0 => random.Next(400_000),
        < 5 when torture.StopsReplicas || torture.UnderWay == 0 => random.Next(20_000),
        _ => random.Next(300),
    }));

    private Task<ClaimOutcome> SendAsync(ClaimCommands claim) => claim.Interest is null
        ? replica().Queue.ClaimAsync(Device, () => claim, TimeSpan.Zero, TestContext.Current.CancellationToken)
        : replica().Queue.ExecuteAsync(Device, claim, TestContext.Current.CancellationToken);

    private void Note(ClaimCommands claim, ClaimOutcome? outcome, long sent, long? answered)
    {
        torture.Add(new ClaimSeen
        {
            By = claim.By,
            Device = Device,
            Sent = sent,
            Answered = answered,
            Status = outcome is null ? null : 200,
            VisibilityMs = (long)claim.Visibility.TotalMilliseconds,
            Request = claim.RequestId,
            Commands = outcome is null ? [] : [.. outcome.Commands.Select(command => new GrantSeen
            {
                Command = command.Id,
                Token = command.Token,
                VisibleUntil = command.VisibleUntil,
                Attempt = command.Attempt,
                TimeoutMs = command.TimeoutMs,
                Key = KeyIn(command.Parameters),
            })],
        });
        if (outcome is not null) torture.Claims.AddRange(outcome.Commands.Select(command => (command.Id, command.Token)));
    }

    public Task<Action> ExtendAsync((string Id, string Token) claim)
    {
        var by = random.Next(200, 60_000);
        return AskAsync(new ExtendClaim(claim.Id, claim.Token, TimeSpan.FromMilliseconds(by)), (outcome, sent, answered) => torture.Add(new ExtendSeen
        {
            By = "device:d",
            Device = Device,
            Sent = sent,
            Answered = answered,
            Command = claim.Id,
            Token = claim.Token,
            ExtensionMs = by,
            Status = outcome?.Status switch { null => null, ClaimStatus.Live => 200, ClaimStatus.NotFound => 404, _ => 403 },
            State = outcome?.Ended,
            VisibleUntil = outcome?.VisibleUntil,
        }));
    }

    public Task<Action> ReleaseAsync((string Id, string Token) claim) =>
        AskAsync(new ReleaseClaim(claim.Id, claim.Token, "device:d"), (outcome, sent, answered) =>
        {
            // Kept now and then: what was given back must be worth nothing.
            if (outcome is not null && random.Next(4) > 0) torture.Claims.Remove(claim);
            torture.Add(new ReleaseSeen
            {
                By = "device:d",
                Device = Device,
                Sent = sent,
                Answered = answered,
                Command = claim.Id,
                Token = claim.Token,
                Status = outcome?.Status switch
                {
                    null => null,
                    ReleaseStatus.Released or ReleaseStatus.Repeated => 200,
                    ReleaseStatus.NotFound => 404,
                    _ => 403,
                },
                State = outcome?.State,
            });
        });

    private Task<Action> RepeatAsync(SubmitResult result) => ResultAsync((result.CommandId, result.Token));

    public Task<Action> DecideAsync(string id, bool approved)
    {
        torture.Pending.Remove(id);
        var session = torture.Store.Head(Device).Pending.FirstOrDefault(entry => entry.Id == id)?.Definition.SessionId;
        var decide = new DecideApproval { CommandId = id, SessionId = session!, Approved = approved, By = "customer:c" };
        return AskAsync(decide, (outcome, sent, answered) => torture.Add(new DecisionSeen
        {
            By = "customer:c",
            Device = Device,
            Sent = sent,
            Answered = answered,
            Command = id,
            Approved = approved,
            State = outcome?.State,
            Status = outcome?.Status switch { null => null, DecisionStatus.Decided => 200, DecisionStatus.NotFound => 404, _ => 409 },
        }));
    }

    private async Task<Action> SessionAsync()
    {
        if (torture.Session is { } open && random.Next(2) == 0)
            return await QuietlyAsync(() => replica().Queue.ExecuteAsync(Device, new CloseSession(open, "customer:c"), TestContext.Current.CancellationToken));
        var session = new OpenSession($"s{torture.Next}", "c", "diagnostic", null, TimeSpan.FromSeconds(random.Next(5, 120)));
        return await QuietlyAsync(async () =>
            torture.Session = (await replica().Queue.ExecuteAsync(Device, session, TestContext.Current.CancellationToken)).SessionId);
    }

    /// <summary>The reminder fires: when it is due, late, for nothing, twice, or never.</summary>
    private Task<Action> RemindAsync()
    {
        if (remind is not null) return QuietlyAsync(remind);
        var isDue = torture.Reminders.Due <= torture.Time.GetUtcNow();
        if (!isDue && random.Next(4) > 0) return Task.FromResult(() => { });
        if (isDue && random.Next(3) > 0) torture.Reminders.Clear();
        if (isDue && torture.LosesReminders && random.Next(3) == 0) return Task.FromResult(() => { });
        return QuietlyAsync(() => replica().Queue.ExecuteAsync(Device, new LookAtClock(ReminderFired: true), TestContext.Current.CancellationToken));
    }

    private static async Task<Action> QuietlyAsync(Func<Task> body)
    {
        try
        {
            await body();
        }
        catch (QueueUnavailableException)
        {
            // Nobody was promised anything.
        }

        return () => { };
    }

    private Task<Action> AskAsync<TOutcome>(QueueOperation<TOutcome> operation, Action<TOutcome?, long, long?> note)
        where TOutcome : class =>
        AskAsync(() => replica().Queue.ExecuteAsync(Device, operation, TestContext.Current.CancellationToken), note);

    private async Task<Action> AskAsync<TOutcome>(Func<Task<TOutcome>> ask, Action<TOutcome?, long, long?> note, Action<TOutcome>? answered = null)
        where TOutcome : class
    {
        var sent = torture.Now();
        TOutcome? outcome = null;
        try
        {
            outcome = await ask();
            answered?.Invoke(outcome);
        }
        catch (QueueUnavailableException)
        {
            // Nobody knows whether it took effect.
        }

        return () => note(outcome, sent, outcome is null ? null : torture.Now());
    }

    private T Pick<T>(List<T> from) => from[random.Next(from.Count)];
}
