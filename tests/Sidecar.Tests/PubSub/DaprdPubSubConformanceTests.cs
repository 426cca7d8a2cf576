using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.PubSub;

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryPublish(PublishFixture<DaprdInMemory> fixture) : PublishConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryBulkPublish(BulkPublishFixture<DaprdInMemory> fixture) : BulkPublishConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryDelivery(DeliveryFixture<DaprdInMemory> fixture) : DeliveryConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryRouting(RoutingFixture<DaprdInMemory> fixture) : RoutingConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryBulkSubscribe(BulkSubscribeFixture<DaprdInMemory> fixture) : BulkSubscribeConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryDeclarative(DeclarativeFixture<DaprdInMemory> fixture) : DeclarativeConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryScopes(ScopeFixture<DaprdInMemory> fixture) : ScopeConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemorySubscribe : SubscribeConformance<DaprdInMemory>;

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisPublish(PublishFixture<DaprdRedis> fixture) : PublishConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisBulkPublish(BulkPublishFixture<DaprdRedis> fixture) : BulkPublishConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisDelivery(DeliveryFixture<DaprdRedis> fixture) : DeliveryConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisRouting(RoutingFixture<DaprdRedis> fixture) : RoutingConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisBulkSubscribe(BulkSubscribeFixture<DaprdRedis> fixture) : BulkSubscribeConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisDeclarative(DeclarativeFixture<DaprdRedis> fixture) : DeclarativeConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisScopes(ScopeFixture<DaprdRedis> fixture) : ScopeConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisSubscribe : SubscribeConformance<DaprdRedis>;
