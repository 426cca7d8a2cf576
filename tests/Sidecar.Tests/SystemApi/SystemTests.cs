using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.SystemApi;

public sealed class EmbeddedRouteTests(EmbeddedSidecars sidecars) : RouteConformance<EmbeddedSidecars>(sidecars);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdRouteTests(DaprdSidecars sidecars) : RouteConformance<DaprdSidecars>(sidecars);

public sealed class EmbeddedHealthTests(EmbeddedSidecars sidecars) : HealthConformance<EmbeddedSidecars>(sidecars);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdHealthTests(DaprdSidecars sidecars) : HealthConformance<DaprdSidecars>(sidecars);

public sealed class EmbeddedMetadataTests(EmbeddedSidecars sidecars) : MetadataConformance<EmbeddedSidecars>(sidecars);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdMetadataTests(DaprdSidecars sidecars) : MetadataConformance<DaprdSidecars>(sidecars);

public sealed class EmbeddedTokenTests(EmbeddedSidecars sidecars) : TokenConformance<EmbeddedSidecars>(sidecars);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdTokenTests(DaprdSidecars sidecars) : TokenConformance<DaprdSidecars>(sidecars);
