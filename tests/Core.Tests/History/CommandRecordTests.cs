using Gateway.Core.Commands;
using Gateway.Core.History;
using Gateway.Core.Queue;

namespace Gateway.Core.Tests.History;

public sealed class CommandRecordTests
{
    [Fact]
    public void Apply_QueueRejectsWhatSomebodyApproved_KeepsWhoApproved()
    {
        var approved = CommandRecord.Apply(null, "d", Event(2, QueueEventKind.Approved, CommandState.Queued, "customer:c"));

        var rejected = CommandRecord.Apply(approved, "d", Event(3, QueueEventKind.Ended, CommandState.Rejected, by: null));

        Assert.Equal(CommandState.Rejected, rejected.State);
        Assert.Equal(("customer:c", approved.DecidedAt), (rejected.DecidedBy, rejected.DecidedAt));
        Assert.Equal(3, rejected.EndedAt);
    }

    [Fact]
    public void Apply_PersonRejects_SaysWhoAndWhen()
    {
        var pending = CommandRecord.Apply(null, "d", Event(1, QueueEventKind.Enqueued, CommandState.PendingApproval, "customer:c"));

        var rejected = CommandRecord.Apply(pending, "d", Event(2, QueueEventKind.Ended, CommandState.Rejected, "customer:b"));

        Assert.Equal(("customer:b", 2L, 2L), (rejected.DecidedBy, rejected.DecidedAt, rejected.EndedAt));
    }

    private static QueueEvent Event(long seq, QueueEventKind kind, CommandState state, string? by) =>
        new() { Seq = seq, At = seq, Kind = kind, CommandId = "c", State = state, By = by };
}
