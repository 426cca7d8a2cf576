using Gateway.Core.Commands;
using Gateway.Core.Queue;
using Gateway.Core.Verification;

namespace Gateway.Queue.Tests.Fakes;

/// <summary>What must hold of a device's queue when everything has been worked off, whatever went wrong on the way.</summary>
internal static class QueueVerdict
{
    public static void Check(string device, FakeHeadStore store, FakeHistory history, IReadOnlyCollection<QueueClient> clients)
    {
        CheckStores(device, store, history);
        var records = history.Records(device);
        var ids = clients.SelectMany(client => client.Accepted.Values).Distinct().ToHashSet();
        var cancelled = clients.SelectMany(client => client.Cancelled).ToHashSet();
        var keyless = records.Values.Where(record => record.Definition!.Type == "keyless").Select(record => record.CommandId).ToHashSet();
        Assert.InRange(keyless.Count, clients.Sum(client => client.Keyless.Least), clients.Sum(client => client.Keyless.Most));
        Assert.Equal(ids.Union(keyless).Order(), records.Keys.Order());
        foreach (var id in records.Keys)
        {
            var isCancelled = cancelled.Contains(id);
            Assert.Equal(isCancelled ? CommandState.Cancelled : CommandState.Completed, records[id].State);
            Assert.Equal(isCancelled ? 0 : 1, clients.Sum(client => client.Deliveries.GetValueOrDefault(id)));
        }

        foreach (var (id, output) in clients.SelectMany(client => client.Outputs)) Assert.Equal(output, records[id].Result!.Output!.Text);
    }

    /// <summary>The stores at the end: nobody has done what none may do, everything has ended, history tells what the heads told.</summary>
    public static void CheckStores(string device, FakeHeadStore store, FakeHistory history)
    {
        Assert.Empty(store.Violations);
        Assert.Empty(history.Violations);
        Assert.Equal(0, store.Head(device).Length);
        var events = history.Events(device);
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(e => e.Seq));
        Assert.Equal(store.Story(device).Select(Told), events.Select(Told));
        foreach (var life in events.Where(e => e.CommandId is not null).GroupBy(e => e.CommandId!)) CheckLife(life.Key, life);
    }

    /// <summary>What clients asked and were answered, judged by the rules of the queue (src/Core/Verification).</summary>
    public static HistoryVerdict CheckAnswers(IEnumerable<Observation> log)
    {
        var verdict = HistoryChecker.Check(log, new CheckOptions { Drained = true });
        Assert.True(verdict.Held, string.Join('\n', verdict.Violations.Select(violation =>
            $"{violation.Rule.Sentence()}: {violation.Subject}: {violation.Message}\n  {string.Join("\n  ", violation.Evidence.Select(ObservationLog.Line))}")));
        return verdict;
    }

    private static (long, QueueEventKind, string?, CommandState?, long, string?) Told(QueueEvent e) =>
        (e.Seq, e.Kind, e.CommandId, e.State, e.At, e.TokenHash);

    /// <summary>Accepted once, then approved, claimed and returned in turns, ended once, and nothing after that.</summary>
    private static void CheckLife(string id, IEnumerable<QueueEvent> life)
    {
        var state = (CommandState?)null;
        foreach (var e in life)
        {
            var isLegal = e.Kind switch
            {
                QueueEventKind.Enqueued => state is null,
                QueueEventKind.Approved => state is CommandState.PendingApproval,
                QueueEventKind.Claimed or QueueEventKind.ApprovalLapsed => state is CommandState.Queued,
                QueueEventKind.Extended or QueueEventKind.Returned or QueueEventKind.Released => state is CommandState.Claimed,
                QueueEventKind.Ended => state is CommandState.PendingApproval or CommandState.Queued or CommandState.Claimed,
                _ => false,
            };
            Assert.True(isLegal, $"{id}: {e.Kind} while {state}.");
            state = e.State;
        }

        Assert.True(state!.Value.IsTerminal(), $"{id} is {state} in the end.");
    }
}
