namespace Gateway.Actors.Tests.OnStores;

public sealed class QueueOnEmbeddedStore(EmbeddedStore store) : QueueOnStore<EmbeddedStore>(store);

public sealed class QueueOnRandomEtags(EmbeddedStoreOfRandomEtags store) : QueueOnStore<EmbeddedStoreOfRandomEtags>(store);

[Trait("Sidecar", "daprd")]
public sealed class QueueOnDaprdRedis(DaprdRedisStore store) : QueueOnStore<DaprdRedisStore>(store);

[Trait("Sidecar", "daprd")]
public sealed class QueueOnDaprdPostgres(DaprdPostgresStore store) : QueueOnStore<DaprdPostgresStore>(store);
