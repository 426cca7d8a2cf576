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
        if (story.Grants.Find(grant => grant.Attempt > 1 || grant.Token != story.Grants[0].Token) is { } again)
            findings.Broken(HistoryRule.AtMostOnce, story.Id, $"It was handed out {story.Grants[^1].Attempt} times.", acceptance, story.Grants[0].Claim, again.Claim);
    }

    private static void CheckApproval(CommandStory story, EnqueueSeen acceptance, Findings findings)
    {
        findings.Checked(HistoryRule.Approval);
        foreach (var grant in story.Grants)
            if (!story.Decisions.Exists(decision => decision is { Approved: true, MayHaveTaken: true } && !grant.Claim.IsBefore(decision)))
                findings.Broken(HistoryRule.Approval, story.Id, "It was handed out although nobody had approved it.", acceptance, grant.Claim);
    }
}
