using Gateway.Core.Commands;

namespace Gateway.Core.Verification.Rules;

/// <summary>A command ends in one state, for good, and is not handed out after that.</summary>
internal static class EndRules
{
    public static void Check(CommandStory story, ObservedHistory history, Findings findings)
    {
        if (story.Ends.Count == 0)
        {
            if (story.Acceptance is not null) CheckOpen(story, history.Options, findings);
            return;
        }

        findings.Checked(HistoryRule.OneEnd);
        var (state, end) = story.Ends[0];
        foreach (var other in story.Ends.Where(other => other.State != state).DistinctBy(other => other.State))
            findings.Broken(HistoryRule.OneEnd, story.Id, $"It ended as {state.Name()} and as {other.State.Name()}.", end, other.By);
        foreach (var (open, entry) in story.States.Where(pair => !pair.State.IsTerminal() && end.IsBefore(pair.By)).Take(1))
            findings.Broken(HistoryRule.OneEnd, story.Id, $"It had ended as {state.Name()} and is {open.Name()} again.", end, entry);

        CheckDelivery(story, history.Clock, findings);
    }

    private static void CheckOpen(CommandStory story, CheckOptions options, Findings findings)
    {
        if (story.Views.FindLast(view => view.State is not null) is not { } last)
        {
            findings.Undecided(HistoryRule.OneEnd, "never looked at");
        }
        else if (options.Drained)
        {
            findings.Checked(HistoryRule.OneEnd);
            findings.Broken(HistoryRule.OneEnd, story.Id, $"It has not ended: it is {last.State!.Value.Name()}.", story.Acceptance, last);
        }
        else
        {
            findings.Undecided(HistoryRule.OneEnd, "had not ended when the log did");
        }
    }

    private static void CheckDelivery(CommandStory story, ServerClock clock, Findings findings)
    {
        findings.Checked(HistoryRule.OverIsOver);
        var (state, end) = story.Ends[0];
        var dated = story.Views.Find(view => view.EndedAt is not null);
        foreach (var grant in story.Grants)
        {
            if (end.IsBefore(grant.Claim))
                findings.Broken(HistoryRule.OverIsOver, story.Id, $"It was handed out after it had ended as {state.Name()}.", end, grant.Claim);
            else if (dated?.EndedAt + clock.Tolerance < grant.GrantedAt)
                findings.Broken(HistoryRule.OverIsOver, story.Id, "By the server's clock it was handed out after it had ended.", dated, grant.Claim);
        }
    }
}
