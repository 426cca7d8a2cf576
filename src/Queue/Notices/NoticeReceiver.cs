using Gateway.Queue.Observers;

namespace Gateway.Queue.Notices;

/// <summary>What other replicas tell this one.</summary>
internal sealed class NoticeReceiver(CommandQueue queue, QueueObservers observers)
{
    /// <summary>Takes a notice; never waits.</summary>
    public void Receive(ReplicaNotice notice)
    {
        switch (notice)
        {
            case { Kind: ReplicaNoticeKind.Look }:
                queue.Look(notice.DeviceId);
                break;
            case { Kind: ReplicaNoticeKind.Events, Through: { } through }:
                observers.Committed(notice.DeviceId, notice.Events ?? [], through, head: null);
                break;
            case { Kind: ReplicaNoticeKind.Live, Live: { } kind, Data: { } data }:
                observers.Live(notice.DeviceId, kind, data);
                break;
        }
    }
}
