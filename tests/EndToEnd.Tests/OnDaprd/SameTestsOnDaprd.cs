using Gateway.EndToEnd.Tests.Driver;
using Gateway.EndToEnd.Tests.OnServers;
using Gateway.EndToEnd.Tests.Simulation;

namespace Gateway.EndToEnd.Tests.OnDaprd;

/// <summary><see cref="MainJobTests"/> on real Dapr with Redis.</summary>
[Trait("Sidecar", "daprd")]
public sealed class MainJobOnDaprdTests : MainJobTests
{
    private protected override Task<Bench> OpenBenchAsync() => Bench.OnDaprdAsync();
}

/// <summary><see cref="ServerCrashTests"/> on real Dapr with Redis: the app <c>gateway-api</c> is killed, its sidecar and the actors stay.</summary>
[Trait("Sidecar", "daprd")]
public sealed class ServerCrashOnDaprdTests : ServerCrashTests
{
    private protected override Task<Bench> OpenBenchAsync() => Bench.OnDaprdAsync();
}

/// <summary><see cref="AgentCrashTests"/> on real Dapr with Redis: the reminder comes from Dapr's scheduler.</summary>
[Trait("Sidecar", "daprd")]
public sealed class AgentCrashOnDaprdTests : AgentCrashTests
{
    private protected override Task<Bench> OpenBenchAsync() => Bench.OnDaprdAsync();
}

/// <summary><see cref="GracefulStopTests"/> on real Dapr with Redis.</summary>
[Trait("Sidecar", "daprd")]
public sealed class GracefulStopOnDaprdTests : GracefulStopTests
{
    private protected override Task<Bench> OpenBenchAsync() => Bench.OnDaprdAsync();
}

/// <summary><see cref="GiveBackTests"/> on real Dapr with Redis.</summary>
[Trait("Sidecar", "daprd")]
public sealed class GiveBackOnDaprdTests : GiveBackTests
{
    private protected override Task<Bench> OpenBenchAsync() => Bench.OnDaprdAsync();
}

/// <summary><see cref="SimulationTests"/> on real Dapr with Redis.</summary>
[Trait("Sidecar", "daprd")]
public sealed class SimulationOnDaprdTests : SimulationTests
{
    private protected override Task<Bench> OpenBenchAsync() => Bench.OnDaprdAsync();
}

/// <summary><see cref="StoreFaultTests"/> on real Dapr, whose time limits are those of <c>components/resiliency.yaml</c>.</summary>
[Trait("Sidecar", "daprd")]
public sealed class StoreFaultOnDaprdTests : StoreFaultTests
{
    private protected override bool AreQueuesInRedis => !DaprdDeployment.IsStateInPostgres;

    private protected override Task<Bench> OpenBenchAsync() => Bench.OnDaprdAsync();
}

/// <summary><see cref="SecretStoreTests"/> on real Dapr with the scopes of its Configuration: the app waits for its sidecar and asks that.</summary>
[Trait("Sidecar", "daprd")]
public sealed class SecretStoreOnDaprdTests : SecretStoreTests
{
    private protected override Task<Bench> OpenBenchAsync() => Bench.OnDaprdAsync();
}
