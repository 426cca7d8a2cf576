using Dapr;
using Gateway.Queue.Replicas;

namespace Gateway.Queue.Notices;

/// <summary>Endpoint metadata: the endpoint takes the topic of this replica, whose id is not known when endpoints are mapped.</summary>
internal sealed class ReplicaTopic(IReplicas replicas, string pubSub) : ITopicMetadata
{
    public string Name => NoticePublisher.TopicOf(replicas.Id ?? throw new InvalidOperationException("The replica has no id yet."));

    public string PubsubName => pubSub;

    public string? Match => null;

    public int Priority => 0;
}
