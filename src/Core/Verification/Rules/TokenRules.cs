namespace Gateway.Core.Verification.Rules;

/// <summary>A claim token is accepted while its claim lasts, and only then.</summary>
internal static class TokenRules
{
    public static void Check(CommandStory story, ServerClock clock, Findings findings)
    {
        var grants = new Dictionary<string, Grant>();
        foreach (var grant in story.Grants) grants.TryAdd(grant.Token, grant);
        var succeeded = FirstWordOfANewerClaim(story);

        foreach (var extension in story.Extensions)
            Check(story, extension, extension, grants.GetValueOrDefault(extension.Token), succeeded, clock, findings);
        // The same word again is answered the same long after: only the first that may have been taken counts.
        foreach (var same in story.Results.GroupBy(result => (result.Token, result.Digest)))
            CheckRepeated([.. same], grants.GetValueOrDefault(same.Key.Token));
        foreach (var same in story.Releases.GroupBy(release => release.Token))
            CheckRepeated([.. same], grants.GetValueOrDefault(same.Key));

        void CheckRepeated(IReadOnlyList<Observation> words, Grant? grant)
        {
            var first = words.Where(word => word.MayHaveTaken).MinBy(word => word.Sent);
            foreach (var word in words) Check(story, word, word.Took ? first! : word, grant, succeeded, clock, findings);
        }
    }

    // "first" is the earliest request that may have had the effect that "answer" tells of.
    private static void Check(
        CommandStory story, Observation answer, Observation first, Grant? grant, Dictionary<int, Observation> succeeded, ServerClock clock,
        Findings findings)
    {
        if (answer.Took) CheckAccepted(story, answer, first, grant, succeeded, clock, findings);
        else if (answer.Status is 403 or 404 or 409) CheckRefused(story, answer, grant, clock, findings);
    }

    private static void CheckAccepted(
        CommandStory story, Observation answer, Observation first, Grant? grant, Dictionary<int, Observation> succeeded, ServerClock clock,
        Findings findings)
    {
        const HistoryRule Rule = HistoryRule.StaleToken;
        findings.Checked(Rule);
        if (grant is null)
            findings.Broken(Rule, story.Id, "A token that no claim gave was accepted.", answer);
        else if (succeeded.TryGetValue(grant.Attempt, out var newer) && newer.IsBefore(first))
            findings.Broken(Rule, story.Id, $"The token of claim {grant.Attempt} was accepted after a newer claim.", grant.Claim, newer, first, answer);
        else if (answer is not ReleaseSeen && grant.GivenBack?.IsBefore(first) == true)
            findings.Broken(Rule, story.Id, $"The token of claim {grant.Attempt} was accepted after it was given back.", grant.Claim, grant.GivenBack, first, answer);
        else if (answer is ExtendSeen or ReleaseSeen && story.Ends is [var end, ..] && end.By.IsBefore(first))
            findings.Broken(Rule, story.Id, $"A claim on a command that had ended was {(answer is ExtendSeen ? "extended" : "given back")}.", end.By, answer);
        else if (!clock.IsKnown)
            findings.Undecided(Rule, "the server's clock is not known");
        else if (first.Sent > clock.SurelyPast(answer is ExtendSeen extension ? grant.LatestEndWithout(extension) : grant.LatestEnd))
            findings.Broken(Rule, story.Id, $"The token of claim {grant.Attempt} was accepted after its end.", grant.Claim, first, answer);
        else if (answer.Answered < clock.SurelyBefore(grant.Seen.VisibleUntil))
            findings.Checked(HistoryRule.ClaimLasts);
    }

    private static void CheckRefused(CommandStory story, Observation answer, Grant? grant, ServerClock clock, Findings findings)
    {
        findings.Checked(HistoryRule.StaleToken);
        if (grant is null || answer.State is not null || answer.Status == 409 || !clock.IsKnown) return;
        if (answer.Answered >= clock.SurelyBefore(grant.EndKnownAt(answer.Sent)) || MayHaveEnded(story, answer)) return;
        findings.Checked(HistoryRule.ClaimLasts);
        findings.Broken(
            HistoryRule.ClaimLasts, story.Id, $"The token of claim {grant.Attempt} was refused before its end.", grant.Claim, answer);
    }

    private static bool MayHaveEnded(CommandStory story, Observation answer) =>
        story.Ends.Any(end => !answer.IsBefore(end.By))
        || story.Results.Exists(result => result.MayHaveTaken && !answer.IsBefore(result) && !ReferenceEquals(result, answer))
        || story.Cancels.Exists(cancel => cancel.MayHaveTaken && !answer.IsBefore(cancel));

    /// <summary>For each attempt the claim after it whose answer came first.</summary>
    private static Dictionary<int, Observation> FirstWordOfANewerClaim(CommandStory story)
    {
        var newer = new Dictionary<int, Observation>();
        Observation? first = null;
        for (var i = story.Grants.Count - 1; i >= 0; i--)
        {
            var grant = story.Grants[i];
            if (first is not null && !(i + 1 < story.Grants.Count && story.Grants[i + 1].Attempt == grant.Attempt)) newer[grant.Attempt] = first;
            if (first is null || grant.Claim.Answered < first.Answered) first = grant.Claim;
        }

        return newer;
    }
}
