namespace Gateway.Core.Verification.Rules;

/// <summary>
/// No more commands are pushed to a device than it has credit for: when one is, fewer than that are surely in its hands. A pushed command surely
/// is from the moment it came until a word on it may have left, or its claim may have ended.
/// </summary>
internal static class CreditRule
{
    private const HistoryRule Rule = HistoryRule.InFlight;

    public static void Check(List<Grant> pushes, ObservedHistory history, Findings findings)
    {
        if (!history.Clock.IsKnown)
        {
            findings.Undecided(Rule, "the server's clock is not known");
            return;
        }

        var held = new List<Grant>();
        foreach (var push in pushes.Where(push => push.Claim.Answered is not null).OrderBy(push => push.Claim.Answered))
        {
            findings.Checked(Rule);
            held.RemoveAll(other => !IsHeldUntil(push.Claim.Answered!.Value, other, history));
            var before = held.FindAll(other => other.Claim.IsBefore(push.Claim));
            if (before.Count >= history.Options.MaxInFlight)
                findings.Broken(
                    Rule, push.Seen.Command, $"It was pushed while {before.Count} others were in the device's hands.", [.. before.Select(other => other.Claim), push.Claim]);
            held.Add(push);
        }
    }

    private static bool IsHeldUntil(long time, Grant held, ObservedHistory history)
    {
        var story = history.Commands[held.Seen.Command];
        return history.Clock.SurelyBefore(held.End) > time
            && !story.Results.Exists(result => result.MayHaveTaken && result.Sent <= time)
            && !story.Cancels.Exists(cancel => cancel.MayHaveTaken && cancel.Sent <= time)
            && !story.Ends.Any(end => end.By.Sent <= time)
            && !story.Grants.Exists(other => other.Attempt > held.Attempt && other.Claim.Sent <= time);
    }
}
