using System.Collections.Concurrent;
using Gateway.Queue.Notices;

namespace Gateway.Api.Tests.Gateway;

/// <summary>What other replicas are told, kept and not sent.</summary>
internal sealed class RecordedNotices : IReplicaNotices
{
    private readonly ConcurrentQueue<(string Replica, ReplicaNotice Notice)> told = new();

    public IReadOnlyList<(string Replica, ReplicaNotice Notice)> Told => [.. told];

    public void Publish(string replica, ReplicaNotice notice) => told.Enqueue((replica, notice));
}
