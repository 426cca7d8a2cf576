using Gateway.Core.Commands;

namespace Gateway.Core.Verification;

/// <summary>All that a log tells of one command.</summary>
internal sealed class CommandStory(string id)
{
    private readonly List<Observation> told = [];

    public string Id { get; } = id;

    /// <summary>Requests that were answered with this command: it was accepted.</summary>
    public List<EnqueueSeen> Accepted { get; } = [];

    /// <summary>Claims on it, by attempt once <see cref="Complete"/> was called.</summary>
    public List<Grant> Grants { get; } = [];

    public List<ExtendSeen> Extensions { get; } = [];

    public List<ResultSeen> Results { get; } = [];

    public List<ReleaseSeen> Releases { get; } = [];

    public List<CancelSeen> Cancels { get; } = [];

    public List<DecisionSeen> Decisions { get; } = [];

    /// <summary>Looks at it that were answered, in the order in which they were made once <see cref="Complete"/> was called.</summary>
    public List<ViewSeen> Views { get; } = [];

    /// <summary>What was answered about its state, terminal or not.</summary>
    public IEnumerable<(CommandState State, Observation By)> States =>
        told.Select(entry => (StateIn(entry), entry)).Where(pair => pair.Item1 is not null).Select(pair => (pair.Item1!.Value, pair.entry));

    /// <summary>Answers that say that it has ended, by when they came.</summary>
    public IReadOnlyList<(CommandState State, Observation By)> Ends { get; private set; } = [];

    /// <summary>The first word that it was accepted; null: the log has none.</summary>
    public EnqueueSeen? Acceptance => Accepted.MinBy(entry => entry.Answered);

    public bool NeedsApproval => Accepted.Count > 0 && Accepted.TrueForAll(entry => entry.NeedsApproval);

    public bool AtMostOnce => Accepted.Count > 0 && Accepted.TrueForAll(entry => entry.AtMostOnce);

    /// <summary>The earliest request that may have made it, in microseconds; null: not known.</summary>
    public long? FirstSent { get; set; }

    public void Add(Observation entry)
    {
        told.Add(entry);
        switch (entry)
        {
            case EnqueueSeen { Took: true } enqueue: Accepted.Add(enqueue); break;
            case ExtendSeen extend: Extensions.Add(extend); break;
            case ResultSeen result: Results.Add(result); break;
            case ReleaseSeen release: Releases.Add(release); break;
            case CancelSeen cancel: Cancels.Add(cancel); break;
            case DecisionSeen decision: Decisions.Add(decision); break;
            case ViewSeen { Status: 200 or 404 } view: Views.Add(view); break;
        }
    }

    /// <summary>Puts in order what was added.</summary>
    public void Complete(ServerClock clock)
    {
        Grants.Sort((a, b) => (a.Attempt, a.Claim.Sent, a.Claim.Line).CompareTo((b.Attempt, b.Claim.Sent, b.Claim.Line)));
        Views.Sort((a, b) => (a.Sent, a.Line).CompareTo((b.Sent, b.Line)));
        Ends = [.. States.Where(pair => pair.State.IsTerminal() && pair.By.Answered is not null).OrderBy(pair => pair.By.Answered)];
        var byToken = Grants.ToLookup(grant => grant.Token);
        foreach (var extension in Extensions)
            foreach (var grant in byToken[extension.Token]) grant.Add(extension);
        foreach (var release in Releases)
            foreach (var grant in byToken[release.Token]) grant.Add(release, clock);
        foreach (var grant in Grants) grant.Complete();
    }

    private static CommandState? StateIn(Observation entry) => entry switch
    {
        ResultSeen { Took: true } result => result.Outcome,
        CancelSeen { Took: true } => CommandState.Cancelled,
        DecisionSeen { Took: true, Approved: false } => CommandState.Rejected,
        _ => entry.State,
    };
}
