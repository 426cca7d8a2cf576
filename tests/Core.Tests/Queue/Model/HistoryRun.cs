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
            case TamperStep tamper:
                Tamper(tamper.Pick);
                break;
        }
    }

    private void Commit(IReadOnlyList<QueueOperation> operations, Fault fault)
    {
        (IReadOnlyList<object> Outcomes, LogicalQueue Queue)? alone = operations.Count > 1 && !queue.Resolve().Waiting.Any(entry => entry.Definition.ExpiresAt <= queue.NowMs)
            ? OneByOne(operations)
            : null;
        model.Look(queue.NowMs, IsAtHand());
        var outcomes = queue.Commit(operations, fault);
        for (var i = 0; i < operations.Count; i++)
        {
            var expected = model.Apply(operations[i], outcomes[i]);
            Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(outcomes[i]));
            Note(outcomes[i]);
        }

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
        model.Look(queue.NowMs, IsAtHand());
        var overdue = model.Waiting.Where(model.IsOverdue).Select(command => command.Id).ToHashSet();
        queue.Commit([new LookAtClock(reminderFired)], fault);
        var waiting = queue.Resolve().Waiting.Select(entry => entry.Id).ToHashSet();
        foreach (var id in overdue.Where(id => !waiting.Contains(id))) model.ConfirmExpiry(id);
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
