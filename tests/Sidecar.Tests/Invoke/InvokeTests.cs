using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.Invoke;

public sealed class EmbeddedInvokeTests(EmbeddedSidecars sidecars) : InvokeConformance<EmbeddedSidecars>(sidecars);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdInvokeTests(DaprdSidecars sidecars) : InvokeConformance<DaprdSidecars>(sidecars);
