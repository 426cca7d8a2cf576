namespace Gateway.Core.Verification.Rules;

/// <summary>At most one live claim per command, judged by the server's own times: a claim is given when the one before is over.</summary>
internal static class ClaimRules
{
    private const HistoryRule Rule = HistoryRule.OneClaim;

    public static void Check(CommandStory story, ServerClock clock, Findings findings)
    {
        Grant? longest = null;
        for (var i = 0; i < story.Grants.Count; i++)
        {
            findings.Checked(Rule);
            var grant = story.Grants[i];
            var before = i > 0 ? story.Grants[i - 1] : null;
            if (before?.Attempt == grant.Attempt)
                findings.Broken(Rule, story.Id, $"Claim {grant.Attempt} was given twice.", before.Claim, grant.Claim);
            else if (before is not null && grant.Claim.IsBefore(before.Claim))
                findings.Broken(Rule, story.Id, $"Claim {grant.Attempt} was given before claim {before.Attempt}.", grant.Claim, before.Claim);
            else if (longest is not null && grant.GrantedAt + clock.Tolerance < longest.End)
                findings.Broken(
                    Rule, story.Id, $"Claim {grant.Attempt} was given {longest.End - grant.GrantedAt} ms before claim {longest.Attempt} was over.",
                    [longest.Claim, grant.Claim, .. story.Extensions.Where(e => e.Token == longest.Token && e.VisibleUntil == longest.End)]);
            if (longest is null || grant.End > longest.End) longest = grant;
        }

        foreach (var same in story.Grants.GroupBy(grant => grant.Token).Where(same => same.Count() > 1))
            findings.Broken(Rule, story.Id, "Two claims were given the same token.", same.First().Claim, same.Last().Claim);
    }
}
