using Gateway.Core.Commands;

namespace Gateway.Core.Verification.Rules;

/// <summary>A time in which a command surely waited to be claimed, in microseconds of the log.</summary>
/// <param name="Story">The command.</param>
/// <param name="Acceptance">The word that it was accepted.</param>
/// <param name="Since">The entry that shows the beginning.</param>
/// <param name="From">When it began.</param>
/// <param name="Until">When it ended.</param>
/// <param name="UntilShownBy">The entry that shows that it still waited at the end.</param>
internal sealed record Wait(CommandStory Story, EnqueueSeen Acceptance, Observation Since, long From, long Until, Observation UntilShownBy);

/// <summary>Finds the times in which a command surely waited.</summary>
internal static class Waits
{
    private const HistoryRule Rule = HistoryRule.Order;

    public static IEnumerable<Wait> Of(CommandStory story, bool mayHideClaims, ServerClock clock, Findings findings)
    {
        var acceptance = story.Acceptance!;
        if (Begin(story, acceptance) is not { Answered: { } begun } since)
        {
            if (story.Decisions.Count > 1) findings.Undecided(Rule, "approved more than once");
            yield break;
        }

        long? from = begun;
        var attempts = 0;
        foreach (var grant in story.Grants)
        {
            if (from is { } known && grant.Attempt == attempts + 1)
                yield return new Wait(story, acceptance, since, known, grant.Claim.Sent, grant.Claim);
            else if (grant.Attempt > attempts + 1)
                findings.Undecided(Rule, "claimed in an answer that nobody saw");
            attempts = grant.Attempt;
            since = grant.Claim;
            from = clock.IsKnown ? clock.SurelyPast(grant.LatestEnd) : null;
            if (grant.GivenBack is { Answered: { } answered } back && !(from < answered)) (since, from) = (back, answered);
        }

        if (from is { } last && Last(story, attempts, last, mayHideClaims, clock) is var (until, shown))
            yield return new Wait(story, acceptance, since, last, until, shown);
    }

    private static Observation? Begin(CommandStory story, EnqueueSeen acceptance)
    {
        if (!story.NeedsApproval) return acceptance;
        var approvals = story.Decisions.FindAll(decision => decision is { Approved: true, MayHaveTaken: true });
        return approvals is [{ Took: true } only] ? only : null;
    }

    /// <summary>The time after the last claim: until a look still found it waiting, or until it ended without being claimed.</summary>
    private static (long Until, Observation Shown)? Last(CommandStory story, int attempts, long from, bool mayHideClaims, ServerClock clock)
    {
        var view = story.Views.FindLast(view => view.Took && view.Sent > from);
        if (view is null || (view.Attempt ?? (mayHideClaims ? -1 : attempts)) != attempts) return null;
        if (view.State == CommandState.Queued) return (view.Sent, view);
        return view is { State: CommandState.Cancelled, EndedAt: { } ended } && !story.NeedsApproval && clock.IsKnown
            ? (clock.SurelyBefore(ended), view)
            : null;
    }
}
