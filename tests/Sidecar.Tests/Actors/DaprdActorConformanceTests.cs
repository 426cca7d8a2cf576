using Gateway.Sidecar.Tests.Conformance;
using Gateway.Sidecar.Tests.Hosting;

namespace Gateway.Sidecar.Tests.Actors;

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryActorMethods(ActorFixture<DaprdInMemory> fixture) : ActorMethodConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryActorTurns(ActorFixture<DaprdInMemory> fixture) : ActorTurnConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryActorState(ActorFixture<DaprdInMemory> fixture) : ActorStateConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryActorStateTtl(ActorTtlFixture<DaprdInMemory> fixture) : ActorStateTtlConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryReminders(ActorFixture<DaprdInMemory> fixture) : ReminderConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryReminderCallbacks(ActorFixture<DaprdInMemory> fixture) : ReminderCallbackConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryActorRestarts(ActorFixture<DaprdInMemory> fixture) : ActorRestartConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryTimers(ActorFixture<DaprdInMemory> fixture) : TimerConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdInMemoryDeactivation(ActorFixture<DaprdInMemory> fixture) : DeactivationConformance<DaprdInMemory>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisActorMethods(ActorFixture<DaprdRedis> fixture) : ActorMethodConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisActorTurns(ActorFixture<DaprdRedis> fixture) : ActorTurnConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisActorState(ActorFixture<DaprdRedis> fixture) : ActorStateConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisActorStateTtl(ActorTtlFixture<DaprdRedis> fixture) : ActorStateTtlConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisReminders(ActorFixture<DaprdRedis> fixture) : ReminderConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisReminderCallbacks(ActorFixture<DaprdRedis> fixture) : ReminderCallbackConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisActorRestarts(ActorFixture<DaprdRedis> fixture) : ActorRestartConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisTimers(ActorFixture<DaprdRedis> fixture) : TimerConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdRedisDeactivation(ActorFixture<DaprdRedis> fixture) : DeactivationConformance<DaprdRedis>(fixture);

[Collection(DaprdCollection.Name), Trait("Sidecar", "daprd")]
public sealed class DaprdActorConfigs : ActorConfigConformance<DaprdInMemory>;
