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
