using Gateway.EndToEnd.Tests.Driver;
using Gateway.EndToEnd.Tests.Simulation;

namespace Gateway.EndToEnd.Tests.OnServers;

/// <summary><see cref="MainJobTests"/> on the embedded sidecar over Redis and Postgres.</summary>
public sealed class MainJobOnServersTests : MainJobTests
{
    private protected override Task<Bench> OpenBenchAsync() => Bench.OnServersAsync("state.redis");
}

/// <summary><see cref="ServerCrashTests"/> on the embedded sidecar over Redis and Postgres.</summary>
[Trait("Stores", "all")]
public sealed class ServerCrashOnServersTests : ServerCrashTests
{
    private protected override Task<Bench> OpenBenchAsync() => Bench.OnServersAsync("state.redis");
}

/// <summary><see cref="AgentCrashTests"/> on the embedded sidecar over Redis and Postgres.</summary>
[Trait("Stores", "all")]
public sealed class AgentCrashOnServersTests : AgentCrashTests
{
    private protected override Task<Bench> OpenBenchAsync() => Bench.OnServersAsync("state.redis");
}

/// <summary><see cref="GracefulStopTests"/> on the embedded sidecar over Redis and Postgres.</summary>
[Trait("Stores", "all")]
public sealed class GracefulStopOnServersTests : GracefulStopTests
{
    private protected override Task<Bench> OpenBenchAsync() => Bench.OnServersAsync("state.redis");
}

/// <summary><see cref="SimulationTests"/> with the queues in Postgres: its etags cannot be foretold.</summary>
public sealed class SimulationOnPostgresTests : SimulationTests
{
    private protected override Task<Bench> OpenBenchAsync() => Bench.OnServersAsync("state.postgresql");
}
