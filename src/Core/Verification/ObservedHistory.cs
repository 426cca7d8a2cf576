namespace Gateway.Core.Verification;

/// <summary>A log, sorted by what it is about.</summary>
internal sealed class ObservedHistory
{
    private readonly Dictionary<string, CommandStory> commands = [];
    private readonly Dictionary<string, HashSet<string>> sent = [];
    private readonly List<ClaimSeen> read = [];

    public ObservedHistory(IEnumerable<Observation> log, CheckOptions options)
    {
        Clock = new ServerClock(options.ClockTolerance);
        Options = options;
        foreach (var entry in log) Add(entry with { Line = entry.Line > 0 ? entry.Line : Entries + 1 });
        foreach (var claim in RepeatedClaims.Merge(read)) Add(claim);
        foreach (var story in commands.Values) story.Complete();
        foreach (var key in Keys.Values) key.TellFirstSent(commands);
    }

    public CheckOptions Options { get; }

    public ServerClock Clock { get; }

    public int Entries { get; private set; }

    public IReadOnlyDictionary<string, CommandStory> Commands => commands;

    /// <summary>What idempotency keys stand for, by device and key.</summary>
    public Dictionary<(string Device, string Key), KeyStory> Keys { get; } = [];

    /// <summary>Claims by device.</summary>
    public Dictionary<string, List<ClaimSeen>> Claims { get; } = [];

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
            case ClaimSeen claim:
                read.Add(claim);
                break;
            case ExtendSeen extend:
                Story(extend.Command).Add(extend);
                break;
            case ResultSeen result:
                Story(result.Command).Add(result);
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

    private void Add(ClaimSeen claim)
    {
        if (!Claims.TryGetValue(claim.Device, out var claims)) Claims.Add(claim.Device, claims = []);
        claims.Add(claim);
        foreach (var seen in claim.Commands)
        {
            var grant = new Grant(claim, seen);
            Story(seen.Command).Grants.Add(grant);
            Clock.Note(claim, grant.GrantedAt);
            if (seen.Key is { } key) KeyOf(claim.Device, key).Note(seen.Command, claim);
        }
    }

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
