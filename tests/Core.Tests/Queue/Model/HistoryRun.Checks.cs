using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Model;

/// <summary>What must hold after every step, and at the end.</summary>
internal sealed partial class HistoryRun
{
    /// <summary>The queue says of every command what the model says.</summary>
    private void AssertSame()
    {
        var head = queue.Head;
        var real = queue.Resolve();
        // Between a move of the clock and the next commit both stand still.
        Assert.Equal(model.Waiting.Select(command => command.Id), real.Waiting.Select(entry => entry.Id));
        Assert.Equal(IdsIn(CommandState.PendingApproval), real.Pending.Select(entry => entry.Id));
        Assert.Equal(IdsIn(CommandState.Claimed), real.Claimed.Select(entry => entry.Id).Order(StringComparer.Ordinal));
        Assert.Equal(model.Waiting.Count(), head.Waiting);
        Assert.Equal(model.Commands.Count(command => !command.IsOver), head.Length);
        foreach (var entry in real.Waiting.Concat(real.Pending).Concat(real.Claimed)) AssertSame(model.Commands.Find(command => command.Id == entry.Id)!, entry);

        Assert.Equal(model.SessionId, head.Session?.Id);
        if (head.Session is { } session)
        {
            Assert.Equal(model.Session, session.Definition);
            Assert.Equal(model.Commands.Count(command => !command.IsOver && command.Sent.SessionId == session.Id), session.Live);
        }

        Assert.Equal(model.Channel, head.Channel);
        Assert.Equal(model.Watchers.OrderBy(watcher => watcher.Replica), head.Watchers.OrderBy(watcher => watcher.Replica));
        Assert.True(head.Claimed.Count(entry => entry.Claim!.Connection is not null) <= limits.MaxInFlight, "More in flight than the credit.");
        AssertEvents(head);
    }

    private static void AssertSame(ModelCommand command, QueueEntry entry)
    {
        if (!command.Tampered)
        {
            Assert.Equal(command.Sent.Parameters, entry.Definition.Parameters.Text);
            Assert.Equal(command.Sent.Type, entry.Definition.Type);
        }

        Assert.Equal(command.Digest, entry.Definition.Digest);
        Assert.Equal(command.ExpiresAt, entry.Definition.ExpiresAt);
        Assert.Equal(command.Attempt, entry.Attempt);
        Assert.Equal(command.Attempt - command.GivenBack, entry.Tries);
        Assert.Equal(command.ApprovedUntil, entry.Approval?.ExpiresAt);
        Assert.Equal(command.Token, entry.Claim?.Token);
        if (entry.Claim is not { } claim) return;
        Assert.Equal(command.VisibleUntil, claim.VisibleUntil);
        Assert.Equal(command.TimeoutAt, claim.TimeoutAt);
        Assert.Equal(command.Connection, claim.Connection);
        Assert.Equal(command.IsTakenOver, claim.IsTakenOver);
        Assert.Equal(command.Kept, claim.Kept);
    }

    /// <summary>Numbered without gaps, never fewer than history lacks, and never changed.</summary>
    private void AssertEvents(QueueHead head)
    {
        Assert.Equal(head.Events.Select((_, i) => head.Seq - head.Events.Length + 1 + i), head.Events.Select(e => e.Seq));
        Assert.True(head.Seq - head.Events.Length <= queue.History.Last, "An event was dropped before history had it.");
        Assert.True(head.Seq >= seenSeq);
        seenSeq = head.Seq;
    }

    /// <summary>Until the deadline the clock alone changes nothing: a look just before it finds nothing to do.</summary>
    private void AssertDeadline()
    {
        // What a dead replica held, and a push that stopped short, are for the next look and not the clock's.
        if (queue.Gone.Overlaps(queue.Head.Watchers) || (queue.Head.Channel is { } channel && queue.Gone.Contains(channel.Holder))) return;
        if (queue.LastEffects.PushesMore) return;
        var due = queue.Head.Deadline();
        var before = due is { } at ? at - 1 : queue.NowMs + (long)TimeSpan.FromDays(60).TotalMilliseconds;
        if (before < queue.NowMs) return;
        var fork = queue.Fork();
        fork.Now = DateTimeOffset.FromUnixTimeMilliseconds(before);
        fork.Do(new LookAtClock(false));
        Assert.Equal(queue.Head.Seq, fork.Head.Seq);
        Assert.Equal(queue.Head.Commit, fork.Head.Commit);
    }

    /// <summary>The fold of all events is what the model has come to, and every command has ended once.</summary>
    private void AssertHistory()
    {
        var history = queue.History;
        Assert.Equal(Enumerable.Range(1, history.Events.Count).Select(i => (long)i), history.Events.Select(e => e.Seq));
        Assert.Equal(queue.Head.Seq, history.Last);
        foreach (var command in model.Commands)
        {
            var record = history.Find(command.Id)!;
            Assert.Equal(command.State, record.State);
            Assert.Equal(command.Attempt, record.Attempt);
            Assert.Equal(command.Sent.SessionId, record.Definition!.SessionId);
            Assert.Equal(command.Result?.Output, record.Result?.Output?.Text);
            Assert.Equal(command.Result?.Error, record.Result?.Error?.Text);
            var events = history.Events.Where(e => e.CommandId == command.Id).ToList();
            Assert.Equal(QueueEventKind.Enqueued, events[0].Kind);
            Assert.Equal(QueueEventKind.Ended, events[^1].Kind);
            Assert.Single(events, e => e.Kind == QueueEventKind.Ended);
            Assert.Single(events, e => e.Kind == QueueEventKind.Enqueued);
            // Only its device's word makes it done.
            if (command.State is CommandState.Completed or CommandState.Failed) Assert.NotNull(record.Result);
            if (command is { Tampered: true, State: CommandState.Rejected }) Seen.Add("TamperedWasRejected");
        }

        Seen.UnionWith(history.Events.Select(e => nameof(QueueEventKind) + e.Kind));
        Seen.UnionWith(history.Events.Where(e => e.State is not null).Select(e => nameof(CommandState) + e.State));
    }

    private void NoteChannel(QueueHead before, int pushed)
    {
        var head = queue.Head;
        if (head.Commit == before.Commit) return;
        if (pushed > 0) Seen.Add("Pushed");
        if (head.Waiting > 0 && model.Pushed.Count() == limits.MaxInFlight) Seen.Add("CreditWasUsedUp");
        if (queue.LastEffects.PushesMore) Seen.Add("PushStoppedShort");
        if (head is { Waiting: > 0, Channel.IsDraining: true }) Seen.Add("DrainingGotNothing");
        if (head.Watchers.Length < before.Watchers.Length) Seen.Add("WatcherLeft");
        if (before.Channel is { } was && head.Channel is { } now && was.Connection != now.Connection) Seen.Add("TakenOver");
        if (before.Channel is { } dead && queue.Gone.Contains(dead.Holder) && head.Channel is null) Seen.Add("DeadChannelDetached");
        foreach (var entry in before.Claimed.Where(entry => entry.Claim!.Kept is not null))
        {
            var after = head.Claimed.FirstOrDefault(other => other.Id == entry.Id)?.Claim;
            if (after?.Token == entry.Claim!.Token && after.Kept is null) Seen.Add("CameBackInGrace");
            if (after?.Token != entry.Claim!.Token) Seen.Add("GraceRanOut");
        }

        Assert.Equal(head.Events.Where(e => e.Seq > before.Seq).Select(e => e.Seq), queue.LastNews.Select(e => e.Seq));
        Assert.Equal(before.Revision + 1, head.Revision);
    }

    private void Note(object outcome)
    {
        Enum? status = outcome switch
        {
            EnqueueOutcome enqueued => enqueued.Status,
            ExtendOutcome extended => extended.Status,
            ResultOutcome result => result.Status,
            ReleaseOutcome released => released.Status,
            DecisionOutcome decision => decision.Status,
            CancelOutcome cancelled => cancelled.Status,
            _ => null,
        };
        if (status is not null) Seen.Add(status.GetType().Name + status);
        if (queue.Head.Lanes.Any(lane => lane.Segments.Length >= 3)) Seen.Add("SpilledThrice");
        if (outcome is not ClaimOutcome || !model.StoppedShort) return;
        Assert.True(queue.LastWakes, "A claim that stopped short must wake who waits.");
        Seen.Add("ClaimStoppedShort");
    }

    private IEnumerable<string> IdsIn(CommandState state) => model.In(state).Select(command => command.Id).Order(StringComparer.Ordinal);

    /// <summary>Changes the payload of an approved, waiting command where it lies: in its document, in a segment or in the head.</summary>
    private void Tamper(int pick)
    {
        var candidates = model.Waiting.Where(command => command.Sent.RequiresApproval && !command.Tampered).ToList();
        if (candidates.Count == 0) return;
        var command = candidates[pick % candidates.Count];
        command.Tampered = true;
        var head = queue.Head;
        var entry = head.Lanes.SelectMany(lane => LogicalQueue.EntriesOf(lane, queue.Read)).Single(entry => entry.Id == command.Id);
        if (entry.Definition.Parameters.Document is { } name && pick % 2 == 0)
        {
            queue.Tamper(name, new QueueDocument { Text = "{\"n\":\"something else\"}" });
            return;
        }

        var changed = entry with { Definition = entry.Definition with { Type = "type-of-others" } };
        queue.Tamper(head with
        {
            Lanes = [.. head.Lanes.Select(lane => lane with { Front = [.. lane.Front.Select(Change)], Tail = [.. lane.Tail.Select(Change)] })],
        });
        foreach (var segment in head.Lanes.SelectMany(lane => lane.Segments))
        {
            var document = queue.Read(segment.Name);
            queue.Tamper(segment.Name, document with { Entries = [.. document.Entries!.Value.Select(Change)] });
        }

        QueueEntry Change(QueueEntry other) => other.Id == entry.Id ? changed : other;
    }
}
