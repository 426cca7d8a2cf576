using Gateway.Core.Commands;
using Gateway.Core.History;

namespace Gateway.Core.Queue;

/// <summary>
/// One commit in the making: the head unpacked, what operations have changed so far, and what they lack. Lives for one call of
/// <see cref="DeviceQueue.Apply"/>. Members that return null or false for want of a fact have noted it in <see cref="Needs"/>.
/// </summary>
internal sealed partial class QueueTurn
{
    private readonly QueueHead original;
    private readonly List<QueueEvent> events;
    private readonly List<QueueInterest> interests;
    private readonly QueueFacts facts;
    private readonly string commitId;
    private readonly PushTerms? push;
    private readonly string writer;
    private long seq;
    private int documents;

    public QueueTurn(QueueHead head, QueueContext context)
    {
        original = head;
        facts = context.Facts;
        commitId = context.CommitId;
        push = context.Push;
        writer = context.Writer;
        Limits = context.Limits;
        Now = context.Now.ToUnixTimeMilliseconds();
        At = context.Now;
        seq = head.Seq;
        LastId = head.LastId;
        Session = head.Session;
        Armed = head.Armed;
        events = [.. head.Events];
        interests = [.. head.Interests];
        Pending = [.. head.Pending];
        Claimed = [.. head.Claimed];
        lanes = [.. head.Lanes.Select(lane => new Lane(lane))];
        Channel = head.Channel;
        ResetAt = head.ResetAt;
        watchers = [.. head.Watchers];
        DropWritten(context.WrittenThrough);
        DropGone(context.Gone);
        LookAtClock();
    }

    public QueueLimits Limits { get; }

    public long Now { get; }

    public DateTimeOffset At { get; }

    public string? LastId { get; set; }

    public QueueSession? Session { get; set; }

    public long? Armed { get; set; }

    public List<QueueEntry> Pending { get; }

    public List<QueueEntry> Claimed { get; }

    public QueueNeeds Needs { get; } = new();

    public QueueEffects Effects { get; } = new();

    public bool Changed { get; private set; }

    /// <summary>The events of this turn.</summary>
    public IReadOnlyList<QueueEvent> News => events.FindAll(e => e.Seq > original.Seq);

    /// <summary>Nothing new is accepted: the head has to stay small.</summary>
    public bool HistoryIsBehind => events.Count >= Limits.MaxEvents;

    /// <summary>Nothing is handed out either; only what devices have begun goes on to its end.</summary>
    public bool HistoryIsFarBehind => events.Count >= 2 * Limits.MaxEvents;

    public int Length => Waiting + Pending.Count + Claimed.Count;

    /// <summary>Records what happened. Nothing of note happens without an event, so an event is what makes a commit necessary.</summary>
    public void Record(QueueEventKind kind, Func<QueueEvent, QueueEvent> with)
    {
        seq++;
        events.Add(with(new QueueEvent { Seq = seq, At = Now, Kind = kind }));
        Changed = true;
    }

    /// <summary>Notes a change that no event tells of.</summary>
    public void Touch() => Changed = true;

    /// <summary>Ends a command that has been taken out of its place.</summary>
    public void End(QueueEntry entry, CommandState state, string? by = null, string? reason = null, CommandResult? result = null)
    {
        string?[] named = [entry.Definition.Parameters.Document, result?.Output?.Document, result?.Error?.Document];
        var names = named.OfType<string>().ToArray();
        Record(QueueEventKind.Ended, e => e with
        {
            CommandId = entry.Id,
            SessionId = entry.Definition.SessionId,
            State = state,
            By = by,
            Reason = reason,
            Result = result,
            TokenHash = result is null ? null : Digests.OfToken(entry.Claim!.Token),
            Documents = names.Length == 0 ? null : names,
        });
        if (entry.Definition.SessionId is { } id && Session?.Id == id) Session = Session with { Live = Session.Live - 1 };
    }

    /// <summary>A text as the head keeps it: here when it is small, else as a document of its own.</summary>
    public Payload Store(string text)
    {
        if (text.Length <= Limits.InlineText) return Payload.Inline(text);
        return new Payload(null, Write(new QueueDocument { Text = text }), text.Length);
    }

    /// <summary>The text of a payload; null when its document has to be read first.</summary>
    public string? Read(Payload payload) => payload.Text ?? Load(payload.Document!)?.Text;

    /// <summary>
    /// The last word on a command that is not live: its record from the events in the head, else from history.
    /// False: history has to be asked first. A null record: there never was such a command.
    /// </summary>
    public bool TryFindEnded(string commandId, out CommandRecord? record, out string? sessionId)
    {
        (record, sessionId) = (null, null);
        var last = events.FindLast(e => e.CommandId == commandId && e.Kind == QueueEventKind.Ended);
        if (last is not null)
        {
            // The record's device is of no interest here.
            record = CommandRecord.Apply(null, "", last);
            sessionId = last.SessionId;
            return true;
        }

        if (facts.Commands.TryGetValue(commandId, out record))
        {
            sessionId = record?.Definition?.SessionId;
            return true;
        }

        Needs.Commands.Add(commandId);
        return false;
    }

    /// <summary>The command that an idempotency key stands for; false: history has to be asked first.</summary>
    public bool TryFindKey(string key, out KnownCommand? known)
    {
        known = null;
        var accepted = events.Find(e => e.Definition?.IdempotencyKey == key);
        if (accepted is not null)
        {
            known = new KnownCommand(accepted.CommandId!, accepted.Definition!.Digest, accepted.State!.Value);
        }
        else if (!facts.Keys.TryGetValue(key, out known))
        {
            Needs.Keys.Add(key);
            return false;
        }

        // History may have the command from its beginning, but not yet what has become of it.
        if (known is { CommandId: var id } && events.FindLast(e => e.CommandId == id && e.State is not null) is { } last)
            known = known with { State = last.State!.Value };
        return true;
    }

    /// <summary>Notes that a replica wants to be told of work. Renewed at half its time, so that a stream of polls saves seldom.</summary>
    public void AddInterest(string replica, TimeSpan lasting)
    {
        var until = Now + (long)lasting.TotalMilliseconds;
        var index = interests.FindIndex(interest => interest.Replica == replica);
        if (index >= 0 && interests[index].Until - Now > lasting.TotalMilliseconds / 2) return;
        if (index >= 0) interests.RemoveAt(index);
        interests.RemoveAll(interest => interest.Until <= Now);
        interests.Add(new QueueInterest(replica, until));
        Changed = true;
    }

    /// <summary>What every commit does last.</summary>
    public void Complete()
    {
        // A device that held as many claims as it may can claim again.
        if (original.Claimed.Length >= Limits.MaxClaims && Claimed.Count < Limits.MaxClaims && Waiting > 0) Effects.Wakes = true;
        Spill();
    }

    public QueueHead ToHead() => original with
    {
        Commits = [new HeadCommit(writer, commitId, Now), .. original.Commits.Where(IsRemembered).Take(QueueHead.RememberedWriters - 1)],
        Revision = original.Revision + 1,
        Seq = seq,
        LastId = LastId,
        Lanes = [.. lanes.Where(lane => lane.Count > 0).Select(lane => lane.ToRecord())],
        Pending = [.. Pending],
        Claimed = [.. Claimed],
        Session = Session,
        Events = [.. events],
        Interests = [.. interests],
        Channel = Channel,
        ResetAt = ResetAt,
        Watchers = [.. watchers],
        Armed = Armed,
    };

    private bool IsRemembered(HeadCommit commit) =>
        commit.Writer != writer && Now - commit.At < (long)QueueHead.Remembered.TotalMilliseconds;

    private string Write(QueueDocument document)
    {
        var name = $"{commitId}-{documents++}";
        Effects.Writes.Add(name, document);
        return name;
    }

    private void Delete(string name)
    {
        // A document of this very turn was never written.
        if (!Effects.Writes.Remove(name)) Effects.Deletes.Add(name);
    }

    private QueueDocument? Load(string name)
    {
        if (Effects.Writes.TryGetValue(name, out var written) || facts.Documents.TryGetValue(name, out written)) return written;
        Needs.Documents.Add(name);
        return null;
    }

    /// <summary>Forgets events that history has, and lets go of the documents that only they named. Not a reason to save by itself.</summary>
    private void DropWritten(long through)
    {
        var written = events.FindIndex(e => e.Seq > through);
        if (written < 0) written = events.Count;
        foreach (var name in events.Take(written).SelectMany(e => e.Documents ?? [])) Effects.Deletes.Add(name);
        events.RemoveRange(0, written);
    }
}
