using Gateway.Sidecar.Tests.Conformance;

namespace Gateway.Sidecar.Tests.PubSub;

public sealed class EmbeddedPublish(PublishFixture<EmbeddedSidecar> fixture) : PublishConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedBulkPublish(BulkPublishFixture<EmbeddedSidecar> fixture) : BulkPublishConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedDelivery(DeliveryFixture<EmbeddedSidecar> fixture) : DeliveryConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedRouting(RoutingFixture<EmbeddedSidecar> fixture) : RoutingConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedBulkSubscribe(BulkSubscribeFixture<EmbeddedSidecar> fixture) : BulkSubscribeConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedDeclarative(DeclarativeFixture<EmbeddedSidecar> fixture) : DeclarativeConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedScopes(ScopeFixture<EmbeddedSidecar> fixture) : ScopeConformance<EmbeddedSidecar>(fixture);

public sealed class EmbeddedSubscribe : SubscribeConformance<EmbeddedSidecar>;

public sealed class EmbeddedRedisPublish(PublishFixture<EmbeddedRedis> fixture) : PublishConformance<EmbeddedRedis>(fixture);

public sealed class EmbeddedRedisBulkPublish(BulkPublishFixture<EmbeddedRedis> fixture) : BulkPublishConformance<EmbeddedRedis>(fixture);

public sealed class EmbeddedRedisDelivery(DeliveryFixture<EmbeddedRedis> fixture) : DeliveryConformance<EmbeddedRedis>(fixture);

public sealed class EmbeddedRedisRouting(RoutingFixture<EmbeddedRedis> fixture) : RoutingConformance<EmbeddedRedis>(fixture);

public sealed class EmbeddedRedisBulkSubscribe(BulkSubscribeFixture<EmbeddedRedis> fixture) : BulkSubscribeConformance<EmbeddedRedis>(fixture);

public sealed class EmbeddedRedisDeclarative(DeclarativeFixture<EmbeddedRedis> fixture) : DeclarativeConformance<EmbeddedRedis>(fixture);

public sealed class EmbeddedRedisScopes(ScopeFixture<EmbeddedRedis> fixture) : ScopeConformance<EmbeddedRedis>(fixture);

public sealed class EmbeddedRedisSubscribe : SubscribeConformance<EmbeddedRedis>;
