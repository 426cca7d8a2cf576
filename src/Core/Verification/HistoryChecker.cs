using Gateway.Core.Verification.Rules;

namespace Gateway.Core.Verification;

/// <summary>
/// Decides from a log of requests and answers whether DESIGN's rules held. It finds a rule broken only when no order of events
/// that fits the answers and their times keeps it: an unanswered request may have taken effect at any time since, or never. Time
/// and space are n log n in the size of the log.
/// </summary>
/// <remarks>
/// It takes a log for complete: whatever claimed, extended or sent results for the devices in it is in it; and it expects that who
/// sends a command again under its key sends it with the same priority and conditions. Claims that end for
/// another reason than time, a lost connection, their device's word or the command's end, and devices that are suspended in between, it does not know.
/// </remarks>
public static class HistoryChecker
{
    /// <summary>Judges a log; its entries may come in any order and are read once.</summary>
    public static HistoryVerdict Check(IEnumerable<Observation> log, CheckOptions? options = null)
    {
        options ??= new CheckOptions();
        var history = new ObservedHistory(log, options);
        var findings = new Findings(options);
        foreach (var story in history.Commands.Values)
        {
            KeptRule.Check(story, findings);
            EndRules.Check(story, history, findings);
            ClaimRules.Check(story, history.Clock, findings);
            TokenRules.Check(story, history.Clock, findings);
            ResultRule.Check(story, findings);
            DeliveryRules.Check(story, findings);
        }

        foreach (var key in history.Keys.Values) IdempotencyRule.Check(key, findings);
        foreach (var (device, claims) in history.Claims) OrderRule.Check(device, claims, history, findings);
        foreach (var pushes in history.Pushes.Values) CreditRule.Check(pushes, history, findings);
        return findings.Verdict(history.Entries, history.Commands.Count);
    }
}
