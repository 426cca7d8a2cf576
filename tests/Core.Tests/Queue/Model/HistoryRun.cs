using System.Text.Json;
using Gateway.Core.Queue;
using Gateway.Core.Queue.Operations;

namespace Gateway.Core.Tests.Queue.Model;

/// <summary>Runs a history on the queue and on the model side by side and holds every rule after every step.</summary>
internal sealed partial class HistoryRun(QueueLimits limits)
{
    private readonly StoredQueue queue = new(limits);
    private readonly ModelQueue model = new(limits);
    private long seenSeq;

    /// <summary>What was met on the way, by name.</summary>
    public HashSet<string> Seen { get; } = [];

    public void Run(GeneratedHistory history)
    {
        foreach (var step in history.Steps)
        {
            Take(step);
            HeadRules.Hold(queue);
            AssertSame();
            AssertDeadline();
        }

        Finish();
    }

    private void Take(Step step)
    {
        switch (step)
        {
            case CommitStep commit:
                Commit([.. commit.Acts.Select(act => Make(act, queue.Now))], commit.Fault);
                break;
            case ClockStep clock:
                queue.Now += TimeSpan.FromMilliseconds(clock.Milliseconds);
                break;
            case LookStep { UntilQuiet: true }:
                LookUntilQuiet();
                break;
            case LookStep look:
                Look(look.ReminderFired, look.Fault);
                break;
            case FlushStep flush:
                queue.Flush(flush.Count);
                break;
            case DeathStep death:
                queue.Gone.Add(RunOf(death.Replica));
                boots[death.Replica]++;
                break;
            case TamperStep tamper:
                Tamper(tamper.Pick);
                break;
        }
    }

    private void Commit(IReadOnlyList<QueueOperation> operations, Fault fault)
    {
        // One by one, each commit would push before the next one is there.
        var pushes = queue.Head.Channel is not null || operations.Any(operation => operation is AttachChannel);
        (IReadOnlyList<object> Outcomes, LogicalQueue Queue)? alone = operations.Count > 1 && !pushes && !queue.Resolve().Waiting.Any(entry => entry.Definition.ExpiresAt <= queue.NowMs)
            ? OneByOne(operations)
            : null;
        var before = queue.Head;
        var undo = model.DropGone(queue.NowMs, queue.Gone);
        model.Look(queue.NowMs, IsAtHand());
        var outcomes = queue.Commit(operations, fault);
        for (var i = 0; i < operations.Count; i++)
        {
            var expected = model.Apply(operations[i], outcomes[i]);
            Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(outcomes[i]));
            Note(outcomes[i]);
        }

        Complete(before, undo);
        if (alone is not { } other) return;
        Assert.Equal(other.Outcomes.Select(outcome => JsonSerializer.Serialize(outcome)), outcomes.Select(outcome => JsonSerializer.Serialize(outcome)));
        Assert.Equal(other.Queue.ToJson(), queue.Resolve().ToJson());
    }

    /// <summary>What the same operations come to when each is a commit of its own.</summary>
    private (IReadOnlyList<object> Outcomes, LogicalQueue Queue) OneByOne(IReadOnlyList<QueueOperation> operations)
    {
        var fork = queue.Fork();
        var outcomes = operations.Select(operation => fork.Commit([operation])[0]).ToList();
        return (outcomes, fork.Resolve());
    }

    private void Look(bool reminderFired, Fault fault)
    {
        var before = queue.Head;
        var undo = model.DropGone(queue.NowMs, queue.Gone);
        model.Look(queue.NowMs, IsAtHand());
        var overdue = model.Waiting.Where(model.IsOverdue).Select(command => command.Id).ToHashSet();
        queue.Commit([new LookAtClock(reminderFired)], fault);
        var waiting = queue.Resolve().Waiting.Select(entry => entry.Id).ToHashSet();
        foreach (var id in overdue.Where(id => !waiting.Contains(id))) model.ConfirmExpiry(id);
        Complete(before, undo);
    }

    /// <summary>What a commit does when its operations are through; without a commit nothing has happened to what dead replicas held.</summary>
    private void Complete(QueueHead before, Action undo)
    {
        var head = queue.Head;
        if (head.Commit == before.Commit) undo();
        var real = queue.Resolve();
        var tokens = real.Claimed.ToDictionary(entry => entry.Id, entry => entry.Claim!.Token);
        var waiting = real.Waiting.Select(entry => entry.Id).ToHashSet();
        var stopped = queue.LastEffects.PushesMore;
        // A channel of which nobody has said yet that it is dead gets nothing; one that was attached just now is no other replica's word.
        var isGone = head.Commit == before.Commit && head.Channel is { } channel && queue.Gone.Contains(channel.Holder);
        var pushed = isGone ? 0 : model.Push(tokens.GetValueOrDefault, id => stopped && waiting.Contains(id));
        Assert.Equal(pushed > 0, queue.LastEffects.Pushes);
        NoteChannel(before, pushed);
    }

    /// <summary>What the actor does while the deadline is due: after few looks there is nothing left to do.</summary>
    private void LookUntilQuiet()
    {
        for (var looks = 0; queue.Head.Deadline() <= queue.NowMs; looks++)
        {
            Assert.True(looks <= 2 + limits.MaxLength, "The deadline stays due although the clock is looked at.");
            Look(reminderFired: false, Fault.None);
        }

        Assert.DoesNotContain(model.Waiting, command => command.ExpiresAt <= queue.NowMs);
    }

    /// <summary>Lets all time pass, and then looks at what is left.</summary>
    private void Finish()
    {
        for (var deadlines = 0; queue.Head.Deadline() is { } due; deadlines++)
        {
            Assert.True(deadlines <= 10 * limits.MaxLength, "There is no end of deadlines.");
            if (due > queue.NowMs) queue.Now = DateTimeOffset.FromUnixTimeMilliseconds(due);
            LookUntilQuiet();
            AssertSame();
        }

        Assert.All(model.Commands, command => Assert.True(command.IsOver, $"{command.Id} is {command.State} for ever."));
        Assert.Equal(0, queue.Head.Length);
        queue.Flush();
        queue.Do(new OpenSession("the-last", "c", "diagnostic", null, TimeSpan.FromHours(1)));
        Assert.Empty(queue.Documents.Keys.Except(queue.Garbage));
        queue.Flush();
        AssertHistory();
    }

    /// <summary>Expired commands that lie in the head end with the next commit; those in segments may wait until they are met.</summary>
    private Predicate<string> IsAtHand()
    {
        var ids = queue.Head.Lanes.SelectMany(lane => lane.Front.Concat(lane.Tail)).Select(entry => entry.Id).ToHashSet();
        return ids.Contains;
    }
}
