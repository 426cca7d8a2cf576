using Gateway.Core.Commands;
using Gateway.Core.Verification;

namespace Gateway.Core.Tests.Verification;

/// <summary>Ways to doctor a good log so that it breaks a rule for certain.</summary>
internal sealed class Mutations(IReadOnlyList<Observation> log, Random random)
{
    private readonly long end = log.Max(entry => entry.Answered ?? entry.Sent) + 1_000_000;

    public static IReadOnlyList<(HistoryRule Breaks, Func<Mutations, IEnumerable<Observation>?> Apply)> All { get; } =
    [
        (HistoryRule.Kept, m => m.Lose()),
        (HistoryRule.OneClaim, m => m.ClaimTwice()),
        (HistoryRule.ClaimLasts, m => m.RefuseALiveClaim()),
        (HistoryRule.StaleToken, m => m.AcceptAFormerToken()),
        (HistoryRule.StaleToken, m => m.AcceptAnInventedToken()),
        (HistoryRule.StaleToken, m => m.AcceptWhatWasGivenBack()),
        (HistoryRule.OneEnd, m => m.EndOtherwise()),
        (HistoryRule.OneEnd, m => m.ComeBackToLife()),
        (HistoryRule.ResultOnce, m => m.AcceptAnotherResult()),
        (HistoryRule.ResultOnce, m => m.RefuseTheSameResult()),
        (HistoryRule.OverIsOver, m => m.HandOutAfterTheEnd()),
        (HistoryRule.Order, m => m.PassOver()),
        (HistoryRule.Order, m => m.ReverseAnAnswer()),
        (HistoryRule.Idempotency, m => m.MakeASecondCommand()),
        (HistoryRule.Idempotency, m => m.AcceptOtherContent()),
        (HistoryRule.AtMostOnce, m => m.StartTwice()),
        (HistoryRule.AtMostOnce, m => m.ForgetThatItWasGivenBack()),
        (HistoryRule.Approval, m => m.ForgetTheApproval()),
        (HistoryRule.OwnDevice, m => m.HandToAStranger()),
        (HistoryRule.InFlight, m => m.PushPastTheCredit()),
    ];

    private IEnumerable<Observation>? PushPastTheCredit() => log.Concat(Enumerable.Range(0, HistoryRecorder.Credit + 1).Select(i => new PushSeen
    {
        By = "device",
        Device = "d1",
        Sent = end,
        Answered = end + (i * 300_000) + 10_000,
        Status = 200,
        Connection = "another",
        VisibilityMs = 60_000,
        Commands = [new GrantSeen { Command = $"another-{i}", Token = $"another-{i}", Attempt = 1, VisibleUntil = LogBook.Server + (end / 1_000) + (i * 300) + 60_000 }],
    }));

    private IEnumerable<Observation>? Lose() => Pick(Accepted()) is { } accepted
        ? log.Select(entry => entry is ViewSeen view && view.Command == accepted.Command
            ? view with { Status = 404, State = null, EndedAt = null, Result = null, Key = null }
            : entry)
        : null;

    private IEnumerable<Observation>? ClaimTwice() => PickGrant((_, grant) => !MayBeGivenBack(grant)) is var (claim, grant)
        ? log.Append(AfterClaim(claim, grant, at: 1, milliseconds: 1))
        : null;

    private IEnumerable<Observation>? RefuseALiveClaim() =>
        PickGrant((claim, grant) => !log.Any(entry => MayEnd(entry, grant.Command) && entry.Sent <= claim.Answered + 2)
            && !MayBeGivenBack(grant)
            && grant.VisibleUntil - GrantedAt(claim, grant) > 400) is var (claim, grant)
            ? log.Append(new ExtendSeen
            {
                By = "device",
                Device = claim.Device,
                Sent = claim.Answered!.Value + 1,
                Answered = claim.Answered + 2,
                Status = 403,
                Command = grant.Command,
                Token = grant.Token,
                ExtensionMs = 1,
            })
            : null;

    private IEnumerable<Observation>? AcceptAFormerToken() => PickGrant((_, grant) => grant.Attempt > 1) is var (claim, newer)
        && Grants().FirstOrDefault(other => other.Grant.Command == newer.Command && other.Grant.Attempt < newer.Attempt) is { Grant: { } former }
        ? log.Append(new ResultSeen
        {
            By = "device",
            Device = claim.Device,
            Sent = claim.Answered!.Value + 1,
            Answered = claim.Answered + 2,
            Status = 200,
            Command = newer.Command,
            Token = former.Token,
            Outcome = CommandState.Completed,
            Digest = "late",
        })
        : null;

    private IEnumerable<Observation>? AcceptAnInventedToken() => Pick(Results()) is { } result
        ? log.Select(entry => ReferenceEquals(entry, result) ? result with { Token = "invented" } : entry)
        : null;

    private IEnumerable<Observation>? EndOtherwise() => Pick(EndedViews()) is { } view
        ? log.Append(Later(view) with { State = view.State == CommandState.Failed ? CommandState.Cancelled : CommandState.Failed })
        : null;

    private IEnumerable<Observation>? ComeBackToLife() => Pick(EndedViews()) is { } view
        ? log.Append(Later(view) with { State = CommandState.Queued, EndedAt = null })
        : null;

    private IEnumerable<Observation>? AcceptAnotherResult() => Pick(Results()) is { } result
        ? log.Append(result with { Sent = end, Answered = end + 1, Digest = "another" })
        : null;

    private IEnumerable<Observation>? RefuseTheSameResult() => Pick(Results()) is { } result
        ? log.Append(result with { Sent = end, Answered = end + 1, Status = 409 })
        : null;

    private IEnumerable<Observation>? HandOutAfterTheEnd() => Pick(EndedViews()) is { EndedAt: { } ended } view
        ? log.Append(new ClaimSeen
        {
            By = "device",
            Device = view.Device,
            Sent = end,
            Answered = end + 1,
            Status = 200,
            VisibilityMs = 1_000,
            Commands = [new GrantSeen { Command = view.Command, Token = "after", VisibleUntil = ended + 100_000, Attempt = (view.Attempt ?? 0) + 1 }],
        })
        : null;

    private IEnumerable<Observation>? PassOver()
    {
        if (Pick(Grants()) is not { Claim: { } claim }) return null;
        var first = new EnqueueSeen
        {
            By = "customer:c",
            Device = claim.Device,
            Sent = 1,
            Answered = 2,
            Status = 201,
            Command = "the-first",
            Priority = 9,
            State = CommandState.Queued,
        };
        return log.Append(first).Append(new ViewSeen
        {
            By = "customer:c",
            Device = claim.Device,
            Sent = end,
            Answered = end + 1,
            Status = 200,
            Command = "the-first",
            State = CommandState.Queued,
            Attempt = 0,
        });
    }

    private IEnumerable<Observation>? ReverseAnAnswer()
    {
        var priorities = Accepted().DistinctBy(accepted => accepted.Command).ToDictionary(accepted => accepted.Command!, accepted => accepted.Priority);
        return Pick(log.OfType<ClaimSeen>().Where(claim => claim.Commands.Length > 1
            && claim.Commands.All(grant => priorities.ContainsKey(grant.Command))
            && priorities[claim.Commands[0].Command] > priorities[claim.Commands[^1].Command])) is { } claim
            ? log.Select(entry => ReferenceEquals(entry, claim) ? claim with { Commands = [.. claim.Commands.Reverse()] } : entry)
            : null;
    }

    private IEnumerable<Observation>? MakeASecondCommand() => Pick(Accepted()) is { } accepted
        ? log.Append(accepted with { Sent = end, Answered = end + 1, Command = "a-second" })
        : null;

    private IEnumerable<Observation>? AcceptOtherContent() => Pick(Accepted()) is { } accepted
        ? log.Append(accepted with { Sent = end, Answered = end + 1, Status = 200, Content = "changed" })
        : null;

    private IEnumerable<Observation>? StartTwice()
    {
        var once = Accepted().Where(accepted => accepted.AtMostOnce).Select(accepted => accepted.Command).ToHashSet();
        return PickGrant((_, grant) => once.Contains(grant.Command) && !MayBeGivenBack(grant)) is var (claim, grant)
            ? log.Append(AfterClaim(claim, grant, at: end, milliseconds: 60_000))
            : null;
    }

    private IEnumerable<Observation>? ForgetThatItWasGivenBack()
    {
        var once = Accepted().Where(accepted => accepted.AtMostOnce).Select(accepted => accepted.Command).ToHashSet();
        return PickGrant((_, grant) => once.Contains(grant.Command) && grant.Attempt > 1) is var (_, again)
            ? log.Where(entry => !(entry is ReleaseSeen release && release.Command == again.Command))
            : null;
    }

    private IEnumerable<Observation>? AcceptWhatWasGivenBack() => Pick(log.OfType<ReleaseSeen>().Where(release => release.Took)) is { } back
        ? log.Append(new ExtendSeen
        {
            By = "device",
            Device = back.Device,
            Sent = back.Answered!.Value + 1,
            Answered = back.Answered + 2,
            Status = 200,
            Command = back.Command,
            Token = back.Token,
            ExtensionMs = 1,
            VisibleUntil = LogBook.Server + (back.Answered / 1_000) + 1,
        })
        : null;

    private IEnumerable<Observation>? ForgetTheApproval()
    {
        var needing = Accepted().Where(accepted => accepted.NeedsApproval).Select(accepted => accepted.Command).ToHashSet();
        return PickGrant((_, grant) => needing.Contains(grant.Command)) is var (_, grant)
            ? log.Where(entry => !(entry is DecisionSeen decision && decision.Command == grant.Command))
            : null;
    }

    private IEnumerable<Observation>? HandToAStranger()
    {
        var accepted = Accepted().Select(accepted => accepted.Command).ToHashSet();
        return PickGrant((_, grant) => accepted.Contains(grant.Command)) is var (claim, _)
            ? log.Select(entry => ReferenceEquals(entry, claim) ? claim with { Device = "stranger" } : entry)
            : null;
    }

    private static ClaimSeen AfterClaim(ClaimSeen claim, GrantSeen grant, long at, long milliseconds) => claim with
    {
        Sent = claim.Answered!.Value + at,
        Answered = claim.Answered + at + 1,
        Commands = [grant with { Token = "once-more", Attempt = grant.Attempt + 1, VisibleUntil = GrantedAt(claim, grant) + milliseconds + claim.VisibilityMs, TimeoutMs = null }],
    };

    private static long GrantedAt(ClaimSeen claim, GrantSeen grant) =>
        grant.VisibleUntil - Math.Min(claim.VisibilityMs, grant.TimeoutMs ?? long.MaxValue);

    private static bool MayEnd(Observation entry, string command) => entry switch
    {
        ResultSeen result => result.Command == command,
        CancelSeen cancel => cancel.Command == command,
        ViewSeen view => view.Command == command && view.State?.IsTerminal() == true,
        _ => false,
    };

    private bool MayBeGivenBack(GrantSeen grant) => log.Any(entry => entry is ReleaseSeen { MayHaveTaken: true } release && release.Token == grant.Token);

    private ViewSeen Later(ViewSeen view) => view with { Sent = end, Answered = end + 1 };

    private IEnumerable<EnqueueSeen> Accepted() => log.OfType<EnqueueSeen>().Where(enqueue => enqueue is { Took: true, Command: not null });

    private IEnumerable<ResultSeen> Results() => log.OfType<ResultSeen>().Where(result => result.Took);

    private IEnumerable<ViewSeen> EndedViews() => log.OfType<ViewSeen>().Where(view => view.State?.IsTerminal() == true);

    private IEnumerable<(ClaimSeen Claim, GrantSeen Grant)> Grants() =>
        log.OfType<ClaimSeen>().SelectMany(claim => claim.Commands.Select(grant => (claim, grant)));

    private (ClaimSeen Claim, GrantSeen Grant)? PickGrant(Func<ClaimSeen, GrantSeen, bool>? where = null)
    {
        var fitting = Grants().Where(pair => where?.Invoke(pair.Claim, pair.Grant) ?? true).ToList();
        return fitting.Count == 0 ? null : fitting[random.Next(fitting.Count)];
    }

    private T? Pick<T>(IEnumerable<T> from)
    {
        var all = from.ToList();
        return all.Count == 0 ? default : all[random.Next(all.Count)];
    }
}
