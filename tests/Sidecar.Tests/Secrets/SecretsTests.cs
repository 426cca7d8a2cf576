using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.Secrets;

public sealed class EmbeddedSecretsTests(EmbeddedSidecars sidecars) : SecretsConformance<EmbeddedSidecars>(sidecars);

[Trait("Sidecar", "daprd"), Collection(DaprdCollection.Name)]
public sealed class DaprdSecretsTests(DaprdSidecars sidecars) : SecretsConformance<DaprdSidecars>(sidecars);
