namespace Gateway.Core.Verification.Rules;

/// <summary>To whom and under what conditions a command is handed out.</summary>
internal static class DeliveryRules
{
    public static void Check(CommandStory story, Findings findings)
    {
        if (story.Acceptance is not { } acceptance || story.Grants.Count == 0) return;
        findings.Checked(HistoryRule.OwnDevice);
        foreach (var grant in story.Grants)
            if (grant.Claim.Device != acceptance.Device)
                findings.Broken(HistoryRule.OwnDevice, story.Id, $"It was sent to {acceptance.Device} and handed to {grant.Claim.Device}.", acceptance, grant.Claim);
        if (story.AtMostOnce) CheckOnce(story, acceptance, findings);
        if (story.NeedsApproval) CheckApproval(story, acceptance, findings);
    }

    private static void CheckOnce(CommandStory story, EnqueueSeen acceptance, Findings findings)
    {
        findings.Checked(HistoryRule.AtMostOnce);
        Grant? before = null;
        foreach (var grant in story.Grants)
        {
            // A claim that nobody saw nobody can have given back.
            if (grant.Attempt != (before?.Attempt ?? 0) + 1 || !MayBeGivenBack(before, grant))
            {
                findings.Broken(
                    HistoryRule.AtMostOnce, story.Id, $"It was handed out {grant.Attempt} times, and not given back before.", acceptance, before?.Claim, grant.Claim);
                return;
            }

            before = grant;
        }

        bool MayBeGivenBack(Grant? held, Grant next) => held is null
            || story.Releases.Exists(release => release.MayHaveTaken && release.Token == held.Token && !next.Claim.IsBefore(release));
    }

    private static void CheckApproval(CommandStory story, EnqueueSeen acceptance, Findings findings)
    {
        findings.Checked(HistoryRule.Approval);
        foreach (var grant in story.Grants)
            if (!story.Decisions.Exists(decision => decision is { Approved: true, MayHaveTaken: true } && !grant.Claim.IsBefore(decision)))
                findings.Broken(HistoryRule.Approval, story.Id, "It was handed out although nobody had approved it.", acceptance, grant.Claim);
    }
}
