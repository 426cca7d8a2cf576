namespace Gateway.Core.Verification.Rules;

/// <summary>One key, one command: however often it was sent, and whatever of it was answered.</summary>
internal static class IdempotencyRule
{
    private const HistoryRule Rule = HistoryRule.Idempotency;

    public static void Check(KeyStory key, Findings findings)
    {
        if (key.Requests.Count(request => request.MayHaveTaken) > 1) findings.Checked(Rule);
        if (key.Commands.Count > 1)
            findings.Broken(Rule, key.Key, $"The key stands for {key.Commands.Count} commands: {string.Join(", ", key.Commands.Keys.Take(3))}.", [.. key.Commands.Values]);

        EnqueueSeen? first = null;
        foreach (var request in key.Requests.Where(request => request is { Took: true, Content: not null }))
        {
            first ??= request;
            if (request.Content != first.Content)
                findings.Broken(Rule, key.Key, "The key was accepted with two different contents.", first, request);
        }
    }
}
