namespace Gateway.Core.Verification.Rules;

/// <summary>
/// No claim gets a command while another that comes before it surely waits: one of a higher priority, or of the same and accepted
/// before the other was sent. A command surely waits from the word that it was accepted (approved; its claim over) until the next
/// claim on it leaves, when its attempts show that there was no claim in between that nobody saw.
/// </summary>
internal static class OrderRule
{
    private const HistoryRule Rule = HistoryRule.Order;

    public static void Check(string device, List<ClaimSeen> claims, ObservedHistory history, Findings findings)
    {
        var stories = claims.SelectMany(claim => claim.Commands).Select(seen => seen.Command)
            .Concat(history.SentTo(device)).Distinct().Select(id => history.Commands[id]).Where(story => story.Acceptance is not null);
        var mayHideClaims = claims.Exists(claim => claim.IsOpen || claim is PushSeen);
        var waiting = new WaitingCommands([.. stories.SelectMany(story => Waits.Of(story, mayHideClaims, history.Clock, findings))]);

        foreach (var claim in claims.Where(claim => claim.Answered is not null && claim.Commands.Length > 0).OrderBy(claim => claim.Sent))
        {
            waiting.AdvanceTo(claim.Sent);
            findings.Checked(Rule);
            if (!CheckAgainstWaiting(claim, waiting, history, findings)) continue;
            CheckWithin(claim, history, findings);
        }
    }

    private static bool CheckAgainstWaiting(ClaimSeen claim, WaitingCommands waiting, ObservedHistory history, Findings findings)
    {
        foreach (var seen in claim.Commands)
        {
            var story = history.Commands[seen.Command];
            if (story.Acceptance is not { } acceptance || story.FirstSent is not { } sent) continue;
            if (waiting.FirstBefore(acceptance.Priority, sent, claim.Answered!.Value) is not { } passed) continue;
            findings.Broken(
                Rule, passed.Story.Id,
                $"It waited (priority {passed.Acceptance.Priority}) while {seen.Command} (priority {acceptance.Priority}), which comes after it, was handed out.",
                passed.Acceptance, passed.Since, acceptance, claim, passed.UntilShownBy);
            return false;
        }

        return true;
    }

    private static void CheckWithin(ClaimSeen claim, ObservedHistory history, Findings findings)
    {
        for (var i = 1; i < claim.Commands.Length; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (first, second) = (history.Commands[claim.Commands[j].Command], history.Commands[claim.Commands[i].Command]);
                if (first.Acceptance is not { } a || second.Acceptance is not { } b) continue;
                if (b.Priority < a.Priority || (b.Priority == a.Priority && !(b.Answered < first.FirstSent))) continue;
                findings.Broken(Rule, second.Id, $"It was handed out after {first.Id} in one answer, but comes before it.", b, a, claim);
                return;
            }
        }
    }
}
