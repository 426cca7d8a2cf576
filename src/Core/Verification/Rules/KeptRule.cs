namespace Gateway.Core.Verification.Rules;

/// <summary>What was accepted is found later: the command in some state, its result as it was sent.</summary>
internal static class KeptRule
{
    private const HistoryRule Rule = HistoryRule.Kept;

    public static void Check(CommandStory story, Findings findings)
    {
        if (story.Acceptance is not { } acceptance) return;
        var later = story.Views.FindAll(view => acceptance.IsBefore(view));
        if (later.Count == 0)
        {
            findings.Undecided(Rule, "never looked for");
            return;
        }

        findings.Checked(Rule);
        if (later.Find(view => view.Status == 404) is { } missing)
            findings.Broken(Rule, story.Id, "It was accepted and is not found.", acceptance, missing);

        if (story.Results.Where(result => result.Took).MinBy(result => result.Answered) is not { } taken) return;
        if (later.Find(view => view.Result is not null && view.Result != taken.Digest) is { } other)
            findings.Broken(Rule, story.Id, "Its result is not the one that was accepted.", taken, other);
    }
}
