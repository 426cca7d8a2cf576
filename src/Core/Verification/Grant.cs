namespace Gateway.Core.Verification;

/// <summary>A claim on a command that a device was given, with its extensions. Times are Unix milliseconds by the server's clock.</summary>
internal sealed class Grant(ClaimSeen claim, GrantSeen seen)
{
    private readonly List<ExtendSeen> bySent = [];
    private readonly List<ExtendSeen> byAnswered = [];
    private readonly List<(long Latest, long SecondLatest, long MayHaveAdded)> upToSent = [];
    private readonly List<long> upToAnswered = [];

    /// <summary>The request that it answered.</summary>
    public ClaimSeen Claim { get; } = claim;

    public string Token => Seen.Token;

    public int Attempt => Seen.Attempt;

    public GrantSeen Seen { get; } = seen;

    /// <summary>When it was given: its end less the time that it was given for.</summary>
    public long GrantedAt { get; } = seen.VisibleUntil - Math.Min(claim.VisibilityMs, seen.TimeoutMs ?? long.MaxValue);

    /// <summary>
    /// It surely lasted only until then, whatever it was promised: since its connection was lost, for the device to come back; or since it may have
    /// been given back. Later than any end: neither.
    /// </summary>
    public long CutOff { get; private set; } = long.MaxValue;

    /// <summary>The first word that it was given back; null: none.</summary>
    public ReleaseSeen? GivenBack { get; private set; }

    /// <summary>It surely lasted until then, unless its command ended.</summary>
    public long End => Math.Min(CutOff, upToAnswered.Count > 0 ? upToAnswered[^1] : Seen.VisibleUntil);

    /// <summary>It surely was over then: extensions of which nobody knows counted in.</summary>
    public long LatestEnd => upToSent.Count > 0 ? Math.Max(Seen.VisibleUntil, upToSent[^1].Latest) + upToSent[^1].MayHaveAdded : Seen.VisibleUntil;

    public void Add(ExtendSeen extension)
    {
        if (!extension.MayHaveTaken) return;
        bySent.Add(extension);
        if (extension is { Took: true, VisibleUntil: not null, Answered: not null }) byAnswered.Add(extension);
    }

    public void Add(ReleaseSeen release, ServerClock clock)
    {
        if (!release.MayHaveTaken) return;
        Cut(release.Sent, 0, clock);
        if (release.Took && !(GivenBack?.Answered <= release.Answered)) GivenBack = release;
    }

    /// <summary>Something has happened since a time of the log after which it surely lasts only so much longer, in milliseconds.</summary>
    public void Cut(long since, long lasts, ServerClock clock) =>
        CutOff = Math.Min(CutOff, clock.IsKnown ? clock.SurelyReached(since) + lasts : long.MinValue);

    /// <summary>Puts in order what was added.</summary>
    public void Complete()
    {
        bySent.Sort((a, b) => a.Sent.CompareTo(b.Sent));
        byAnswered.Sort((a, b) => a.Answered!.Value.CompareTo(b.Answered!.Value));
        var (latest, second, added) = (long.MinValue, long.MinValue, 0L);
        foreach (var extension in bySent)
        {
            if (extension.IsOpen) added += extension.ExtensionMs;
            else if (extension.VisibleUntil is { } until && until > latest) (latest, second) = (until, latest);
            else if (extension.VisibleUntil is { } less) second = Math.Max(second, less);
            upToSent.Add((latest, second, added));
        }

        var end = Seen.VisibleUntil;
        foreach (var extension in byAnswered)
        {
            end = Math.Max(end, extension.VisibleUntil!.Value);
            upToAnswered.Add(end);
        }
    }

    /// <summary>Until when it lasted by what was answered before a request left.</summary>
    public long EndKnownAt(long sent)
    {
        var count = CountUpTo(byAnswered, extension => extension.Answered!.Value < sent);
        return Math.Min(CutOff, count > 0 ? upToAnswered[count - 1] : Seen.VisibleUntil);
    }

    /// <summary>When it surely was over without one of its extensions, which would otherwise excuse itself, and without later ones.</summary>
    public long LatestEndWithout(ExtendSeen judged)
    {
        var count = CountUpTo(bySent, extension => extension.Sent <= judged.Answered);
        if (count == 0) return Seen.VisibleUntil;
        var (latest, second, added) = upToSent[count - 1];
        return Math.Max(Seen.VisibleUntil, judged.VisibleUntil == latest ? second : latest) + added;
    }

    private static int CountUpTo(List<ExtendSeen> sorted, Predicate<ExtendSeen> counts)
    {
        var (low, high) = (0, sorted.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (counts(sorted[middle])) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
