namespace Gateway.Core.Verification.Rules;

/// <summary>A result is accepted once: the same with the same token is answered the same, another never.</summary>
internal static class ResultRule
{
    private const HistoryRule Rule = HistoryRule.ResultOnce;

    public static void Check(CommandStory story, Findings findings)
    {
        if (story.Results.Where(result => result.Took).MinBy(result => result.Answered) is not { } taken) return;
        findings.Checked(Rule);
        foreach (var result in story.Results)
        {
            var same = result.Token == taken.Token && result.Digest == taken.Digest;
            if (!same && result.Took)
                findings.Broken(Rule, story.Id, "Two different results were accepted.", taken, result);
            else if (same && taken.IsBefore(result) && result.Status is 403 or 404 or 409)
                findings.Broken(Rule, story.Id, $"The result that was accepted was refused when it came again ({result.Status}).", taken, result);
        }
    }
}
