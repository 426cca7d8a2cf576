using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.Bindings;

public sealed class EmbeddedHttpBinding(EmbeddedSidecars sidecars) : HttpBindingConformance<EmbeddedSidecars>(sidecars);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdHttpBinding(DaprdSidecars sidecars) : HttpBindingConformance<DaprdSidecars>(sidecars);

public sealed class EmbeddedCron(CronFixture<EmbeddedSidecar> fixture) : CronConformance<EmbeddedSidecar>(fixture);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdCron(CronFixture<DaprdInMemory> fixture) : CronConformance<DaprdInMemory>(fixture);
