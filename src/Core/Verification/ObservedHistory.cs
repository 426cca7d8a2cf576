namespace Gateway.Core.Verification;

/// <summary>A log, sorted by what it is about.</summary>
internal sealed class ObservedHistory
{
    private readonly Dictionary<string, CommandStory> commands = [];
    private readonly Dictionary<string, HashSet<string>> sent = [];
    private readonly List<ClaimSeen> read = [];
    private readonly List<PushSeen> pushed = [];
    private readonly List<LostSeen> lost = [];

    public ObservedHistory(IEnumerable<Observation> log, CheckOptions options)
    {
        Clock = new ServerClock(options.ClockTolerance);
        Options = options;
        foreach (var entry in log) Add(entry with { Line = entry.Line > 0 ? entry.Line : Entries + 1 });
        foreach (var claim in RepeatedClaims.Merge(read))
            foreach (var grant in Add(claim)) Clock.Note(claim, grant.GrantedAt);
        foreach (var key in Keys.Values) key.TellFirstSent(commands);
        AddPushes();
        foreach (var story in commands.Values) story.Complete(Clock);
    }

    public CheckOptions Options { get; }

    public ServerClock Clock { get; }

    public int Entries { get; private set; }

    public IReadOnlyDictionary<string, CommandStory> Commands => commands;

    /// <summary>What idempotency keys stand for, by device and key.</summary>
    public Dictionary<(string Device, string Key), KeyStory> Keys { get; } = [];

    /// <summary>Claims by device, pushes among them.</summary>
    public Dictionary<string, List<ClaimSeen>> Claims { get; } = [];

    /// <summary>Claims that were pushed, by device.</summary>
    public Dictionary<string, List<Grant>> Pushes { get; } = [];

    /// <summary>Commands that were accepted for a device.</summary>
    public IEnumerable<string> SentTo(string device) => sent.TryGetValue(device, out var ids) ? ids : [];

    private void Add(Observation entry)
    {
        Entries++;
        switch (entry)
        {
            case EnqueueSeen enqueue:
                if (enqueue.Command is { } made) Story(made).Add(enqueue);
                if (enqueue is { Took: true, Command: { } id }) NoteSent(enqueue, id);
                if (enqueue.Key is { } key) KeyOf(enqueue.Device, key).Add(enqueue);
                break;
            case PushSeen push:
                pushed.Add(push);
                foreach (var seen in push.Commands)
                    if (seen.Key is { } told) KeyOf(push.Device, told).Note(seen.Command, push);
                break;
            case LostSeen connection:
                lost.Add(connection);
                break;
            case ClaimSeen claim:
                read.Add(claim);
                break;
            case ExtendSeen extend:
                Story(extend.Command).Add(extend);
                break;
            case ResultSeen result:
                Story(result.Command).Add(result);
                break;
            case ReleaseSeen release:
                Story(release.Command).Add(release);
                break;
            case CancelSeen cancel:
                Story(cancel.Command).Add(cancel);
                break;
            case DecisionSeen decision:
                Story(decision.Command).Add(decision);
                break;
            case ViewSeen view:
                Story(view.Command).Add(view);
                if (view is { Took: true, Key: { } shown }) KeyOf(view.Device, shown).Note(view.Command, view);
                break;
        }
    }

    private List<Grant> Add(ClaimSeen claim)
    {
        var grants = new List<Grant>();
        if (!Claims.TryGetValue(claim.Device, out var claims)) Claims.Add(claim.Device, claims = []);
        claims.Add(claim);
        foreach (var seen in claim.Commands)
        {
            var grant = new Grant(claim, seen);
            grants.Add(grant);
            Story(seen.Command).Grants.Add(grant);
            if (seen.Key is { } key) KeyOf(claim.Device, key).Note(seen.Command, claim);
        }

        return grants;
    }

    /// <summary>
    /// Adds what was pushed, each claim once however often it came. Nobody asked for it, so it was made at any time since its command was first sent;
    /// the server's clock, where it is known, tells better. A loss of the connection ends what its claims were promised.
    /// </summary>
    private void AddPushes()
    {
        var shown = pushed.SelectMany(push => push.Commands, (push, seen) => push with { Commands = [seen] })
            .GroupBy(push => (push.Device, push.Commands[0].Command, push.Commands[0].Token))
            .Select(same => (First: same.MinBy(push => push.Answered)!, Last: same.MaxBy(push => push.Answered)!))
            .Select(push => push with { First = push.First with { Sent = FirstSent(push.First.Commands[0].Command) } })
            .ToList();
        foreach (var (first, _) in shown)
        {
            // One that waited before it was pushed says little of the time at which it was.
            if (first.Answered - first.Sent <= Options.ClockTolerance.TotalMicroseconds) Clock.Note(first, new Grant(first, first.Commands[0]).GrantedAt);
        }

        var losses = lost.ToLookup(connection => connection.Device);
        foreach (var (first, last) in shown)
        {
            var grantedAt = new Grant(first, first.Commands[0]).GrantedAt;
            var push = Clock.IsKnown ? first with { Sent = Math.Max(first.Sent, Clock.SurelyBefore(grantedAt)) } : first;
            if (!Pushes.TryGetValue(push.Device, out var pushes)) Pushes.Add(push.Device, pushes = []);
            foreach (var grant in Add(push))
            {
                pushes.Add(grant);
                foreach (var connection in losses[push.Device])
                {
                    // One that was lost before the claim came again over the next one took nothing away.
                    if (connection.Connection != last.Connection && connection.Answered < last.Answered) continue;
                    grant.Cut(connection.Sent, connection.GraceMs, Clock);
                }
            }
        }
    }

    private long FirstSent(string command) => commands.TryGetValue(command, out var story) && story.FirstSent is { } sent ? sent : 0;

    private void NoteSent(EnqueueSeen enqueue, string id)
    {
        var story = Story(id);
        story.FirstSent = Math.Min(story.FirstSent ?? long.MaxValue, enqueue.Sent);
        if (!sent.TryGetValue(enqueue.Device, out var ids)) sent.Add(enqueue.Device, ids = []);
        ids.Add(id);
    }

    private CommandStory Story(string id)
    {
        if (!commands.TryGetValue(id, out var story)) commands.Add(id, story = new CommandStory(id));
        return story;
    }

    private KeyStory KeyOf(string device, string key)
    {
        if (!Keys.TryGetValue((device, key), out var story)) Keys.Add((device, key), story = new KeyStory(key));
        return story;
    }
}

/// <summary>All that a log tells of one idempotency key.</summary>
internal sealed class KeyStory(string key)
{
    public string Key { get; } = key;

    public List<EnqueueSeen> Requests { get; } = [];

    /// <summary>The commands that it was seen to stand for, each with an entry that shows it.</summary>
    public Dictionary<string, Observation> Commands { get; } = [];

    public void Add(EnqueueSeen request)
    {
        Requests.Add(request);
        if (request is { Took: true, Command: { } command }) Note(command, request);
    }

    public void Note(string command, Observation by) => Commands.TryAdd(command, by);

    /// <summary>An unanswered request may have made the command that a later one was answered with.</summary>
    public void TellFirstSent(IReadOnlyDictionary<string, CommandStory> stories)
    {
        if (Requests.Where(request => request.MayHaveTaken).MinBy(request => request.Sent) is not { } first) return;
        foreach (var command in Commands.Keys)
            if (stories.TryGetValue(command, out var story)) story.FirstSent = Math.Min(story.FirstSent ?? long.MaxValue, first.Sent);
    }
}
