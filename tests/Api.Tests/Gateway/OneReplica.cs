using Gateway.Core.Queue;
using Gateway.Queue.Replicas;

namespace Gateway.Api.Tests.Gateway;

/// <summary>The only replica there is, alive.</summary>
internal sealed class OneReplica : IReplicas
{
    public static readonly ReplicaBoot Boot = new("replica-1", 1);

    public string? Id => Boot.Replica;

    public ReplicaBoot? Self => Boot;

    public ValueTask<ReplicaBoot> SelfAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Boot);

    public ValueTask<IReadOnlyCollection<ReplicaBoot>> FindGoneAsync(IReadOnlyCollection<ReplicaBoot> named, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyCollection<ReplicaBoot>>([]);
}
